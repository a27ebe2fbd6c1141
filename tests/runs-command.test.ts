import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { describe, expect, it } from "vitest";
import { leftoverOf } from "../packages/core/dist/base/aside.testing.js";
import { writeClaim } from "../packages/heddle/dist/system/lock.testing.js";
import { isOneLine, MAIN, readJson } from "./cli.js";
import { hasPty, heddleOnTerminal, NEEDS_PTY } from "./pty.js";
import { rewrite, TwoRuns } from "./two-runs.js";

describe("runs in a folder", () => {
  const work = new TwoRuns();

  const list = async (...args: string[]) => {
    const { code, stdout, stderr } = await work.heddle(["runs", ...args, "--json"]);
    expect(code, stderr).toBe(0);
    return JSON.parse(stdout);
  };
  const idsOf = async (...args: string[]) => (await list(...args)).runs.map(({ id }: { id: string }) => id);
  it("are complete when two processes made them at the same time", async () => {
    expect(work.first).not.toBe(work.second);
    const { runs, damaged } = await list();
    expect(damaged).toEqual([]);
    expect(runs.map(({ id }: { id: string }) => id).sort()).toEqual([work.first, work.second].sort());
    for (const { path, status, epochs, seed, testAccuracy, weightsSha256 } of runs) {
      expect(status).toBe("finished");
      expect(epochs).toEqual({ done: seed, planned: seed });
      const metrics = readJson(work.path, path, "metrics.json");
      expect([testAccuracy, weightsSha256]).toEqual([metrics.test.accuracy, metrics.weights.sha256]);
      expect(existsSync(work.file(path, "report.html"))).toBe(true);
    }
  });

  describe("heddle runs", () => {
    it("prints a readable table", async () => {
      const { code, stdout, stderr } = await work.heddle(["runs", "--sort", "seed"]);
      expect([code, stderr]).toEqual([0, ""]);
      const interval = "\\d+\\.\\d – \\d+\\.\\d%";
      const [head, one, two, ...rest] = stdout.split("\n");
      expect(head).toMatch(/^Run +Status +Dataset +Test +Interval +Epochs +Seed +Time +Name +Tags$/);
      expect(one).toMatch(
        new RegExp(`^${work.first} +finished +clothes +\\d\\d?\\.\\d\\d% +${interval} +1 +1 +\\d+s$`),
      );
      expect(two).toMatch(
        new RegExp(`^${work.second} +finished +clothes +\\d\\d?\\.\\d\\d% +${interval} +2 +2 +\\d+s$`),
      );
      expect(rest).toEqual([""]);
    });

    it("sorts and filters runs", async () => {
      expect(await idsOf("--sort", "seed")).toEqual([work.first, work.second]);
      expect(await idsOf("--sort", "seed", "--reverse")).toEqual([work.second, work.first]);
      expect(await idsOf("--sort", "epochs", "--limit", "1")).toEqual([work.second]);
      expect(await idsOf("--status", "stopped")).toEqual([]);
      expect(await idsOf("--dataset", "clothes", "--since", "1h")).toHaveLength(2);
      expect(await idsOf("--since", "2999-01-01")).toEqual([]);
      const none = await work.heddle(["runs", "--dataset", "hats"]);
      expect([none.code, none.stdout]).toEqual([0, "None of the 2 runs in runs matches.\n"]);
      const empty = await work.heddle(["runs", "--run-dir", "no-such-folder"]);
      expect(empty.code).toBe(0);
      expect(empty.stdout).toMatch(/^No runs in no-such-folder\. /);
    });

    it.each([
      [["runs", "--sort", "colour"], "Allowed choices are date, accuracy"],
      [["runs", "--since", "yesterday"], "Expected a date such as 2026-03-04"],
      [["runs", "--limit", "0"], "Expected a whole number of at least 1."],
      [["runs", "--run-dir", "clothes/train-labels-idx1-ubyte.gz"], "expected a folder of runs"],
      [["runs", "tag", "latest", "../up"], "Tag: expected up to 40 letters"],
      [
        ["runs", "tag", "nowhere", "x"],
        "Run nowhere: expected one run in runs, received none with that name.",
      ],
      [["runs", "rename", "latest", "../../etc"], "Name of a run: expected"],
      [["runs", "rename", "latest", "../up", "--folder"], "Name of a run's folder: expected"],
      [["runs", "delete", "../clothes", "--yes"], "expected one run in runs"],
      [
        ["runs", "delete", "latest"],
        "Deleting runs: expected a terminal to ask in, received none. Add --yes",
      ],
      [["compare", "latest"], "Comparison: expected 2 to 14 runs, received 1."],
      [["compare", "latest", "latest"], "expected each run once"],
      [["report", "nowhere"], "Run nowhere: expected a run folder or the id of a run"],
    ])("refuses arguments that make no sense: %j", async (args, text) => {
      const before = work.runs();
      const { code, stdout, stderr } = await work.heddle(args);
      expect([code, stdout]).toEqual([2, ""]);
      expect(stderr).toContain(text);
      expect(isOneLine(stderr), stderr).toBe(true);
      expect(work.runs()).toEqual(before);
    });

    it("lists damaged runs with the reason, next to the others", async () => {
      work.copyOf(work.first, "some");
      const cut = work.file("some", "2026-01-01-000000-cut");
      cpSync(work.file("runs", work.second), cut, { recursive: true });
      writeFileSync(join(cut, "run.json"), readFileSync(join(cut, "run.json")).subarray(0, 300));
      mkdirSync(work.file("some", "2026-01-01-000001-empty"));
      const evil = work.copyOf(work.second, "some");
      rewrite(evil, {
        status: "failed",
        failure: "x",
        dataset: { ...readJson(evil, "run.json").dataset, name: "\x1b[2Jcls\nnext" },
      });
      const { code, stdout, stderr } = await work.heddle(["runs", "--run-dir", "some"]);
      expect([code, stderr]).toEqual([0, ""]);
      expect(stdout).not.toContain("\x1b");
      expect(stdout).toMatch(new RegExp(`^${work.first} +finished`, "m"));
      expect(stdout).toMatch(new RegExp(`^${work.second} +failed +\\S*cls next`, "m"));
      expect(stdout).toMatch(/^2026-01-01-000000-cut {2}damaged: .*run\.json: expected JSON, received /m);
      expect(stdout).toMatch(/^2026-01-01-000001-empty {2}damaged: There is no run\.json in its folder\.$/m);
      expect((await list("--run-dir", "some")).damaged).toHaveLength(2);
      expect((await list("--run-dir", "some", "--status", "damaged")).runs).toEqual([]);
      const filtered = await work.heddle(["runs", "--run-dir", "some", "--status", "finished"]);
      expect(filtered.stdout).toContain("2 runs cannot be read: heddle runs --status damaged");
    });

    it.skipIf(!hasPty)(`can be read in 40 columns and on a dumb terminal ${NEEDS_PTY}`, async () => {
      for (const args of [["runs"], ["compare", work.first, work.second]]) {
        const { code, stdout } = await heddleOnTerminal(work, 40, args, { TERM: "dumb", LC_ALL: "C" });
        expect(code, stdout).toBe(0);
        expect(stdout).toMatch(/^[\x20-\x7e\r\n]*$/);
        // A path stays whole, so that it can be copied.
        const long = stdout
          .split(/\r?\n/)
          .filter((line) => line.length > 40 && !/^ *(runs\/)?\S+$/.test(line));
        expect(long).toEqual([]);
        expect(stdout).toContain(work.first);
      }
    });
  });

  describe("tags and names", () => {
    it("are kept, shown, used as filters, and accepted instead of an id", async () => {
      const tagged = await work.heddle(["runs", "tag", work.first, "baseline", "keep"]);
      expect([tagged.code, tagged.stdout]).toEqual([0, `${work.first}: baseline keep\n`]);
      const named = await work.heddle(["runs", "rename", work.first, "first try"]);
      expect([named.code, named.stdout]).toEqual([0, `${work.first} is called first try.\n`]);
      expect(await idsOf("--tag", "baseline", "--tag", "keep")).toEqual([work.first]);
      const [shown] = (await list("--tag", "keep")).runs;
      expect(shown).toMatchObject({ name: "first try", tags: ["baseline", "keep"] });
      const plan = await work.heddle(["plan", "first try", "--json"]);
      expect(plan.code, plan.stderr).toBe(0);
      const again = await work.heddle(["runs", "tag", "first try", "keep", "--remove", "--json"]);
      expect(JSON.parse(again.stdout).tags).toEqual(["baseline"]);
      const taken = await work.heddle(["runs", "rename", work.second, "first try"]);
      expect(taken.code).toBe(2);
      expect(taken.stderr).toContain(`received the name of ${work.first}`);
    });

    it("are those of the folder that --run-dir names, before or after the command", async () => {
      work.copyOf(work.second, "elsewhere");
      for (const args of [
        ["runs", "--run-dir", "elsewhere", "tag", work.second, "before"],
        ["runs", "tag", work.second, "after", "--run-dir", "elsewhere"],
      ]) {
        const { code, stderr } = await work.heddle(args);
        expect(code, stderr).toBe(0);
      }
      expect((await list("--run-dir", "elsewhere")).runs[0].tags).toEqual(["after", "before"]);
      expect((await list()).runs.flatMap(({ tags }: { tags: string[] }) => tags)).not.toContain("before");
    });

    it("can become the name of the folder, whose run still works", async () => {
      work.copyOf(work.second, "renamed");
      const { code, stdout, stderr } = await work.heddle([
        ...["runs", "rename", work.second, "wide-head", "--folder", "--run-dir", "renamed"],
      ]);
      expect([code, stderr, stdout]).toEqual([0, "", "The run is now in renamed/wide-head\n"]);
      expect(readdirSync(work.file("renamed"))).toEqual(["wide-head"]);
      const report = await work.heddle(["report", "wide-head", "--run-dir", "renamed"]);
      expect(report.code, report.stderr).toBe(0);
    });
  });

  describe("heddle runs clean", () => {
    it("removes what killed commands left, and says what", async () => {
      const run = work.copyOf(work.first, "messy");
      const temporary = await leftoverOf(join(run, "run.json"), "tmp");
      const deleted = await leftoverOf(work.file("messy", "gone"), "deleted");
      for (const path of [temporary, deleted]) writeFileSync(path, "");
      const { code, stdout } = await work.heddle(["runs", "clean", "--run-dir", "messy"]);
      expect(code).toBe(0);
      for (const path of [temporary, deleted])
        expect(stdout).toContain(`Removed messy/${relative(work.file("messy"), path)}`);
      const again = await work.heddle(["runs", "clean", "--run-dir", "messy", "--json"]);
      expect(JSON.parse(again.stdout)).toEqual({ removed: [] });
      expect(await idsOf("--run-dir", "messy")).toEqual([work.first]);
    });
  });

  describe("heddle runs delete", () => {
    it("deletes the named runs, but not one that is still running, unless forced", async () => {
      work.copyOf(work.first, "bin");
      const running = work.copyOf(work.second, "bin");
      rewrite(running, { status: "running" });
      writeClaim(running, { pid: process.pid });
      expect(await idsOf("--status", "running", "--run-dir", "bin")).toEqual([work.second]);
      const refused = await work.heddle([
        "runs",
        "delete",
        work.first,
        work.second,
        "--yes",
        "--run-dir",
        "bin",
      ]);
      expect(refused.code).toBe(2);
      expect(refused.stderr).toContain("expected a run that has ended");
      expect(readdirSync(work.file("bin"))).toHaveLength(2);
      const forced = await work.heddle([
        ...["runs", "delete", work.second, "--yes", "--force", "--run-dir", "bin", "--json"],
      ]);
      expect(JSON.parse(forced.stdout)).toEqual({ deleted: [work.second] });
      const path = await work.heddle(["runs", "delete", `bin/${work.first}`, "--yes", "--run-dir", "bin"]);
      expect([path.code, path.stdout]).toEqual([0, `Deleted ${work.first}\n`]);
      expect(readdirSync(work.file("bin"))).toEqual([]);
    });

    it("deletes no folder that holds more than a run, forced or not", async () => {
      const run = work.copyOf(work.first, "mixed");
      writeFileSync(join(run, "notes.md"), "mine");
      for (const force of [[], ["--force"]]) {
        const args = ["runs", "delete", work.first, "--yes", ...force, "--run-dir", "mixed"];
        const { code, stderr } = await work.heddle(args);
        expect([code, stderr]).toEqual([
          2,
          expect.stringContaining("received one that also holds notes.md."),
        ]);
      }
      expect(readdirSync(run)).toContain("notes.md");
    });

    it.skipIf(!hasPty).each([
      ["n", "n\r", 0, 1, "Nothing was deleted."],
      ["y", "y\r", 0, 0, "Deleted"],
      ["Ctrl-C", "\x03", 130, 1, "Stopped: nothing was deleted."],
    ])(
      `asks on a terminal, and obeys the answer %s ${NEEDS_PTY}`,
      async (answer, keys, status, left, last) => {
        const root = `asked-${answer}`;
        work.copyOf(work.first, root);
        const script = `
import os, pty, sys
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[2], sys.argv[2:])
shown = b""
while b"(y/N)" not in shown:
    shown += os.read(terminal, 1024)
os.write(terminal, sys.argv[1].encode())
while True:
    try:
        more = os.read(terminal, 1024)
    except OSError:
        break
    if not more:
        break
    shown += more
os.write(1, shown)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`;
        const args = [MAIN, "runs", "delete", work.first, "--run-dir", root];
        const { code, stdout, stderr } = await work.spawn(
          "python3",
          ["-c", script, keys, process.execPath, ...args],
          { TERM: "xterm-256color" },
        ).finished;
        expect(code, stdout + stderr).toBe(status);
        expect(stdout).toContain(last);
        expect(readdirSync(work.file(root))).toHaveLength(left);
      },
    );
  });
});

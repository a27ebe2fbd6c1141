import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, openSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { isOneLine, MAIN, readJson, TINY, Workspace } from "./cli.js";

const LONG = ["train", "--data", "clothes", "--epochs", "500"] as const;

describe.skipIf(process.platform === "win32")("stopping a training", () => {
  const work = new Workspace();

  it.each(["SIGINT", "SIGTERM"] as const)(
    "after %s ends at a clean point, and says how to resume",
    async (signal) => {
      const running = work.start([...LONG, "--run-dir", signal]);
      await running.printed("Epoch   2/500");
      running.child.kill(signal);
      const { code, stdout, stderr } = await running.finished;
      expect(code).toBe(130);
      const run = work.runs(signal)[0]!;
      const name = run.slice(work.path.length + 1);
      const [announced, stopped, ...advice] = stderr.split("\n");
      expect(announced).toBe("Stopping after the current step; press Ctrl-C again to stop at once.");
      expect(stopped).toMatch(/^heddle: Stopped in epoch \d+ of 500\. /);
      expect(stopped!.endsWith(name)).toBe(true);
      expect(advice).toEqual([
        `  to resume it:                 heddle train --resume ${name}`,
        `  to evaluate its model so far: heddle evaluate ${name}`,
        "",
      ]);

      const record = readJson(run, "run.json");
      expect(record).toMatchObject({ status: "stopped" });
      expect(Date.parse(record.finishedAt)).toBeGreaterThan(Date.parse(record.startedAt));
      const rows = readFileSync(join(run, "history.csv"), "utf8").trimEnd().split("\n").slice(1);
      expect(rows.map((row) => Number(row.split(",")[0]))).toEqual(rows.map((_, index) => index + 1));
      expect(rows).toHaveLength(stdout.match(/^Epoch/gm)!.length);
      expect(existsSync(join(run, "figures", "loss-by-epoch.svg"))).toBe(true);
      expect(existsSync(join(run, "metrics.json"))).toBe(false);

      const evaluation = await work.heddle(["evaluate", name, "--json"]);
      expect(evaluation.code, evaluation.stderr).toBe(0);
      expect(JSON.parse(evaluation.stdout).test.accuracy).toBeGreaterThan(0.2);
    },
  );

  it("ends at once after a second Ctrl-C", async () => {
    // One step takes seconds here, and the first Ctrl-C waits for its end.
    const running = work.start([
      ...["train", "--data", "fashion-sketch", "--epochs", "9", "--batch-size", "12000", "--threads", "1"],
      ...["--run-dir", "twice"],
    ]);
    await running.printed("Training for");
    await new Promise((resolve) => setTimeout(resolve, 300));
    running.child.kill("SIGINT");
    await running.printed("press Ctrl-C again");
    // npm or a shell may send one Ctrl-C twice.
    running.child.kill("SIGINT");
    await new Promise((resolve) => setTimeout(resolve, 500));
    running.child.kill("SIGINT");
    const { code, stderr } = await running.finished;
    expect(code).toBe(130);
    expect(stderr).toBe("Stopping after the current step; press Ctrl-C again to stop at once.\n");
    // It ended before it could say how.
    expect(readJson(work.runs("twice")[0]!, "run.json").status).toBe("running");
  });

  it("ends on a second Ctrl-C also where a system call hangs", async () => {
    execFileSync("mkfifo", [work.file("pipe")]);
    const dist = new URL("../packages/heddle/dist/cli/", import.meta.url).href;
    const running = work.spawn(process.execPath, [
      "--input-type=module",
      "--eval",
      `import { open } from "node:fs/promises";
      import { Shell } from "${dist}shell.js";
      import { abortOnSignals } from "${dist}signals.js";
      import { Terminal } from "${dist}terminal.js";
      abortOnSignals(new Terminal(new Shell([], process)));
      void open("pipe");
      setInterval(() => console.log("waiting"), 50);`,
    ]);
    await running.printed("waiting");
    running.child.kill("SIGINT");
    await running.printed("press Ctrl-C again");
    await new Promise((resolve) => setTimeout(resolve, 500));
    running.child.kill("SIGINT");
    await running.finished;
    expect(running.child.signalCode).toBe("SIGINT");
  });

  it("ends every short command with 130, and writes nothing", async () => {
    for (const seed of ["1", "2"]) {
      const { code, stderr } = await work.heddle([...TINY, "--seed", seed, "--run-dir", "short"]);
      expect(code, stderr).toBe(0);
    }
    const [run, other] = work.runs("short") as [string, string];
    const files = () => readdirSync(work.path, { recursive: true }).sort();
    const before = files();
    for (const args of [
      ["compare", run, other, "--report", "comparison.html"],
      ["report", run],
      ["predict", run, join(run, "figures", "first-images.png")],
      ["plan", run],
      ["runs", "--run-dir", "short"],
      ["runs", "clean", "--run-dir", "short"],
      ["evaluate", run, "--report", "evaluation.html"],
      ["explain", run, "--out", "explained"],
      ["verify", run],
      ["lr-find", "--data", "fashion-sketch"],
      ["train", "--data", "fashion-sketch"],
      ["data", "fashion-sketch", "--report", "data-report"],
    ]) {
      const { code, stderr } = await stoppedAtOnce(args);
      expect(code, `${args[0]}: ${stderr}`).toBe(130);
      expect(files(), args[0]).toEqual(before);
    }
  });

  /** Runs a command in this process, and presses Ctrl-C when it listens for that. */
  async function stoppedAtOnce(args: readonly string[]) {
    const count = process.listenerCount("SIGINT");
    let over = false;
    const finished = work.heddle(args).finally(() => {
      over = true;
    });
    while (!over && process.listenerCount("SIGINT") === count)
      await new Promise((later) => setImmediate(later));
    if (!over) process.emit("SIGINT", "SIGINT");
    return finished;
  }

  it("leaves nothing of a conversion", async () => {
    const before = readdirSync(work.path);
    const running = work.start(["convert", "fashion-sketch", "pictures", "--to", "images"]);
    while (readdirSync(work.path).length === before.length)
      await new Promise((later) => setTimeout(later, 5));
    running.child.kill("SIGINT");
    const { code, stdout, stderr } = await running.finished;
    expect(code, stdout).toBe(130);
    expect(stderr).toContain("\nheddle: Writing pictures: stopped on request.\n");
    expect(readdirSync(work.path)).toEqual(before);
  });

  it.skipIf(!existsSync("/dev/full"))(
    "ends with a checkpoint and a reason when its output cannot be written",
    async () => {
      const output = openSync("/dev/full", "w");
      const child = spawn(process.execPath, [MAIN, ...LONG, "--run-dir", "unwritable"], {
        cwd: work.path,
        env: work.environment(),
        stdio: ["ignore", output, "pipe"],
      });
      closeSync(output);
      let stderr = "";
      child.stderr!.setEncoding("utf8").on("data", (text: string) => {
        stderr += text;
      });
      const [code] = await once(child, "close");
      expect(code).toBe(1);
      const run = work.runs("unwritable")[0]!;
      expect(stderr).toContain(
        "because the output cannot be written: its disk is full.\nheddle: Stopped in epoch 1",
      );
      expect(readJson(run, "run.json").status).toBe("stopped");
      expect(readdirSync(run).filter((name) => name.startsWith("lock"))).toEqual([]);
    },
  );

  it("leaves a readable run after a kill at any moment", async () => {
    // From before the first figure to the middle of training; a failure names the moment.
    for (const delayMs of [0, 100, 250, 500].map((least) => least + Math.random() * 100)) {
      const root = `killed-${delayMs}`;
      const running = work.start([...LONG, "--run-dir", root]);
      await running.printed("Exact duplicates");
      await new Promise((resolve) => setTimeout(resolve, delayMs));
      running.child.kill("SIGKILL");
      await running.finished;
      const run = work.runs(root)[0]!;
      const record = readJson(run, "run.json");
      expect(record.status, root).toBe("running");
      for (const file of readdirSync(run, { recursive: true, encoding: "utf8" }))
        checkWhole(join(run, file), root);

      const { code, stdout, stderr } = await work.heddle(["evaluate", run]);
      if (code === 0) {
        expect(stdout, root).toMatch(/ on clothes, test images: 200\n/);
      } else {
        expect(code, root).toBe(2);
        expect(stderr, root).toContain(
          "received one that is still training or was killed before its first epoch ended",
        );
        expect(isOneLine(stderr), stderr).toBe(true);
      }
    }
  });
});

/** Checks that a file of a run, of whatever kind, is complete. */
function checkWhole(path: string, when: string): void {
  // A file that is being written has a name that begins with a dot.
  if (/(^|\/)\.[^/]*\.tmp$/.test(path)) return;
  if (path.endsWith(".json")) expect(() => readJson(path), `${when} ${path}`).not.toThrow();
  if (path.endsWith(".csv")) {
    for (const row of readFileSync(path, "utf8").trimEnd().split("\n")) {
      expect(row.split(","), `${when} ${path}`).toHaveLength(8);
    }
  }
  if (path.endsWith(".svg"))
    expect(readFileSync(path, "utf8").trimEnd(), `${when} ${path}`).toMatch(/<\/svg>$/);
  if (path.endsWith(".png")) {
    expect(readFileSync(path).subarray(-8, -4).toString("latin1"), `${when} ${path}`).toBe("IEND");
  }
  if (path.endsWith(".safetensors")) {
    const bytes = readFileSync(path);
    const header = Number(bytes.readBigUInt64LE(0));
    const tensors = JSON.parse(bytes.subarray(8, 8 + header).toString("utf8")) as Record<
      string,
      { data_offsets?: [number, number] }
    >;
    const ends = Object.values(tensors).map(({ data_offsets }) => data_offsets?.[1] ?? 0);
    expect(bytes.length, `${when} ${path}`).toBe(8 + header + Math.max(...ends));
  }
}

import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { isOneLine, readJson } from "./cli.js";
import { contentOf, rewrite, TwoRuns } from "./two-runs.js";

/** How many events a TensorBoard file holds: each is length (8 bytes), checksum (4), content, checksum (4). */
function eventsIn(file: string): number {
  const bytes = readFileSync(file);
  let count = 0;
  for (let at = 0; at < bytes.length; count++) at += 8 + 4 + Number(bytes.readBigUInt64LE(at)) + 4;
  return count;
}

describe("runs on the command line", () => {
  const work = new TwoRuns();

  describe("heddle report", () => {
    it("writes the same bytes again, even if the folder moved and the data is gone", async () => {
      for (const id of [work.first, work.second]) {
        const moved = work.copyOf(id, "far/away");
        rewrite(moved, {}); // The same record, formatted differently.
        const record = readJson(moved, "run.json");
        record.dataset.source.path = "/nowhere";
        writeFileSync(join(moved, "run.json"), JSON.stringify(record));
        const before = contentOf(work.file("runs", id));
        rmSync(join(moved, "report.html"));
        rmSync(join(moved, "figures", "accuracy-by-epoch.svg"));
        rmSync(join(moved, "figures", "reliability-diagram.png"), { force: true });
        const { code, stdout, stderr } = await work.heddle(["report", `far/away/${id}`]);
        expect([code, stderr, stdout]).toEqual([0, "", `Report             far/away/${id}/report.html\n`]);
        const after = contentOf(moved);
        for (const [name, bytes] of before) {
          if (!["run.json", "labels.jsonl"].includes(name))
            expect(after.get(name) === bytes, name).toBe(true);
        }
        expect([...after.keys()].sort()).toEqual([...before.keys()].sort());
      }
    });

    it("names missing files, and writes the report without them", async () => {
      const run = work.copyOf(work.first, "lossy");
      rmSync(join(run, "figures", "first-images.svg"));
      rmSync(join(run, "dataset.json"));
      const svg = join(run, "figures", "one-of-each-class.svg");
      writeFileSync(svg, readFileSync(svg, "utf8").replace("</svg>", "<script>alert(1)</script></svg>"));
      const { code, stderr } = await work.heddle(["report", run]);
      expect(code).toBe(0);
      for (const file of ["dataset.json", "figures/first-images", "figures/one-of-each-class"]) {
        expect(stderr).toContain(
          `warning: ${file} is not in the run's folder: the report is written without it.\n`,
        );
      }
      const html = readFileSync(join(run, "report.html"), "utf8");
      expect(html).toContain(
        "Missing from this run&#39;s folder: dataset.json, figures/first-images, figures/one-of-each-class.",
      );
      expect(html).not.toContain("alert(1)");
      expect(html).toContain("Confusion matrix");
    });

    it("writes a report of what a killed run has left", async () => {
      const run = work.copyOf(work.second, "killed");
      for (const file of ["metrics.json", "evaluation.json", "report.html"]) rmSync(join(run, file));
      rewrite(run, { status: "running", finishedAt: undefined, weightsSha256: undefined });
      const history = readFileSync(join(run, "history.csv"), "utf8").split("\n").slice(0, 2).join("\n");
      writeFileSync(join(run, "history.csv"), `${history}\n`);
      const { code, stderr } = await work.heddle(["report", run]);
      expect([code, stderr]).toEqual([0, ""]);
      const html = readFileSync(join(run, "report.html"), "utf8");
      expect(html).toContain("This run is not over");
      expect(html).toContain("Its history holds 1 of 2 epochs");
      expect(html).toContain("after epoch 1 of 2");
      expect(html).not.toContain('id="result"');
    });

    it("names a damaged file", async () => {
      const run = work.copyOf(work.first, "broken");
      writeFileSync(join(run, "evaluation.json"), "{ cut");
      const { code, stderr } = await work.heddle(["report", run]);
      expect(code).toBe(2);
      expect(stderr).toContain("evaluation.json: expected JSON");
      expect(isOneLine(stderr), stderr).toBe(true);
    });
  });

  describe("heddle compare", () => {
    it("shows only what differs", async () => {
      const { code, stdout, stderr } = await work.heddle(["compare", work.first, work.second]);
      expect([code, stderr]).toEqual([0, ""]);
      expect(stdout).toMatch(new RegExp(`^A {2}${work.first}.*\\nB {2}${work.second}\\n`));
      expect(stdout).toMatch(/^seed +1 +2$/m);
      expect(stdout).toMatch(/^epochs +1 +2$/m);
      expect(stdout).toMatch(/^batchSize +32 +20$/m);
      expect(stdout).toMatch(/^macro F1 +\d+\.\d\d% +\d+\.\d\d%$/m);
      expect(stdout).not.toMatch(/conv2d|earlyStopping/);
      expect(stdout).toContain("Data, programs and machine are the same.");
      expect(stdout).toContain(`heddle evaluate runs/${work.first} --against runs/${work.second}`);
    });

    it("says which runs have the same weights", async () => {
      const copy = work.copyOf(work.first, "twin");
      const { stdout } = await work.heddle(["compare", work.first, copy]);
      expect(stdout).toContain("Every setting is the same.");
      expect(stdout).toContain("A and B have the same weights, bit for bit.");
    });

    it("writes the comparison as JSON and as a page with curves", async () => {
      const { code, stdout, stderr } = await work.heddle([
        ...["compare", work.second, work.first, "--report", "pages/both.html", "--json"],
      ]);
      expect([code, stderr]).toEqual([0, ""]);
      const answer = JSON.parse(stdout);
      expect(answer.runs.map(({ id }: { id: string }) => id)).toEqual([work.second, work.first]);
      expect(answer.differences.settings).toMatchObject({ seed: ["2", "1"], batchSize: ["20", "32"] });
      expect(answer.runs[0].metrics).toEqual(readJson(work.path, "runs", work.second, "metrics.json"));
      const html = readFileSync(work.file(answer.report), "utf8");
      expect(html.match(/<figure>/g)).toHaveLength(4);
      expect(html).toContain("batchSize");
      expect(readdirSync(work.file("pages", "both-figures")).sort()).toEqual(
        ["training-accuracy", "training-loss", "validation-accuracy", "validation-loss"].flatMap((name) => [
          `${name}-by-epoch.png`,
          `${name}-by-epoch.svg`,
        ]),
      );
    });
  });

  it("write event files with --tensorboard", async () => {
    const { code, stdout, stderr } = await work.heddle([
      ...["train", "--data", "clothes", "--epochs", "2", "--tensorboard", "--run-dir", "events", "--json"],
    ]);
    expect(code, stderr).toBe(0);
    const folder = work.file(JSON.parse(stdout).run, "tensorboard");
    expect(readdirSync(folder).sort()).toEqual(["train", "validation"]);
    for (const part of ["train", "validation"]) {
      const [file, ...others] = readdirSync(join(folder, part));
      expect(file).toMatch(/^events\.out\.tfevents\.\d{10}\./);
      expect(others).toEqual([]);
      // The version header, and one event an epoch.
      expect(eventsIn(join(folder, part, file!))).toBe(3);
    }
  });
});

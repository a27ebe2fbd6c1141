// `heddle sweep`, as it is typed: stopped, killed and resumed, on a small dataset.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { trialsIn } from "../tools/reliability/journal-trials.mjs";
import { Workspace } from "./cli.js";

const work = new Workspace();

const definition = {
  heddleSweep: 1,
  name: "clothes",
  goal: "maximize",
  trials: 5,
  parameters: {
    learningRate: { type: "float", low: 0.001, high: 0.03, log: true },
    dropout: { type: "float", low: 0, high: 0.5 },
  },
  search: { type: "random" },
  stopping: { type: "asynchronousHalving", minimum: 1, maximum: 3 },
};

// One process, so that trials end in one order.
const sweep = (folder: string) =>
  ["sweep", "sweep.json", "--data", "clothes", "--workers", "1", "--threads", "1", "--out", folder] as const;

beforeAll(() => {
  writeFileSync(work.file("sweep.json"), JSON.stringify(definition));
});

describe("heddle sweep", () => {
  it("tries settings, stops the bad ones, and trains the best again to the same bits, with one look at the test images", async () => {
    const { code, stdout, stderr } = await work.heddle([...sweep("whole"), "--json"]);
    expect([code, stderr.match(/warning/)]).toEqual([0, null]);
    const { best, winner, trials, finished } = JSON.parse(stdout);
    expect([trials, finished]).toEqual([5, true]);
    const records = trialsIn(work.file("whole"));
    expect(records.map(({ state }) => state).sort()).toEqual([1, 2, 2, 2, 2]);
    expect(Object.keys(records[best.trial]!.reports)).toEqual(["1", "2", "3"]);
    expect(records[best.trial]!.values).toEqual([best.objective]);
    const metrics = JSON.parse(readFileSync(work.file(winner.run, "metrics.json"), "utf8"));
    const journal = readFileSync(work.file("whole", "journal.log"), "utf8");
    expect(journal).toContain(`{"heddle:weights":["${metrics.weights.sha256}"]}`);
    const looks = readFileSync(work.file(winner.run, "test-looks.jsonl"), "utf8");
    expect(
      looks
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line).reason),
    ).toEqual(["end of training"]);
    expect(readFileSync(work.file("whole", "report.html"), "utf8")).toContain("looked at once");
    expect(readdirSync(work.file("whole", "trials"))).toEqual([]);
    // From whatever folder it is resumed.
    const { settings } = JSON.parse(readFileSync(work.file("whole", "sweep.json"), "utf8"));
    expect(settings.data).toBe(work.file("clothes"));
  });

  it("resumes after a kill and after Ctrl-C, and comes to the same trials", async () => {
    const running = work.start([...sweep("killed"), "--no-winner"]);
    await running.printed("Trial 1 ");
    running.child.kill("SIGKILL");
    await running.finished;
    const again = work.start([
      "sweep",
      "--resume",
      "killed",
      "--workers",
      "1",
      "--threads",
      "1",
      "--no-winner",
    ]);
    await again.printed("begun already");
    again.child.kill("SIGINT");
    const { code, stderr } = await again.finished;
    expect(code).toBe(130);
    expect(stderr).toContain("to resume it: heddle sweep --resume killed");
    const last = await work.heddle(["sweep", "--resume", "killed", "--workers", "1", "--threads", "1"]);
    expect(last.code).toBe(0);
    expect(trialsIn(work.file("killed"))).toEqual(trialsIn(work.file("whole")));
    expect(existsSync(work.file("killed", "best.json"))).toBe(true);
  });

  it.each([
    [["sweep"], "expected the file of a sweep, or --resume and the folder of one, received neither"],
    [
      [...sweep("whole")],
      "Folder whole: expected a new or empty folder, received a sweep. Resume it with --resume whole",
    ],
    [["sweep", "--resume", "clothes"], "Sweep clothes: expected a folder with a sweep.json, received none"],
    [
      ["sweep", "--resume", "whole", "--lr", "1"],
      "expected only a sweep, which resumes with its original settings",
    ],
    [
      [...sweep("new"), "--epochs", "2"],
      "expected 3 epochs, the `maximum` of its stopping rule, received --epochs 2",
    ],
    [[...sweep("new"), "--seeds", "2"], "expected no stopping rule where a trial has several seeds"],
    [
      [...sweep("new"), "--workers", "200"],
      "cores that there are, received 200 --workers with 1 --threads each",
    ],
    [
      [...sweep("new"), "--validation-split", "0"],
      "held-out images to choose by, because the test set must choose nothing",
    ],
  ])("refuses %j", async (args, text) => {
    const { code, stderr } = await work.heddle(args);
    expect(stderr).toContain(text);
    expect(code).toBe(2);
    expect(existsSync(work.file("new"))).toBe(false);
  });

  it("averages the seeds of a trial", async () => {
    const { stopping: _, ...rest } = { ...definition, trials: 1, name: "seeds" };
    writeFileSync(work.file("seeds.json"), JSON.stringify(rest));
    const words = [
      "sweep",
      "seeds.json",
      "--data",
      "clothes",
      "--epochs",
      "1",
      "--seeds",
      "2",
      "--no-winner",
      "--json",
    ];
    const { code, stdout } = await work.heddle(words);
    expect(code).toBe(0);
    const { best, folder } = JSON.parse(stdout);
    const note = /"heddle:seeds":\[([\d.]+),([\d.]+)\]/.exec(
      readFileSync(work.file(folder, "journal.log"), "utf8"),
    )!;
    expect(best.objective).toBe((Number(note[1]) + Number(note[2])) / 2);
  });
});

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

  it("trains models that a module builds, resumes with the module, and refuses one that has changed", async () => {
    const heddle = new URL("../packages/heddle/dist/index.js", import.meta.url).href;
    const code = `
      import { Dense, Flatten, Input, Rescaling, Sequential } from ${JSON.stringify(heddle)};
      export default {
        name: "widths",
        goal: "minimize",
        trials: 3,
        seeds: 1,
        settings: { epochs: 1 },
        parameters: {
          units: { type: "category", choices: [4, 8, 16] },
          size: { type: "category", choices: { small: { batchSize: 20 }, large: { batchSize: 50 } } },
        },
        constraints: [{ description: "large steps for large models", holds: ({ units, size }) => size === "large" || units < 16 }],
        search: { type: "grid" },
      };
      export function model({ units }, { inputShape, classes }) {
        const layers = [new Rescaling(1 / 255), new Flatten(), new Dense(units), new Dense(classes, { activation: "softmax" })];
        return new Sequential([new Input(inputShape), ...layers]);
      }`;
    writeFileSync(work.file("widths.mjs"), code);
    const place = ["--workers", "1", "--threads", "1"];
    const whole = await work.heddle([
      ...["sweep", "widths.mjs", "--data", "clothes", "--out", "built", ...place, "--no-winner", "--json"],
    ]);
    expect([whole.code, whole.stderr.match(/failed/)]).toEqual([0, null]);
    const { best, trials } = JSON.parse(whole.stdout);
    expect(trials).toBe(3);
    const recipe = JSON.parse(readFileSync(work.file("built", "best.json"), "utf8"));
    const dense = recipe.model.config.layers.find(
      (layer: { class_name: string }) => layer.class_name === "Dense",
    );
    expect([dense.config.units, recipe.batchSize]).toEqual([
      best.values.units,
      best.values.size === "small" ? 20 : 50,
    ]);
    const resume = ["sweep", "--resume", "built", "--trials", "5", ...place, "--json"];
    const more = await work.heddle(resume);
    expect([more.code, JSON.parse(more.stdout).trials]).toEqual([0, 5]);
    expect(JSON.parse(more.stdout).winner.testAccuracy).toBeGreaterThan(0);
    writeFileSync(work.file("widths.mjs"), code.replace("Dense(units)", "Dense(2 * units)"));
    const changed = await work.heddle(resume);
    expect(changed.code).toBe(2);
    expect(changed.stderr).toContain("expected the module that the sweep began with, SHA-256");
  });

  it.each([
    ["export const a = 1;", "expected a module whose default export is a sweep, received none"],
    ["export default { nmae: 1 };", "widths.mjs: expected options that it has"],
    [
      "import './missing.mjs';",
      "widths.mjs: expected a module that can be loaded, received Cannot find module",
    ],
    [
      "export default { name: 'a', goal: 'minimize', trials: 1, parameters: { units: { type: 'integer', low: 1, high: 2 } } };",
      'expected settings of a recipe as parameters, received "units"',
    ],
    ["export default {}; export const model = 3;", "model: expected a function of a trial's values"],
  ])("refuses the module %j", async (code, text) => {
    const name = `${text.length}-widths.mjs`;
    writeFileSync(work.file(name), code);
    const { code: status, stderr } = await work.heddle(["sweep", name, "--data", "clothes", "--out", "new"]);
    expect(stderr).toContain(text);
    expect([status, existsSync(work.file("new"))]).toEqual([2, false]);
  });

  it.each([
    ["random", "expected constraints that some values satisfy, received none among 20000 at random"],
    [
      "grid",
      "nobody.json: expected constraints that some values satisfy, received none among all combinations",
    ],
  ])(
    "refuses constraints that no values satisfy before there is a folder, by %s search",
    async (type, text) => {
      const { stopping: _, ...rest } = definition;
      const constraints = [{ sum: { learningRate: 1, dropout: 1 }, atLeast: 3 }];
      writeFileSync(work.file("nobody.json"), JSON.stringify({ ...rest, search: { type }, constraints }));
      const { code, stderr } = await work.heddle([
        "sweep",
        "nobody.json",
        "--data",
        "clothes",
        "--out",
        "new",
      ]);
      expect(stderr).toContain(text);
      expect([code, existsSync(work.file("new"))]).toEqual([2, false]);
    },
  );

  it("says which Node runs a sweep in TypeScript, or runs it", async () => {
    writeFileSync(work.file("widths.ts"), "const trials: number = 0; export default { trials };");
    const { code, stderr } = await work.start(["sweep", "widths.ts", "--data", "clothes", "--out", "new"])
      .finished;
    const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
    const runs = major > 22 || (major === 22 && minor >= 18);
    expect(stderr).toContain(
      runs
        ? "widths.ts: expected name to be"
        : `widths.ts: expected Node 22.18 or newer, which runs TypeScript, received ${process.version}`,
    );
    expect(code).toBe(2);
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

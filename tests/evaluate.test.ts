import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { type Finished, isOneLine, readJson, Workspace } from "./cli.js";
import { writeClothes, writeCorners } from "./idx-folder.js";

const FIGURES = [
  "accuracy-by-coverage",
  "confusion-matrix",
  "confusion-matrix-counts",
  "most-confused-pairs",
  "reliability-diagram",
  "scores-by-class",
  "top-losses",
];

describe("heddle evaluate", () => {
  const work = new Workspace();
  let run: string;
  beforeAll(async () => {
    for (const seed of ["1", "2"]) {
      const { code, stderr } = await work.heddle([
        "train",
        "--data",
        "clothes",
        "--epochs",
        "2",
        "--batch-size",
        "32",
        "--seed",
        seed,
      ]);
      expect(code, stderr).toBe(0);
    }
    run = `runs/${basename(work.runs()[0]!)}`;
  });
  const answerOf = ({ code, stdout, stderr }: Finished) => {
    expect(code, stderr).toBe(0);
    return JSON.parse(stdout);
  };
  const evaluate = async (...args: string[]) => answerOf(await work.heddle(["evaluate", ...args, "--json"]));
  const looks = (folder = run) =>
    existsSync(work.file(folder, "test-looks.jsonl"))
      ? readFileSync(work.file(folder, "test-looks.jsonl"), "utf8").trimEnd().split("\n").length
      : 0;

  it("agrees with the run's own evaluation.json, its figures and the section of its report", async () => {
    const kept = readJson(work.path, run, "evaluation.json");
    expect(kept).toMatchObject({ dataset: { name: "clothes" }, split: "test", evaluation: { images: 200 } });
    const found = await evaluate(run);
    expect(found.evaluation).toEqual(kept.evaluation);
    expect(found.evaluation.accuracy.value).toBe(readJson(work.path, run, "metrics.json").test.accuracy);
    const files = readdirSync(work.file(run, "figures"));
    for (const name of FIGURES) {
      expect(files).toContain(`${name}.svg`);
      expect(files).toContain(`${name}.png`);
    }
    const html = readFileSync(work.file(run, "report.html"), "utf8");
    expect(html).toContain('<section id="evaluation"');
    for (const title of ["Reliability, clothes", "Accuracy by coverage, clothes", "Scores of each class"]) {
      expect(html).toContain(title);
    }
  });

  it("counts every look at the test images, in the run, its report and its own output", async () => {
    // Two epochs and the end of training came first.
    const before = looks();
    expect(before).toBeGreaterThanOrEqual(3);
    const both = [work.start(["evaluate", run, "--json"]), work.start(["evaluate", run, "--json"])];
    const [first, second] = (await Promise.all(both.map(({ finished }) => finished))).map(answerOf);
    expect(looks()).toBe(before + 2);
    expect(Math.max(first.testLooks.count, second.testLooks.count)).toBe(before + 2);
    const { stdout } = await work.heddle(["evaluate", run]);
    const sentence = `looked at ${before + 3} times (twice to validate an epoch, once at the end of training and`;
    expect(stdout).toContain(sentence);
    expect(readFileSync(work.file(run, "report.html"), "utf8")).toContain(sentence);
    expect(readJson(work.path, run, "run.json").status).toBe("finished");
  });

  it("measures the training images that the run was trained on", async () => {
    const { code, stderr } = await work.heddle([
      "train",
      "--data",
      "clothes",
      "--epochs",
      "1",
      "--limit",
      "200",
      "--run-dir",
      "limited",
    ]);
    expect(code, stderr).toBe(0);
    const { train } = await evaluate("latest", "--run-dir", "limited", "--split", "train");
    const { accuracy, loss } = readJson(work.runs("limited")[0]!, "metrics.json").train;
    expect(train).toEqual({ accuracy, loss, images: 200 });
  });

  it("counts no look at different images", async () => {
    const before = looks();
    expect((await evaluate(run, "--split", "train")).testLooks).toBeNull();
    writeClothes(work.file("others"), { train: 100, test: 50 });
    expect((await evaluate(run, "--data", "others")).testLooks).toBeNull();
    expect(looks()).toBe(before);
    // The same images count in any folder.
    cpSync(work.file("clothes"), work.file("copied"), { recursive: true });
    expect((await evaluate(run, "--data", "copied")).testLooks.count).toBe(before + 1);
  });

  it("writes a page with all figures next to it", async () => {
    const { code, stdout, stderr } = await work.heddle(["evaluate", run, "--report", "pages/first.html"]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^Report +pages\/first\.html$/m);
    const html = readFileSync(work.file("pages", "first.html"), "utf8");
    expect(html).toMatch(/^<!doctype html>/i);
    for (const id of ["result", "classes", "confusion", "calibration", "mistakes"]) {
      expect(html).toContain(`<section id="${id}"`);
    }
    // Encoded pictures and fonts may contain any letters.
    const words = html.replace(/base64,[\w+/=]+/g, "");
    expect(words).not.toMatch(/<script|<link|NaN|undefined/);
    expect(readdirSync(work.file("pages", "first-figures")).sort()).toEqual(
      FIGURES.flatMap((name) => [`${name}.png`, `${name}.svg`]).sort(),
    );
    await work.heddle(["evaluate", run, "--report"]);
    expect(existsSync(work.file(run, "evaluation-clothes-test.html"))).toBe(true);
  });

  it("refuses a folder as the page before it looks at the test images, and leaves no file", async () => {
    const before = looks();
    mkdirSync(work.file("folder"));
    const { code, stderr } = await work.heddle(["evaluate", run, "--report", "folder"]);
    expect(code).toBe(2);
    expect(stderr).toBe(
      "heddle: File folder: expected a file for the page, received a folder. Name a file in it: folder/report.html.\n",
    );
    expect(looks()).toBe(before);
    expect(readdirSync(work.path).filter((name) => name.includes("folder"))).toEqual(["folder"]);
  });

  it("compares two runs on the same images", async () => {
    const other = `runs/${basename(work.runs()[1]!)}`;
    const before = looks(other);
    const { against, evaluation } = await evaluate(run, "--against", other);
    const { bothRight, onlyFirstRight, onlySecondRight, bothWrong, pValue } = against.mcnemar;
    expect(bothRight + onlyFirstRight).toBe(evaluation.accuracy.correct);
    expect(bothRight + onlySecondRight).toBe(against.evaluation.accuracy.correct);
    expect(bothRight + onlyFirstRight + onlySecondRight + bothWrong).toBe(200);
    expect(pValue).toBeGreaterThan(0);
    expect(against.verdict).toMatch(/^Of the same 200 images, .*McNemar's test, (exact|chi)/);
    expect(looks(other)).toBe(before + 1);
    const itself = await evaluate(run, "--against", run);
    expect(itself.against.mcnemar).toMatchObject({ onlyFirstRight: 0, onlySecondRight: 0, pValue: 1 });
  });

  it.each([
    ["the run's model folder", "model"],
    ["its config.json", "model/config.json"],
  ])("accepts %s in place of the run", async (_, path) => {
    expect((await evaluate(join(run, path))).run).toBe(work.file(run));
  });

  it("measures a model without a run", async () => {
    cpSync(work.file(run, "model"), work.file("mine"), { recursive: true });
    const found = await evaluate("mine", "--data", "clothes");
    expect(found).toMatchObject({ run: null, model: "mine", testLooks: null });
    expect(found.evaluation.accuracy).toEqual(
      readJson(work.path, run, "evaluation.json").evaluation.accuracy,
    );
  });

  it("counts the looks of a run that was stopped before its end", async () => {
    mkdirSync(work.file("stopped"));
    cpSync(work.file(run), work.file("stopped", "run"), { recursive: true });
    for (const name of ["metrics.json", "evaluation.json", "report.html"]) {
      writeFileSync(work.file("stopped", "run", name), "");
    }
    const before = looks("stopped/run");
    expect((await evaluate("stopped/run")).testLooks.count).toBe(before + 1);
  });

  it.each([
    ["an unknown split", ["--split", "validation"], "Allowed choices are test, train"],
    ["a second run that does not exist", ["--against", "nowhere"], "Run nowhere: expected a run folder"],
    [
      "a page that is a folder",
      ["--report", "clothes"],
      "File clothes: expected a file for the page, received a folder.",
    ],
  ])("refuses %s", async (_, args, text) => {
    const { code, stdout, stderr } = await work.heddle(["evaluate", run, ...args]);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(text);
    expect(isOneLine(stderr), stderr).toBe(true);
  });

  it("refuses data with different classes, and names them", async () => {
    cpSync(work.file(run), work.file("named", "run"), { recursive: true });
    const record = readJson(work.path, "named", "run", "run.json");
    record.dataset.classNames = record.dataset.classNames.map((name: string) => `animal ${name}`);
    writeFileSync(work.file("named", "run", "run.json"), JSON.stringify(record));
    const data = ["--data", "fashion-sketch"];
    const other = await work.heddle(["evaluate", "named/run", ...data]);
    expect([other.code, other.stdout]).toEqual([2, ""]);
    expect(other.stderr).toMatch(/fashion-sketch.*expected the model's classes: animal 0, .*T-shirt/);
    const against = await work.heddle(["evaluate", run, ...data, "--against", "named/run"]);
    expect([against.code, against.stdout]).toEqual([2, ""]);
    expect(against.stderr).toMatch(/fashion-sketch.*expected the model's classes: animal 0, .*T-shirt/);
  });

  it("refuses data that does not fit a model without a run", async () => {
    cpSync(work.file(run, "model"), work.file("small"), { recursive: true });
    writeCorners(work.file("corners"));
    const { code, stderr } = await work.heddle(["evaluate", "small", "--data", "corners"]);
    expect(code).toBe(2);
    expect(stderr).toContain("expected images of 28×28×1");
    expect(isOneLine(stderr), stderr).toBe(true);
  });
});

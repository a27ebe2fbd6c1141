import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { leftoverOf } from "@heddle/core/internal/base/aside.testing.js";
import type { Dataset } from "@heddle/core/internal/data/dataset.js";
import { generateFashionSketch } from "@heddle/core/internal/data/fashion-sketch/index.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { claimsIn, writeClaim } from "../../system/lock.testing.js";
import { REFERENCE, regimes } from "./regimes.js";
import type { RegularizationRequest } from "./request.js";
import { type RegularizationEvents, runRegularization } from "./run-regularization.js";

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "heddle-study-"));
  folders.push(folder);
  return folder;
}

const dataset: Dataset = generateFashionSketch({ train: 120, test: 40 });
const request: RegularizationRequest = {
  seeds: 2,
  epochs: 1,
  batchSize: 20,
  learningRate: 1e-3,
  seed: 42,
  fast: false,
};
const command = "heddle study regularization --seeds 2 --epochs 1 --batch-size 20";

/** One regime with a choice, the claim's two rivals with one strength, and the reference. */
const few = regimes
  .filter(({ name }) => ["l1", "l2", "early-stopping", REFERENCE].includes(name))
  .map((regime) => (regime.name === "l1" ? { ...regime, settings: regime.settings.slice(0, 1) } : regime));
/** 3 choices among the strengths of L2, and 4 regimes over 2 seeds. */
const TRIALS = 3 + 8;

/** Any speed will do here: nothing is fitted to a time. */
const speed = { imagesPerSecond: 10_000, evaluatedPerSecond: 20_000 };
const speeds = { none: speed, maxPooling: speed, strides: speed };

function run(runsFolder: string, options: Partial<Parameters<typeof runRegularization>[0]> = {}) {
  const signal = new AbortController().signal;
  return runRegularization({
    ...{ dataset, request, command, runsFolder, threads: 1, signal, regimes: few, speeds },
    ...options,
  });
}

/** What a study decided and found, without its times. */
function outcomeOf(folder: string) {
  const trials = readdirSync(join(folder, "trials")).sort();
  const read = (...path: string[]) => JSON.parse(readFileSync(join(folder, ...path), "utf8"));
  return {
    trials: trials.map((name) => ({ ...read("trials", name), seconds: 0, engine: "" })),
    test: read("test.json").results,
    results: read("results.json"),
  };
}

const STUDY = "regularization-fashion-sketch";

describe("an undisturbed study", () => {
  const root = newFolder();
  const folder = join(root, STUDY);
  let first: Awaited<ReturnType<typeof runRegularization>>;
  beforeAll(async () => {
    first = await run(root);
  });

  it("keeps every trial, looks at the test images once, and names no path", () => {
    expect(first.folder).toBe(folder);
    expect(readdirSync(folder).sort()).toEqual([
      "figures",
      "report.html",
      "results.json",
      "study.json",
      "test.json",
      "trials",
    ]);
    expect(readdirSync(join(folder, "trials"))).toHaveLength(TRIALS);
    const { study, results } = first;
    expect(study.images).toEqual({ train: 100, validation: 20, test: 40 });
    expect(results.map(({ regime }) => regime.name)).toEqual(few.map(({ name }) => name));
    for (const { testAccuracies, seeds, gap, test, train } of results) {
      expect(seeds).toEqual([43, 44]);
      for (const accuracy of testAccuracies) expect(Math.round(accuracy * 40) / 40).toBeCloseTo(accuracy, 9);
      expect(gap.mean).toBeCloseTo(train.mean - test.mean, 9);
    }
    const keys = readdirSync(join(folder, "trials")).map((name) => name.slice(0, 16));
    const looked = Object.keys(outcomeOf(folder).test);
    expect(looked).toHaveLength(8);
    expect(keys).toEqual(expect.arrayContaining(looked));
    for (const name of ["report.html", "study.json", "results.json"])
      expect(readFileSync(join(folder, name), "utf8")).not.toContain(root);
  });

  it("trains nothing and looks at no test image when it is run again", async () => {
    const before = readFileSync(join(folder, "test.json"), "utf8");
    const trained: string[] = [];
    const again = await run(root, { events: { onTrial: ({ key }) => trained.push(key) } });
    expect(trained).toEqual([]);
    expect(readFileSync(join(folder, "test.json"), "utf8")).toBe(before);
    expect(again.study.finishedAt).toBe(first.study.finishedAt);
  });

  it("refuses a request that differs from its first one, and names the difference", async () => {
    await expect(run(root, { request: { ...request, epochs: 2 } })).rejects.toThrow(
      `Study ${folder}: expected \`epochs\` to be 1, as when it began, received 2. Resume it with "${command}", or begin a new study in another folder of runs.`,
    );
    const places = ["--data", "my photos", "--run-dir", "here"];
    await expect(run(root, { request: { ...request, epochs: 2 }, places })).rejects.toThrow(
      `--batch-size 20 --data 'my photos' --run-dir here", or begin`,
    );
    const cats = { ...dataset, classNames: ["cat"] };
    await expect(run(root, { dataset: cats })).rejects.toThrow("expected images of at least two classes");
    const other = generateFashionSketch({ train: 120, test: 40, seed: 8 });
    await expect(run(root, { dataset: other })).rejects.toThrow("expected data to be fashion-sketch");
    await expect(run(root, { request: { ...request, budgetSeconds: 600 } })).rejects.toThrow(
      "expected `budget` to be none, as when it began, received 10m",
    );
  });

  it("reaches the same results when it is stopped and resumed, on any number of threads", async () => {
    const otherRoot = newFolder();
    const other = join(otherRoot, STUDY);
    // Once among the choices, once among those compared.
    for (const stop of [2, 6]) {
      const controller = new AbortController();
      const events: RegularizationEvents = {
        onTrial: (_, __, { number }) => {
          if (number === stop) controller.abort();
        },
      };
      const stopped = run(otherRoot, { signal: controller.signal, events, threads: 2 });
      await expect(stopped).rejects.toThrow(`Finished trials are kept in ${other}`);
      expect(readdirSync(join(other, "trials"))).toHaveLength(stop);
      expect(existsSync(join(other, "test.json"))).toBe(false);
      expect(claimsIn(other)).toEqual([]);
    }
    // As a killed process leaves it; no process has a number this large.
    writeClaim(other, { pid: 2 ** 30 });
    writeFileSync(await leftoverOf(join(other, "trials", "half.json"), "tmp"), "{");
    const trained: number[] = [];
    await run(otherRoot, { events: { onTrial: (_, __, { number }) => trained.push(number) } });
    expect(trained).toEqual([7, 8, 9, 10, 11]);
    expect(readdirSync(other)).toEqual(readdirSync(folder));
    expect(outcomeOf(other)).toEqual(outcomeOf(folder));
  });
});

describe("runRegularization", () => {
  it("refuses to work next to another process", async () => {
    const root = newFolder();
    const folder = join(root, STUDY);
    mkdirSync(folder, { recursive: true });
    const claim = writeClaim(folder, { pid: process.ppid });
    await expect(run(root)).rejects.toThrow(
      `Study ${folder}: expected no other process at work on it, received process ${process.ppid} on ${hostname()}. Wait until it ends, or delete ${claim} if it is no study.`,
    );
    expect(existsSync(claim)).toBe(true);
  });

  it("names a damaged trial", async () => {
    const root = newFolder();
    const controller = new AbortController();
    const events: RegularizationEvents = { onTrial: () => controller.abort() };
    await expect(run(root, { signal: controller.signal, events })).rejects.toThrow("Stopped.");
    const trials = join(root, STUDY, "trials");
    const [only] = readdirSync(trials);
    writeFileSync(join(trials, only!), "{");
    await expect(run(root)).rejects.toThrow(`${join(trials, only!)}: expected JSON, received `);
  });

  it("refuses too few images", async () => {
    await expect(run(newFolder(), { request: { ...request, limit: 11 } })).rejects.toThrow(
      "expected at least 12 training images, of which one in six is held out, received 11",
    );
  });
});

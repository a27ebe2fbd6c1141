import { describe, expect, it } from "vitest";
import { Random } from "../base/random.js";
import { type Dataset, type ImageSet, imagesAt } from "../data/dataset.js";
import { generateFashionSketch } from "../data/fashion-sketch/index.js";
import { labelErrorFindings } from "./label-errors.js";
import { defaultEpochs, outOfFold, whyNotJudged } from "./out-of-fold.js";

describe("defaultEpochs", () => {
  it("trains small sets for more epochs, up to a limit", () => {
    expect([60000, 12000, 1000, 10].map((images) => defaultEpochs(images, 4))).toEqual([4, 4, 40, 40]);
    expect(defaultEpochs(6000, 4)).toBe(8);
  });
});

describe("whyNotJudged", () => {
  const { train, test, classNames, ...about } = generateFashionSketch({ train: 200, test: 10 });
  const withLabels = (labels: Uint8Array): Dataset => ({
    ...about,
    classNames,
    test,
    train: { ...train, labels },
  });
  it("names what is missing", () => {
    const dataset = { ...about, classNames, train, test };
    expect(whyNotJudged(dataset, 4)).toBeUndefined();
    expect(whyNotJudged(withLabels(new Uint8Array(200)), 4)).toBe(
      "there are fewer than two classes to tell apart",
    );
    const lonely = new Uint8Array(200);
    lonely[5] = 3;
    expect(whyNotJudged(withLabels(lonely), 4)).toBe(
      "that needs at least two classes with 8 training images or more",
    );
    const small = { ...dataset, train: { ...train, shape: [5, 9, 1] as const } };
    expect(whyNotJudged(small, 4)).toContain("images of 5×9 are too small");
  });
});

describe("suspected label errors", () => {
  // Four classes that a small model soon tells apart; five labels in a hundred are replaced by the next class.
  const { train, test, ...about } = generateFashionSketch({ train: 2500, test: 250, seed: 11 });
  const chosen = [1, 3, 7, 8];
  const right = { train: ofClasses(train, chosen), test: ofClasses(test, chosen) };
  const random = new Random(4, "selection");
  const flipped = new Set<number>();
  while (flipped.size < 50) flipped.add(random.below(right.train.count));
  const labels = Int32Array.from(right.train.labels, (label, index) =>
    flipped.has(index) ? (label + 1 + random.below(3)) % 4 : label,
  );
  const noisy: Dataset = {
    ...about,
    classNames: chosen.map((label) => about.classNames[label]!),
    train: { ...right.train, labels },
    test: right.test,
  };
  const options = { folds: 3, epochs: 12, seed: 1, signal: new AbortController().signal };

  it("include the labels that were changed", { timeout: 120_000 }, async () => {
    const { train: found, test: ofTest } = await labelErrorFindings(noisy, options);
    const hits = found.suspects.filter(({ index }) => flipped.has(index)).length;
    // An image counts only if a model is at least as sure of it as on average: few false alarms, but some misses.
    expect(hits / flipped.size, "recall").toBeGreaterThan(0.55);
    expect(hits / found.suspects.length, "precision").toBeGreaterThan(0.9);
    const named = found.suspects.filter(({ index, suggested }) => suggested === right.train.labels[index]);
    expect(named.length).toBeGreaterThanOrEqual(hits);
    expect(found.estimatedErrors).toBeGreaterThan(35);
    expect(found.estimatedErrors).toBeLessThan(65);
    expect(ofTest.suspects.length).toBeLessThan(5);
  });

  it("are the same on any number of threads", { timeout: 120_000 }, async () => {
    const short = { ...options, folds: 2, epochs: 1 };
    const first = await outOfFold(noisy, { ...short, threads: 1 });
    const second = await outOfFold(noisy, { ...short, threads: 2 });
    expect(second).toEqual(first);
    for (const probabilities of [first.train, first.test]) {
      expect(probabilities.subarray(0, 4).reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 4);
    }
  });
});

/** The images of some classes, with their labels renumbered from 0. */
function ofClasses(set: ImageSet, classes: readonly number[]): ImageSet {
  const positions = [...set.labels].flatMap((label, at) => (classes.includes(label) ? [at] : []));
  const picked = imagesAt(set, positions);
  return { ...picked, labels: Int32Array.from(picked.labels, (label) => classes.indexOf(label)) };
}

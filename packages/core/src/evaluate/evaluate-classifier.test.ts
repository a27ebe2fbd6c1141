import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { answersOf, type Predictions } from "./answers.js";
import { calibration, fittedScaling } from "./calibration.js";
import { evaluateClassifier } from "./evaluate-classifier.js";
import { mcnemarTest } from "./mcnemar.js";

const names = ["cat", "dog", "bird"];

/** Predictions with these rows. */
function predictions(rows: readonly (readonly number[])[], labels: readonly number[]): Predictions {
  return { probabilities: Float32Array.from(rows.flat()), labels, classNames: names };
}

/** A few images of three classes with arbitrary probabilities. */
const anyPredictions = fc
  .array(fc.tuple(fc.tuple(fc.nat(50), fc.nat(50), fc.nat(50)), fc.nat(2)), { minLength: 1, maxLength: 60 })
  .map((images) =>
    predictions(
      images.map(([row]) => {
        const sum = row.reduce((total, value) => total + value, 0);
        return sum === 0 ? [1, 0, 0] : row.map((value) => value / sum);
      }),
      images.map(([, label]) => label),
    ),
  );

describe("evaluateClassifier", () => {
  const rows = [
    [0.9, 0.05, 0.05],
    [0.2, 0.7, 0.1],
    [0.6, 0.3, 0.1],
    [0.8, 0.15, 0.05],
    [0.1, 0.2, 0.7],
  ];
  const some = predictions(rows, [0, 1, 1, 1, 0]);

  it("lists the most confused pairs, each with its most confident mistakes first", () => {
    const { confusedPairs } = evaluateClassifier(some);
    expect(confusedPairs.map(({ truth, predicted, count }) => [truth, predicted, count])).toEqual([
      [1, 0, 2],
      [0, 2, 1],
    ]);
    expect(confusedPairs[0]!.rate).toBeCloseTo(2 / 3);
    expect(confusedPairs[0]!.examples.map(({ image }) => image)).toEqual([3, 2]);
    expect(confusedPairs[0]!.examples[0]!.probability).toBeCloseTo(0.8);
  });

  it("lists the largest losses first", () => {
    const { topLosses } = evaluateClassifier(some, { topLosses: 2 });
    expect(topLosses.map(({ image, truth, predicted }) => [image, truth, predicted])).toEqual([
      [4, 0, 2],
      [3, 1, 0],
    ]);
    expect(topLosses[0]!.loss).toBeCloseTo(-Math.log(0.1), 6);
  });

  it("weighs the calibration error of each bin by its images", () => {
    // Five images in five bins: right at 0.9 and 0.7, wrong at 0.6, 0.8 and 0.7. The bin of 0.7 is half right.
    const expected = (0.1 + 0.6 + 0.8 + 2 * 0.2) / 5;
    expect(evaluateClassifier(some).calibration.ece).toBeCloseTo(expected, 6);
  });

  it("returns plain data, unchanged by JSON", () => {
    const evaluation = evaluateClassifier(some);
    expect(JSON.parse(JSON.stringify(evaluation))).toEqual(evaluation);
  });

  it("stays finite and within its bounds, whatever is predicted", () => {
    fc.assert(
      fc.property(anyPredictions, (given) => {
        const evaluation = evaluateClassifier(given);
        const { accuracy, calibration: calibrated, topK, coverage, confusion } = evaluation;
        // JSON would turn NaN and infinities into null.
        expect(JSON.parse(JSON.stringify(evaluation))).toEqual(evaluation);
        expect(accuracy.interval.low).toBeLessThanOrEqual(accuracy.value);
        expect(accuracy.interval.high).toBeGreaterThanOrEqual(accuracy.value);
        expect(topK[0]!.accuracy).toBe(accuracy.value);
        expect(topK.at(-1)!.accuracy).toBe(1);
        expect(coverage.at(-1)!.accuracy).toBe(accuracy.value);
        expect(confusion.counts.flat().reduce((sum, count) => sum + count, 0)).toBe(given.labels.length);
        expect(confusion.cells.map(([truth, answer]) => confusion.counts[truth]![answer])).toEqual(
          confusion.cells.map(([, , count]) => count),
        );
        expect(calibrated.ece).toBeLessThanOrEqual(1);
      }),
    );
  });

  it("fits no temperature to one image, and fits it to separate images if there are some", () => {
    const single = predictions([[0.7, 0.2, 0.1]], [0]);
    expect(evaluateClassifier(single).calibration.temperature).toBeNull();
    const { temperature } = evaluateClassifier(single, { fitTemperatureOn: some }).calibration;
    expect(temperature).toMatchObject({ fittedOn: "other images" });
    expect(temperature!.temperatures).toHaveLength(1);
  });

  it("shows no temperature that is at the end of its range, as where every answer is right", () => {
    const right = calibration(
      answersOf(
        predictions(
          rows.slice(0, 1).flatMap((row) => [row, row]),
          [0, 0],
        ),
      ),
    );
    expect(right.temperature!.temperatures).toEqual([0.05, 0.05]);
    expect(fittedScaling(right)).toBeNull();
  });

  it("never scales an image by a temperature that saw its label", () => {
    const before = calibration(answersOf(some)).temperature!;
    expect(before.fittedOn).toBe("two folds");
    // Image 3 is in the first half, whatever its label: that half is scaled by the second, which does not change.
    const after = calibration(answersOf(predictions(rows, [0, 1, 1, 2, 0]))).temperature!;
    expect(after.temperatures[0]).toBe(before.temperatures[0]);
    expect(after.temperatures[1]).not.toBe(before.temperatures[1]);
  });

  it.each([
    ["no images", predictions([], []), "received 0 images, 3 classes and 0 probabilities"],
    ["a row too few", predictions([[1, 0, 0]], [0, 1]), "received 2 images, 3 classes and 3 probabilities"],
    [
      "a label of no class",
      predictions([[1, 0, 0]], [3]),
      "expected labels from 0 to 2, received 3 at image 0",
    ],
    ["logits", predictions([[3, -1, 0]], [0]), "image 0: expected probabilities of at least 0"],
    ["overflow", predictions([[Number.NaN, 0, 0]], [0]), "received NaN for class 0"],
    ["sigmoids", predictions([[0.9, 0.8, 0.1]], [0]), "received a sum of 1.80000"],
  ])("refuses %s", (_, given, text) => {
    expect(() => evaluateClassifier(given)).toThrow(text);
  });
});

describe("mcnemarTest", () => {
  it("counts the images that only one model gets right", () => {
    const truth = [0, 0, 0, 0];
    const right = [1, 0, 0];
    const wrong = [0, 1, 0];
    const first = answersOf(predictions([right, right, right, wrong], truth));
    const second = answersOf(predictions([right, wrong, wrong, wrong], truth));
    expect(mcnemarTest(first, second)).toEqual({
      ...{ bothRight: 1, onlyFirstRight: 2, onlySecondRight: 0, bothWrong: 1 },
      ...{ method: "exact binomial", statistic: null, pValue: 0.5 },
    });
  });

  it("refuses evaluations of different images", () => {
    const one = answersOf(predictions([[1, 0, 0]], [0]));
    const other = answersOf(predictions([[1, 0, 0]], [1]));
    expect(() => mcnemarTest(one, other)).toThrow("expected two predictions of the same images");
  });
});

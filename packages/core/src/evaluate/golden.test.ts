// Every figure against scikit-learn, SciPy and NumPy: tools/golden/evaluation.py wrote their results for the same
// probabilities.
import { describe, expect, it } from "vitest";
import { readGolden } from "../base/golden.testing.js";
import { wilsonInterval } from "./accuracy.js";
import { answersOf } from "./answers.js";
import { complementaryErrorFunction } from "./error-function.js";
import { evaluateClassifier } from "./evaluate-classifier.js";
import { discordantTest } from "./mcnemar.js";
import { fitTemperature, logitsOf } from "./temperature.js";

type Numbers = readonly (number | null)[];

interface Case {
  readonly name: string;
  readonly classes: number;
  readonly probabilities: readonly number[];
  readonly labels: readonly number[];
  readonly accuracy: number;
  readonly wilson: Numbers;
  readonly loss: number;
  readonly confusion: readonly (readonly number[])[];
  readonly rates: readonly Numbers[];
  readonly precision: Numbers;
  readonly recall: Numbers;
  readonly f1: Numbers;
  readonly support: readonly number[];
  readonly macro: Numbers;
  readonly topK: Numbers;
  readonly auc: { readonly perClass: Numbers; readonly macro: number | null };
  readonly reliability: {
    readonly counts: readonly number[];
    readonly accuracy: Numbers;
    readonly confidence: Numbers;
    readonly ece: number;
  };
  readonly temperature: {
    readonly all: number;
    readonly folds: { readonly temperatures: Numbers; readonly ece: number; readonly loss: number } | null;
  };
  readonly coverage: readonly (readonly [threshold: number, coverage: number, accuracy: number])[];
}

const golden = readGolden<{
  readonly sklearn: string;
  readonly scipy: string;
  readonly cases: readonly Case[];
  readonly wilson: readonly (readonly [number, number, number, number])[];
  readonly mcnemar: readonly {
    readonly first: number;
    readonly second: number;
    readonly statistic: number | null;
    readonly pValue: number;
  }[];
  readonly erfc: readonly (readonly [number, number])[];
}>("evaluation");

function expectClose(values: Numbers, wanted: Numbers, digits = 12): void {
  expect(values.length).toBe(wanted.length);
  values.forEach((value, at) => {
    const expected = wanted[at];
    if (value === null || expected === null) expect(value).toBe(expected);
    else expect(value).toBeCloseTo(expected!, digits);
  });
}

function predictionsOf({ probabilities, labels, classes }: Case) {
  return {
    probabilities: Float32Array.from(probabilities),
    labels,
    classNames: Array.from({ length: classes }, (_, label) => `class ${label}`),
  };
}

describe(`an evaluation agrees with scikit-learn ${golden.sklearn} and SciPy ${golden.scipy}:`, () => {
  describe.each(golden.cases.map((one) => [one.name, one] as const))("%s", (_, one) => {
    const predictions = predictionsOf(one);
    const evaluation = evaluateClassifier(predictions);
    const { perClass, macro, calibration } = evaluation;

    it("accuracy, its interval and the loss", () => {
      const { value, interval } = evaluation.accuracy;
      expectClose([value, interval.low, interval.high], [one.accuracy, ...one.wilson]);
      expectClose([evaluation.loss], [one.loss]);
    });

    it("confusion and the scores of each class", () => {
      expect(evaluation.confusion.counts).toEqual(one.confusion);
      for (const [truth, row] of evaluation.confusion.rates.entries()) expectClose(row, one.rates[truth]!);
      expect(perClass.map(({ support }) => support)).toEqual(one.support);
      expectClose(
        perClass.map(({ precision }) => precision),
        one.precision,
      );
      expectClose(
        perClass.map(({ recall }) => recall),
        one.recall,
      );
      expectClose(
        perClass.map(({ f1 }) => f1),
        one.f1,
      );
      expectClose([macro.precision, macro.recall, macro.f1], one.macro);
    });

    it("top-k and the areas under the ROC curves", () => {
      expectClose(
        evaluation.topK.map(({ accuracy }) => accuracy),
        one.topK,
      );
      expectClose(evaluation.auc.perClass, one.auc.perClass);
      expectClose([evaluation.auc.macro], [one.auc.macro]);
    });

    it("the reliability table and the expected calibration error", () => {
      const { table, ece } = calibration;
      expect(table.map(({ images }) => images)).toEqual(one.reliability.counts);
      const filled = table.filter(({ images }) => images > 0);
      expectClose(
        filled.map(({ accuracy }) => accuracy),
        one.reliability.accuracy,
      );
      expectClose(
        filled.map(({ confidence }) => confidence),
        one.reliability.confidence,
      );
      expectClose([ece], [one.reliability.ece]);
    });

    it("the temperature, fitted on all images and in two folds", () => {
      const { all, folds } = one.temperature;
      expect(fitTemperature(logitsOf(answersOf(predictions))) / all).toBeCloseTo(1, 8);
      const { temperature } = calibration;
      if (folds === null || temperature === null) {
        expect([folds, temperature]).toEqual([null, null]);
        return;
      }
      expectClose(temperature.temperatures, folds.temperatures, 6);
      expectClose(
        [temperature.after.ece, temperature.after.negativeLogLikelihood],
        [folds.ece, folds.loss],
        7,
      );
      expectClose(
        [temperature.before.ece, temperature.before.negativeLogLikelihood],
        [calibration.ece, one.loss],
      );
    });

    it("accuracy by coverage", () => {
      const known = new Map(one.coverage.map(([threshold, ...rest]) => [threshold, rest]));
      for (const { threshold, coverage, accuracy } of evaluation.coverage) {
        const rest = known.get(threshold);
        expect(rest).toBeDefined();
        expectClose([coverage, accuracy], rest!);
      }
      expect(evaluation.coverage.at(-1)).toMatchObject({ coverage: 1, accuracy: evaluation.accuracy.value });
      // With at most 100 images, each confidence is a point.
      if (one.labels.length <= 100) expect(evaluation.coverage.length).toBe(one.coverage.length);
    });
  });

  it.each(golden.wilson)("Wilson's interval of %i in %i", (successes, trials, low, high) => {
    const interval = wilsonInterval(successes, trials);
    expectClose([interval.low, interval.high], [low, high]);
  });

  it.each(golden.mcnemar)(
    "McNemar's test of $first against $second",
    ({ first, second, statistic, pValue }) => {
      const test = discordantTest(first, second);
      expect(test.method).toBe(
        first + second < 25 ? "exact binomial" : "chi-square with continuity correction",
      );
      expectClose([test.statistic], [statistic]);
      expect(test.pValue / pValue).toBeCloseTo(1, 9);
    },
  );

  it.each(golden.erfc)("erfc(%d)", (x, value) => {
    expect(complementaryErrorFunction(x) / value).toBeCloseTo(1, 11);
  });
});

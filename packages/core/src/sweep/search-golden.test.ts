// Compares the searches with Optuna 5 and SciPy, whose values tools/golden/sweep.py wrote.
import { describe, expect, it } from "vitest";
import { readGolden, relativeError } from "../base/golden.testing.js";
import type { Parameter, Values } from "./parameter.js";
import { choiceProbabilities, normalKernels, ParzenEstimator } from "./parzen.js";
import { Sobol } from "./sobol.js";
import { isBelowMedian } from "./stopping.js";
import type { Goal, Trial, TrialState } from "./study.js";
import { studyOf } from "./study.testing.js";
import { mostPromising, splitTrials } from "./tpe.js";

interface GoldenTrial {
  readonly state: TrialState;
  readonly values?: Values;
  readonly value: number | null;
  readonly reports: readonly (readonly [step: number, value: number | null])[];
}

interface Golden {
  readonly space: Readonly<Record<string, Parameter>>;
  readonly estimators: readonly {
    readonly names: readonly string[];
    readonly observations: readonly Values[];
    readonly weights: readonly number[];
    readonly kernels: Readonly<
      Record<
        string,
        { readonly centres: number[]; readonly widths: number[]; readonly probabilities: number[][] }
      >
    >;
    readonly points: readonly Values[];
    readonly logDensities: readonly number[];
  }[];
  readonly choices: readonly {
    readonly goal: Goal;
    readonly trials: readonly GoldenTrial[];
    readonly groups: readonly {
      readonly names: readonly string[];
      readonly better: Readonly<Record<string, readonly number[]>>;
      readonly worse: Readonly<Record<string, readonly [count: number, sum: number]>>;
      readonly candidates: readonly Values[];
      readonly taken: Values;
    }[];
  }[];
  readonly medians: readonly {
    readonly goal: Goal;
    readonly startupTrials: number;
    readonly warmupSteps: number;
    readonly trials: readonly GoldenTrial[];
    readonly stops: boolean;
  }[];
  readonly sobol: Readonly<Record<string, readonly number[]>>;
}

const golden = readGolden<Golden>("sweep/search");

function named(names: readonly string[]) {
  return names.map((name) => ({ name, parameter: golden.space[name]! }));
}

function study(trials: readonly GoldenTrial[]) {
  return studyOf(
    trials.map(({ state, values = {}, value, reports }) => ({
      state,
      values,
      objectives: value === null ? undefined : [value],
      reports: reports.map(([step, reported]) => ({ step, value: reported ?? Number.NaN })),
    })),
  );
}

function expectClose(actual: readonly number[], expected: readonly number[], who: string) {
  expect(actual.length, who).toBe(expected.length);
  expect(relativeError(actual, expected).error, who).toBeLessThan(1e-9);
}

/** Values as Optuna's numbers. */
function internal(name: string, trials: readonly Trial[], names: readonly string[]): number[] {
  const parameter = golden.space[name]!;
  return trials
    .filter(({ values }) => names.every((one) => values[one] !== undefined))
    .map(({ values }) =>
      parameter.type === "category" ? parameter.choices.indexOf(values[name]!) : (values[name] as number),
    );
}

describe("TPE", () => {
  it("has Optuna's kernels and densities for every kind of parameter and their product", () => {
    for (const { names, observations, weights, kernels, points, logDensities } of golden.estimators) {
      const who = `${names.join(", ")}, ${observations.length} observations`;
      const estimator = new ParzenEstimator(named(names), observations);
      expectClose(estimator.weights, weights, who);
      for (const { name, parameter } of named(names)) {
        const observed = observations.map((values) => values[name]!);
        if (parameter.type === "category") {
          [...observed, undefined].forEach((value, kernel) => {
            const choice = value === undefined ? undefined : parameter.choices.indexOf(value);
            const row = choiceProbabilities(parameter.choices.length, weights.length, choice);
            expectClose(row, kernels[name]!.probabilities[kernel]!, who);
          });
        } else {
          const { centres, widths } = normalKernels(parameter, observed as number[]);
          expectClose(centres, kernels[name]!.centres, who);
          expectClose(widths, kernels[name]!.widths, who);
        }
      }
      expectClose(
        points.map((point) => estimator.logDensity(point)),
        logDensities,
        who,
      );
    }
  });

  it("splits trials and takes candidates as Optuna does, with stopped, failed and running ones", () => {
    for (const { goal, trials, groups } of golden.choices) {
      const { better, worse } = splitTrials(goal, study(trials).trials);
      for (const { names, better: good, worse: bad, candidates, taken } of groups) {
        for (const name of names) {
          expect(internal(name, better, names)).toEqual(good[name]);
          const others = internal(name, worse, names);
          const sum = others.reduce((total, one) => total + one, 0);
          expectClose([others.length, sum], bad[name]!, name);
        }
        const estimator = (from: readonly Trial[]) => {
          const all = from.map(({ values }) => values);
          return new ParzenEstimator(
            named(names),
            all.filter((values) => names.every((name) => values[name] !== undefined)),
          );
        };
        const best = mostPromising(estimator(better), estimator(worse), candidates);
        for (const name of names) expect(best[name]).toBe(taken[name]);
      }
    }
  });
});

describe("isBelowMedian", () => {
  it("stops the trials that Optuna's MedianPruner stops", () => {
    for (const { goal, startupTrials, warmupSteps, trials, stops } of golden.medians) {
      const made = study(trials);
      const rule = { type: "median", startupTrials, warmupSteps } as const;
      expect(isBelowMedian(rule, goal, made, made.trials.at(-1)!)).toBe(stops);
    }
    expect(new Set(golden.medians.map(({ stops }) => stops)).size).toBe(2);
  });
});

describe("Sobol", () => {
  it("has SciPy's points in 64 dimensions", () => {
    const sequence = new Sobol(64);
    for (const [index, point] of Object.entries(golden.sobol)) {
      expect(sequence.point(Number(index))).toEqual(point);
    }
  });
});

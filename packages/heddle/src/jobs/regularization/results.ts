import { HeddleError } from "@heddle/core/internal/base/errors.js";
import {
  type MeanInterval,
  meanShare,
  pairedDifference,
} from "@heddle/core/internal/evaluate/mean-interval.js";
import type { TestRecord, TrialEpoch, TrialRecord } from "./records.js";
import { REFERENCE, type Regime, type Setting } from "./regimes.js";
import type { Trial } from "./trials.js";

/** A setting that was tried, and its result on the held-out images. */
export interface Candidate {
  readonly setting: Setting;
  readonly validationAccuracy: number;
  readonly validationLoss: number;
}

/** A regime with its chosen setting. */
export interface Choice {
  readonly regime: Regime;
  readonly setting: Setting;
  /** All settings that were tried; empty where there was no choice. */
  readonly candidates: readonly Candidate[];
}

/** A trial with its record. */
export interface FinishedTrial {
  readonly trial: Trial;
  readonly record: TrialRecord;
}

/**
 * Chooses for each regime the setting that classifies most held-out images correctly; of equals the first, which is the
 * weakest.
 */
export function chooseSettings(
  regimes: readonly Regime[],
  finished: readonly FinishedTrial[],
): readonly Choice[] {
  return regimes.map((regime) => {
    const [first, ...others] = regime.settings;
    if (first === undefined) throw new Error(`Regime ${regime.name} has no setting.`);
    if (others.length === 0) return { regime, setting: first, candidates: [] };
    const candidates = regime.settings.map((setting): Candidate => {
      const found = finished.find(({ trial }) => trial.regime === regime && trial.setting === setting);
      if (!found) throw new Error(`Regime ${regime.name} was not tried with ${setting.label}.`);
      const { accuracy, loss } = found.record.validation;
      return { setting, validationAccuracy: accuracy, validationLoss: loss };
    });
    const best = candidates.reduce((a, b) => (b.validationAccuracy > a.validationAccuracy ? b : a));
    return { regime, setting: best.setting, candidates };
  });
}

/** A regime over its seeds. Accuracies are 0..1. */
export interface RegimeResult extends Choice {
  readonly parameters: number;
  readonly seeds: readonly number[];
  /** Accuracy of each seed, in the order of `seeds`. */
  readonly testAccuracies: readonly number[];
  readonly trainAccuracies: readonly number[];
  readonly test: MeanInterval;
  readonly train: MeanInterval;
  readonly validation: MeanInterval;
  /** Training accuracy minus test accuracy, both with dropout off. */
  readonly gap: MeanInterval;
  /** Test accuracy minus the reference's, seed by seed; undefined for the reference itself. */
  readonly difference: MeanInterval | undefined;
  /** Means over the seeds, up to the last epoch that every seed trained. */
  readonly curve: readonly Pick<TrialEpoch, "epoch" | "accuracy" | "valAccuracy">[];
  readonly trials: readonly { readonly record: TrialRecord; readonly testAccuracy: number }[];
}

/**
 * Sums up the finished trials of each regime.
 *
 * @param finished the compared trials, those of a regime in the order of their seeds
 */
export function resultsOf(
  choices: readonly Choice[],
  finished: readonly FinishedTrial[],
  test: TestRecord,
): readonly RegimeResult[] {
  const trialsOf = ({ name }: Regime) => {
    const own = finished.filter(({ trial }) => trial.regime.name === name);
    return own.map(({ record }) => ({ record, testAccuracy: testAccuracyOf(test, record.key) }));
  };
  const reference = choices.find(({ regime }) => regime.name === REFERENCE);
  const baseline = reference && trialsOf(reference.regime).map(({ testAccuracy }) => testAccuracy);
  return choices.map((choice) => {
    const trials = trialsOf(choice.regime);
    const testAccuracies = trials.map(({ testAccuracy }) => testAccuracy);
    const trainAccuracies = trials.map(({ record }) => record.train?.accuracy ?? Number.NaN);
    return {
      ...choice,
      parameters: trials[0]?.record.parameters ?? 0,
      seeds: trials.map(({ record }) => record.seed),
      testAccuracies,
      trainAccuracies,
      test: meanShare(testAccuracies),
      train: meanShare(trainAccuracies),
      validation: meanShare(trials.map(({ record }) => record.validation.accuracy)),
      gap: pairedDifference(trainAccuracies, testAccuracies),
      difference:
        baseline === undefined || choice.regime.name === REFERENCE
          ? undefined
          : pairedDifference(testAccuracies, baseline),
      curve: meanCurve(trials.map(({ record }) => record.history)),
      trials,
    };
  });
}

function testAccuracyOf({ results }: TestRecord, key: string): number {
  const found = results[key];
  if (found) return found.accuracy;
  throw new HeddleError({
    who: "test.json",
    expected: `a result of trial ${key}`,
    received: "none",
    next: "Delete the study's folder and begin again.",
  });
}

function meanCurve(histories: readonly (readonly TrialEpoch[])[]): RegimeResult["curve"] {
  const epochs = Math.min(...histories.map((history) => history.length));
  const mean = (of: (row: TrialEpoch) => number, index: number) =>
    histories.reduce((sum, history) => sum + of(history[index]!), 0) / histories.length;
  return Array.from({ length: Number.isFinite(epochs) ? epochs : 0 }, (_, index) => ({
    epoch: index + 1,
    accuracy: mean((row) => row.accuracy, index),
    valAccuracy: mean((row) => row.valAccuracy, index),
  }));
}

import { HeddleError } from "@heddle/core/internal/base/errors.js";
import {
  type MeanInterval,
  meanShare,
  pairedDifference,
} from "@heddle/core/internal/evaluate/mean-interval.js";
import type { Study, Trial } from "@heddle/core/internal/sweep/study.js";
import type { KeptEpoch, KeptTraining } from "../sweep/kept-training.js";
import { ranked } from "../sweep/results.js";
import { REGIME } from "./definition.js";
import type { Looked } from "./records.js";
import { labelOf, REFERENCE, type Regime } from "./regimes.js";

/** A strength or a rate that was tried, and its results on the held-out images. */
export interface Candidate {
  readonly label: string;
  /** Means over the seeds. */
  readonly validationAccuracy: number;
  readonly validationLoss: number;
}

/** A training of a trial with one seed. */
export interface SeedResult extends KeptTraining {
  readonly trial: number;
  readonly seed: number;
}

/** A regime with the trial that was chosen for it. */
export interface Choice {
  readonly regime: Regime;
  /** The strength or the rate, in words; empty where there was no choice. */
  readonly label: string;
  readonly trial: Trial;
  readonly trainings: readonly SeedResult[];
  /** Everything that was tried; empty where there was no choice. */
  readonly candidates: readonly Candidate[];
}

/**
 * Chooses for each regime the trial that classifies most held-out images correctly, over all seeds; of equals the first,
 * which is the weakest.
 *
 * @param trainingsOf reads what is kept of a trial, a training for each seed
 * @throws HeddleError when a regime has no complete trial
 */
export async function chooseTrials(
  regimes: readonly Regime[],
  study: Study,
  trainingsOf: (trial: Trial) => Promise<readonly SeedResult[]>,
): Promise<readonly Choice[]> {
  const complete = ranked(study, "maximize");
  return Promise.all(
    regimes.map(async (regime): Promise<Choice> => {
      const own = complete.filter(({ trial }) => trial.values[REGIME] === regime.name);
      const best = own[0];
      if (!best) throw noTrial(regime, study);
      const label = (trial: Trial) => labelOf(regime, regime.tried && trial.values[regime.tried.setting]);
      const inOrder = own.map(({ trial }) => trial).sort((a, b) => a.number - b.number);
      const candidates = await Promise.all(
        (regime.tried ? inOrder : []).map(async (trial) => {
          const of = (await trainingsOf(trial)).map(({ validation }) => validation);
          const mean = (values: readonly number[]) =>
            values.reduce((sum, one) => sum + one, 0) / values.length;
          return {
            label: label(trial),
            validationAccuracy: mean(of.map(({ accuracy }) => accuracy)),
            validationLoss: mean(of.map(({ loss }) => loss)),
          };
        }),
      );
      const { trial } = best;
      return { regime, label: label(trial), trial, trainings: await trainingsOf(trial), candidates };
    }),
  );
}

function noTrial({ title, name }: Regime, study: Study): HeddleError {
  const failed = study.trials.filter(({ values }) => values[REGIME] === name);
  return new HeddleError({
    who: `Regime ${title}`,
    expected: "a complete trial",
    received: failed.length === 0 ? "none" : `${failed.length} that failed`,
    next: "The report of the sweep has the reason. Correct it, and begin a new study.",
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
  readonly curve: readonly Pick<KeptEpoch, "epoch" | "accuracy" | "valAccuracy">[];
}

/**
 * Sums up the trainings of each regime.
 *
 * @param lookOf what was measured once a training was complete
 */
export function resultsOf(
  choices: readonly Choice[],
  lookOf: (training: SeedResult) => Looked,
): readonly RegimeResult[] {
  const testsOf = ({ trainings }: Choice) => trainings.map((one) => lookOf(one).test.accuracy);
  const reference = choices.find(({ regime }) => regime.name === REFERENCE);
  const baseline = reference && testsOf(reference);
  return choices.map((choice) => {
    const { trainings, regime } = choice;
    const testAccuracies = testsOf(choice);
    const trainAccuracies = trainings.map((one) => lookOf(one).train.accuracy);
    return {
      ...choice,
      parameters: trainings[0]?.parameters ?? 0,
      seeds: trainings.map(({ seed }) => seed),
      testAccuracies,
      trainAccuracies,
      test: meanShare(testAccuracies),
      train: meanShare(trainAccuracies),
      validation: meanShare(trainings.map(({ validation }) => validation.accuracy)),
      gap: pairedDifference(trainAccuracies, testAccuracies),
      difference:
        baseline === undefined || regime.name === REFERENCE
          ? undefined
          : pairedDifference(testAccuracies, baseline),
      curve: meanCurve(trainings.map(({ history }) => history)),
    };
  });
}

function meanCurve(histories: readonly (readonly KeptEpoch[])[]): RegimeResult["curve"] {
  const epochs = Math.min(...histories.map((history) => history.length));
  const mean = (of: (row: KeptEpoch) => number, index: number) =>
    histories.reduce((sum, history) => sum + of(history[index]!), 0) / histories.length;
  return Array.from({ length: Number.isFinite(epochs) ? epochs : 0 }, (_, index) => ({
    epoch: index + 1,
    accuracy: mean((row) => row.accuracy, index),
    valAccuracy: mean((row) => row.valAccuracy, index),
  }));
}

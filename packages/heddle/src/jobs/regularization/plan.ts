import { HeddleError } from "@heddle/core/internal/base/errors.js";
import { formatDuration } from "@heddle/core/internal/base/format.js";
import type { Throughput } from "@heddle/core/internal/tuning/throughput.js";
import type { Downsampling } from "./network.js";
import type { Regime, Setting } from "./regimes.js";

/** How long a study is. */
export interface StudyPlan {
  /** Seeds that each regime is compared over, its setting having been chosen. */
  readonly seeds: number;
  /** Epochs of each trial that is compared. */
  readonly epochs: number;
  /** Epochs of each trial that a strength or a rate is chosen by. */
  readonly choosingEpochs: number;
  /** Of everything, on the machine and at the moment that it was measured. */
  readonly expectedSeconds: number;
}

/** What the length of a study depends on. */
export interface PlanOptions {
  readonly regimes: readonly Regime[];
  /** Images per second of each kind of network. */
  readonly speeds: Readonly<Record<Downsampling, Throughput>>;
  /** How many images there are to train on, to choose by and to test on. */
  readonly images: { readonly train: number; readonly validation: number; readonly test: number };
  /** Fits what is not given; without it 3 seeds of 12 epochs. */
  readonly budgetSeconds?: number | undefined;
  /** What of the budget is gone already, for measuring speeds; 0 by default. */
  readonly spentSeconds?: number;
  readonly seeds?: number | undefined;
  readonly epochs?: number | undefined;
}

/** What a study takes where neither a budget nor a number is given. */
export const DEFAULT_SEEDS = 3;
export const DEFAULT_EPOCHS = 12;

/** Below this many epochs a plan says that they are few. */
export const FEW_EPOCHS = 5;
export const FEW_EPOCHS_NOTE =
  "In so few epochs networks hardly learn their images by heart, so that regimes differ less than they would";

/** Fewer give no interval. */
export const LEAST_SEEDS = 2;

/**
 * Where a budget goes: three seeds, then epochs until networks without regularisation overfit, then seeds for narrower
 * intervals, then as many epochs as the study's own recipe has, then seeds again.
 */
const RUNGS = [
  { seeds: DEFAULT_SEEDS, epochs: 1 },
  { seeds: DEFAULT_SEEDS, epochs: DEFAULT_EPOCHS },
  { seeds: 5, epochs: DEFAULT_EPOCHS },
  { seeds: 5, epochs: 28 },
  { seeds: 10, epochs: 28 },
];

/** To start and end the threads of a trial, and to write the report. */
const SECONDS_A_TRIAL = 0.3;
const SECONDS_OF_REPORT = 4;

/** Machines slow down as they get warm. */
const MARGIN = 1.05;

/**
 * Plans a study, within a budget if there is one.
 *
 * @throws HeddleError that says how long the shortest study takes when the budget is below it
 */
export function planStudy(options: PlanOptions): StudyPlan {
  const { budgetSeconds, spentSeconds = 0 } = options;
  const given = { seeds: options.seeds ?? DEFAULT_SEEDS, epochs: options.epochs ?? DEFAULT_EPOCHS };
  if (budgetSeconds === undefined) return planOf(options, given);
  const needed = (size: StudySize) => spentSeconds + planOf(options, size).expectedSeconds * MARGIN;
  const fits = (size: StudySize) => needed(size) <= budgetSeconds;
  let size: StudySize = { seeds: options.seeds ?? LEAST_SEEDS, epochs: options.epochs ?? 1 };
  if (!fits(size)) throw tooShort(budgetSeconds, size, needed(size));
  for (const rung of RUNGS) {
    for (const key of ["seeds", "epochs"] as const) {
      while (options[key] === undefined && size[key] < rung[key]) {
        const larger = { ...size, [key]: size[key] + 1 };
        if (!fits(larger)) return planOf(options, size);
        size = larger;
      }
    }
  }
  return planOf(options, size);
}

/** Seeds and epochs. */
interface StudySize {
  readonly seeds: number;
  readonly epochs: number;
}

function planOf(options: PlanOptions, { seeds, epochs }: StudySize): StudyPlan {
  const choosingEpochs = Math.ceil(epochs / 2);
  let expectedSeconds = SECONDS_OF_REPORT;
  for (const regime of options.regimes) expectedSeconds += regimeSeconds(options, regime, { seeds, epochs });
  return { seeds, epochs, choosingEpochs, expectedSeconds };
}

/** How long a regime takes, with its choice. */
export function regimeSeconds(
  options: PlanOptions,
  { settings }: Regime,
  { seeds, epochs }: StudySize,
): number {
  const choosing =
    settings.length < 2
      ? 0
      : settings.reduce((sum, one) => sum + trialSeconds(options, one, Math.ceil(epochs / 2), false), 0);
  // Which setting will be chosen is not known; in speed they differ little.
  return choosing + seeds * trialSeconds(options, settings[0]!, epochs, true);
}

/** How long a trial takes. Early stopping may end before. */
export function trialSeconds(
  { speeds, images }: Pick<PlanOptions, "speeds" | "images">,
  { network }: Setting,
  epochs: number,
  compared: boolean,
): number {
  const { imagesPerSecond, evaluatedPerSecond } = speeds[network.downsampling];
  const epoch = images.train / imagesPerSecond + images.validation / evaluatedPerSecond;
  const measured = images.validation + (compared ? images.train + images.test : 0);
  return SECONDS_A_TRIAL + epochs * epoch + measured / evaluatedPerSecond;
}

function tooShort(budgetSeconds: number, { seeds, epochs }: StudySize, needed: number): HeddleError {
  return new HeddleError({
    who: "--budget",
    expected: `at least ${formatDuration(Math.ceil(needed))}, for ${seeds} seeds of ${epochs} ${epochs === 1 ? "epoch" : "epochs"} at the speed of this machine`,
    received: formatDuration(budgetSeconds),
    next: "Give more time, or fewer images with --limit.",
  });
}

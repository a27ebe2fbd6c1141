import { HeddleError } from "@heddle/core/internal/base/errors.js";
import { formatDuration } from "@heddle/core/internal/base/format.js";
import type { Throughput } from "@heddle/core/internal/tuning/throughput.js";
import type { Downsampling } from "./network.js";
import type { Regime, Setting } from "./regimes.js";

/** How long a study is. */
export interface RegularizationPlan {
  /** Seeds over which each regime is compared, once its setting has been chosen. */
  readonly seeds: number;
  /** Epochs of each trial that is compared. */
  readonly epochs: number;
  /** Epochs of each trial by which a strength or a rate is chosen. */
  readonly choosingEpochs: number;
  /** For everything, at the speed that was measured. */
  readonly expectedSeconds: number;
}

/** What decides the length of a study. */
export interface PlanOptions {
  readonly regimes: readonly Regime[];
  /** Images per second of each kind of network. */
  readonly speeds: Readonly<Record<Downsampling, Throughput>>;
  /** How many images there are to train on, to choose by and to test on. */
  readonly images: { readonly train: number; readonly validation: number; readonly test: number };
  /** Fits seeds and epochs that are not set; without a budget they are 3 and 12. */
  readonly budgetSeconds?: number | undefined;
  /** Seconds of the budget that measuring speeds has taken; 0 by default. */
  readonly spentSeconds?: number;
  readonly seeds?: number | undefined;
  readonly epochs?: number | undefined;
}

/** Seeds and epochs where neither they nor a budget are set. */
export const DEFAULT_SEEDS = 3;
export const DEFAULT_EPOCHS = 12;

/** With fewer epochs, a plan warns of them. */
export const FEW_EPOCHS = 5;
export const FEW_EPOCHS_NOTE =
  "In so few epochs networks hardly memorise their images, so that regimes differ less than they would";

/** A single seed gives no interval. */
export const LEAST_SEEDS = 2;

/**
 * Where a budget goes: three seeds, then epochs until networks without regularization overfit, then seeds for narrower
 * intervals, then the number of epochs of the study's own recipe, then seeds again.
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

/** Machines slow down as they warm up. */
const MARGIN = 1.05;

/**
 * Plans a study, within a budget if there is one.
 *
 * @throws HeddleError when the budget is too small; it says how long the shortest study takes
 */
export function planRegularization(options: PlanOptions): RegularizationPlan {
  const { budgetSeconds, spentSeconds = 0 } = options;
  const requested = { seeds: options.seeds ?? DEFAULT_SEEDS, epochs: options.epochs ?? DEFAULT_EPOCHS };
  if (budgetSeconds === undefined) return planOf(options, requested);
  const needed = (size: PlanSize) => spentSeconds + planOf(options, size).expectedSeconds * MARGIN;
  const fits = (size: PlanSize) => needed(size) <= budgetSeconds;
  let size: PlanSize = { seeds: options.seeds ?? LEAST_SEEDS, epochs: options.epochs ?? 1 };
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
interface PlanSize {
  readonly seeds: number;
  readonly epochs: number;
}

function planOf(options: PlanOptions, { seeds, epochs }: PlanSize): RegularizationPlan {
  const choosingEpochs = Math.ceil(epochs / 2);
  let expectedSeconds = SECONDS_OF_REPORT;
  for (const regime of options.regimes) expectedSeconds += regimeSeconds(options, regime, { seeds, epochs });
  return { seeds, epochs, choosingEpochs, expectedSeconds };
}

/** How long a regime takes, choosing its setting included. */
export function regimeSeconds(
  options: PlanOptions,
  { settings }: Regime,
  { seeds, epochs }: PlanSize,
): number {
  const choosing =
    settings.length < 2
      ? 0
      : settings.reduce((sum, one) => sum + trialSeconds(options, one, Math.ceil(epochs / 2), false), 0);
  // It is not known which setting will be chosen; they differ little in speed.
  return choosing + seeds * trialSeconds(options, settings[0]!, epochs, true);
}

/** How long a trial takes. Early stopping may end it sooner. */
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

function tooShort(budgetSeconds: number, { seeds, epochs }: PlanSize, needed: number): HeddleError {
  return new HeddleError({
    who: "`budget`",
    expected: `at least ${formatDuration(Math.ceil(needed))}, for ${seeds} seeds of ${epochs} ${epochs === 1 ? "epoch" : "epochs"} at the speed of this machine`,
    received: formatDuration(budgetSeconds),
    next: "Allow more time, or use fewer images by `limit`.",
  });
}

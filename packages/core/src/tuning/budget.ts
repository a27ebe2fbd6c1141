import { HeddleError } from "../base/errors.js";
import { formatDuration, groupDigits } from "../base/format.js";
import type { Throughput } from "./throughput.js";

/** What a budget is planned for. */
export interface BudgetRequest {
  /** The whole budget, in seconds. */
  readonly seconds: number;
  /** How much of it is spent already, by loading the data and measuring. */
  readonly passedSeconds: number;
  readonly throughput: Throughput;
  /** Images in an epoch, without those held out for validation. */
  readonly trainImages: number;
  /** Images to validate on after each epoch. */
  readonly validationImages: number;
  readonly testImages: number;
  readonly batchSize: number;
  /**
   * The most epochs to plan.
   *
   * @defaultValue as many as fit
   */
  readonly maximumEpochs?: number | undefined;
  /**
   * The most epochs that are of use, where there is no `maximumEpochs`.
   *
   * @defaultValue as many as fit
   */
  readonly usefulEpochs?: number | undefined;
  /**
   * How many parts a cross-validation has.
   *
   * @defaultValue none
   */
  readonly folds?: number | undefined;
}

/** How a budget is spent. */
interface BudgetPlan {
  readonly epochs: number;
  /** Share of the training images to use: 1, unless not even one epoch fits. */
  readonly share: number;
  /** How it was calculated, in one sentence. */
  readonly text: string;
}

/** Seconds for the figures and the report. */
const REPORT_SECONDS = 3;

/** Seconds to start the threads of a fold's model, and to end them. */
const FOLD_SECONDS = 0.3;

/** Passes of the final measurements over the test images: loss and accuracy, three timed predictions, figures. */
const TEST_PASSES = 5;

/** Share of the remaining time that is left free, because machines are not equally fast all the time. */
const SPARE = 0.05;

/** Fewer steps are no training. */
const LEAST_STEPS = 10;

/**
 * Plans how many epochs fit into a time, with their validation and the evaluation at the end.
 *
 * @throws HeddleError when the time is too short for ten steps
 *
 * @example
 * planBudget({ seconds: 60, … }).text; // "60 s at 13,000 images/s: 12 epochs of 60,000 images"
 */
export function planBudget(request: BudgetRequest): BudgetPlan {
  const { seconds, passedSeconds, throughput, trainImages, validationImages, testImages, batchSize } =
    request;
  const { imagesPerSecond, evaluatedPerSecond } = throughput;
  const evaluated = (images: number) => images / evaluatedPerSecond;
  // The test images are measured at the end, however much was trained.
  const { folds = 0, usefulEpochs = Number.POSITIVE_INFINITY } = request;
  const fixed = passedSeconds + REPORT_SECONDS + evaluated(TEST_PASSES * testImages) + folds * FOLD_SECONDS;
  const left = (1 - SPARE) * (seconds - fixed);
  // Each of k models of folds is trained on all images but a k-th: k − 1 trainings in all, and the whole one.
  const trainSeconds = (Math.max(1, folds) * trainImages) / imagesPerSecond;
  const perEpoch = trainSeconds + evaluated(validationImages);
  const epochs = Math.floor((left - evaluated(trainImages)) / perEpoch);
  const speed = `${formatBudget(seconds)} at ${groupDigits(Math.round(imagesPerSecond))} images/s`;
  if (epochs >= 1) {
    const most = Math.min(epochs, request.maximumEpochs ?? usefulEpochs);
    const cut = most < epochs ? ` (${whyFewer(request)}; ${groupDigits(epochs)} would fit)` : "";
    const passes = `${groupDigits(most)} ${most === 1 ? "epoch" : "epochs"}`;
    return {
      epochs: most,
      share: 1,
      text: `${speed}: ${passes} of ${groupDigits(trainImages)} images${cut}`,
    };
  }
  // One epoch over a part of the images. Its time grows with the part, except for the validation.
  const validated = evaluated(validationImages);
  const share = Math.min(1, (left - validated) / (trainSeconds + evaluated(trainImages)));
  const images = Math.floor(share * trainImages);
  const leastImages = Math.min(trainImages, LEAST_STEPS * batchSize);
  if (images < leastImages) {
    const least =
      fixed + (validated + (trainSeconds * leastImages) / trainImages + evaluated(leastImages)) / (1 - SPARE);
    throw new HeddleError({
      who: "Budget",
      expected: `at least ${Math.ceil(least)} s on this machine: ${formatSeconds(passedSeconds)} have passed, and evaluation and report take ${formatSeconds(fixed - passedSeconds)}`,
      received: formatBudget(seconds),
      next: "Allow more time, or train without a budget.",
    });
  }
  return {
    epochs: 1,
    share,
    text: `${speed} is not enough for an epoch: 1 epoch of ${groupDigits(images)} of the ${groupDigits(trainImages)} images`,
  };
}

/** Why a plan has fewer epochs than fit. */
function whyFewer({ maximumEpochs }: BudgetRequest): string {
  return maximumEpochs === undefined
    ? "more would only repeat so few images, unless `epochs` sets another maximum"
    : "the maximum";
}

/** `60 s`, `10 min`: the shortest form. */
function formatBudget(seconds: number): string {
  return seconds < 120 ? `${seconds} s` : formatDuration(seconds);
}

function formatSeconds(seconds: number): string {
  return `${seconds.toFixed(1)} s`;
}

/**
 * Reads a time: `90`, `90s`, `1.5m`, `1h`.
 *
 * @returns seconds; undefined for any other text
 */
export function parseDuration(text: string): number | undefined {
  const [, amount, unit = "s"] = /^(\d+(?:\.\d+)?)(s|m|h)?$/.exec(text.trim()) ?? [];
  if (amount === undefined) return undefined;
  const seconds = Number(amount) * { s: 1, m: 60, h: 3600 }[unit as "s" | "m" | "h"];
  return seconds > 0 ? seconds : undefined;
}

import { HeddleError } from "../base/errors.js";
import { formatDuration, groupDigits } from "../base/format.js";
import type { Throughput } from "./throughput.js";

/** What a budget is planned for. */
export interface BudgetRequest {
  /** Seconds in all. */
  readonly seconds: number;
  /** Seconds of them that have passed: loading the data, measuring. */
  readonly passedSeconds: number;
  readonly throughput: Throughput;
  /** Images of an epoch, those held out for validation not counted. */
  readonly trainImages: number;
  /** Images that are validated on behind each epoch. */
  readonly validationImages: number;
  readonly testImages: number;
  readonly batchSize: number;
  /** No more epochs than these. */
  readonly maximumEpochs?: number | undefined;
}

/** How a budget is spent. */
export interface BudgetPlan {
  readonly epochs: number;
  /** Share of the training images that is used: 1 unless not even an epoch fits. */
  readonly share: number;
  /** How it was reckoned, a sentence. */
  readonly text: string;
}

/** Seconds for the figures and the report. */
const REPORT_SECONDS = 3;

/** How often the final measurements go over the test images: loss and accuracy, three timed predictions, figures. */
const TEST_PASSES = 5;

/** Part of the rest that is left free: machines are not equally fast all the time. */
const SPARE = 0.05;

/** Less is no training. */
const LEAST_STEPS = 10;

/**
 * How many epochs fit into a time, with their validation and the evaluation at the end.
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
  // Measured at the end whatever was trained: the test images, and all training images once.
  const fixed = passedSeconds + REPORT_SECONDS + evaluated(TEST_PASSES * testImages);
  const left = (1 - SPARE) * (seconds - fixed);
  const perEpoch = trainImages / imagesPerSecond + evaluated(validationImages);
  const epochs = Math.floor((left - evaluated(trainImages)) / perEpoch);
  const speed = `${formatBudget(seconds)} at ${groupDigits(Math.round(imagesPerSecond))} images/s`;
  if (epochs >= 1) {
    const most = Math.min(epochs, request.maximumEpochs ?? epochs);
    const kept = most < epochs ? ` (as many as were asked for; ${groupDigits(epochs)} would fit)` : "";
    const passes = `${groupDigits(most)} ${most === 1 ? "epoch" : "epochs"}`;
    return {
      epochs: most,
      share: 1,
      text: `${speed}: ${passes} of ${groupDigits(trainImages)} images${kept}`,
    };
  }
  // One epoch over a part: what it takes grows with the part, but for the validation's test images.
  const validated = evaluated(validationImages);
  const share = Math.min(1, (left - validated) / (trainImages / imagesPerSecond + evaluated(trainImages)));
  const images = Math.floor(share * trainImages);
  const leastImages = Math.min(trainImages, LEAST_STEPS * batchSize);
  if (images < leastImages) {
    const least = fixed + (validated + leastImages / imagesPerSecond + evaluated(leastImages)) / (1 - SPARE);
    throw new HeddleError({
      who: "--budget",
      expected: `at least ${Math.ceil(least)} s here, as ${formatSeconds(passedSeconds)} have passed and evaluation and report take ${formatSeconds(fixed - passedSeconds)}`,
      received: formatBudget(seconds),
      next: "Give more time, or leave --budget out.",
    });
  }
  return {
    epochs: 1,
    share,
    text: `${speed} is not enough for an epoch: 1 epoch of ${groupDigits(images)} of the ${groupDigits(trainImages)} images`,
  };
}

/** `60 s`, `10 min`: as short as it can be said. */
function formatBudget(seconds: number): string {
  return seconds < 120 ? `${seconds} s` : formatDuration(seconds);
}

function formatSeconds(seconds: number): string {
  return `${seconds.toFixed(1)} s`;
}

/**
 * Reads a time: `90`, `90s`, `1.5m`, `1h`.
 *
 * @returns seconds, or undefined where it is none
 */
export function parseDuration(text: string): number | undefined {
  const [, amount, unit = "s"] = /^(\d+(?:\.\d+)?)(s|m|h)?$/.exec(text.trim()) ?? [];
  if (amount === undefined) return undefined;
  const seconds = Number(amount) * { s: 1, m: 60, h: 3600 }[unit as "s" | "m" | "h"];
  return seconds > 0 ? seconds : undefined;
}

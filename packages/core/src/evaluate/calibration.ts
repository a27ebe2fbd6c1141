import type { Answers } from "./answers.js";
import { lossOfEach, meanOf } from "./loss.js";
import {
  expectedCalibrationError,
  RELIABILITY_BINS,
  type ReliabilityBin,
  reliabilityTable,
} from "./reliability.js";
import { atTemperature, fitTemperature, isAtBound, logitsOf } from "./temperature.js";

/** How well confidences match the accuracy. */
export interface CalibrationScores {
  /** Expected calibration error, 0..1. */
  readonly ece: number;
  /** Mean −ln p of the true class. */
  readonly negativeLogLikelihood: number;
}

/** The effect of a temperature on the confidences. It changes no predicted class. */
export interface TemperatureScaling {
  /**
   * What it was fitted on. `other images`: images that were passed for this purpose. `two folds`: the evaluated images
   * were halved class by class, and each half was scaled by the temperature of the other half, so that no image was
   * scaled by a temperature that depends on its label.
   */
  readonly fittedOn: "other images" | "two folds";
  /** One temperature, or that of each half. Above 1, the model was overconfident. */
  readonly temperatures: readonly number[];
  readonly before: CalibrationScores;
  readonly after: CalibrationScores;
  /** The reliability table with the scaled confidences. */
  readonly table: readonly ReliabilityBin[];
}

/** How well a model's confidences match its accuracy. */
export interface Calibration {
  /** The number of bins, which have equal widths. */
  readonly bins: number;
  /** Expected calibration error, 0..1. */
  readonly ece: number;
  readonly table: readonly ReliabilityBin[];
  /** `null` if there are too few images to fit on some and scale others. */
  readonly temperature: TemperatureScaling | null;
}

/**
 * The temperature scaling where it was fitted: `null` also where a temperature is at the end of its range, as where every
 * answer is right or none is better than chance.
 */
export function fittedScaling({ temperature }: Calibration): TemperatureScaling | null {
  return temperature?.temperatures.some(isAtBound) ? null : temperature;
}

/**
 * Calibration of the predictions, and after temperature scaling.
 *
 * @param fitOn answers for images that are neither trained on nor evaluated here, to fit the temperature on; without
 *   them it is fitted in two folds
 */
export function calibration(answers: Answers, fitOn?: Answers): Calibration {
  const table = reliabilityTable(answers);
  const ece = expectedCalibrationError(table);
  const before = { ece, negativeLogLikelihood: meanOf(lossOfEach(answers)) };
  const scaled = fitOn ? scaledByOthers(answers, fitOn) : scaledInTwoFolds(answers);
  return { bins: RELIABILITY_BINS, ece, table, temperature: scaled && scaling(answers, before, scaled) };
}

interface Scaled extends Pick<TemperatureScaling, "fittedOn" | "temperatures"> {
  readonly confidence: Float64Array;
  readonly losses: Float64Array;
}

function scaling(
  answers: Answers,
  before: CalibrationScores,
  { fittedOn, temperatures, confidence, losses }: Scaled,
): TemperatureScaling {
  const table = reliabilityTable(answers, RELIABILITY_BINS, confidence);
  const after = { ece: expectedCalibrationError(table), negativeLogLikelihood: meanOf(losses) };
  return { fittedOn, temperatures, before, after, table };
}

function scaledByOthers(answers: Answers, fitOn: Answers): Scaled {
  const temperature = fitTemperature(logitsOf(fitOn));
  return {
    fittedOn: "other images",
    temperatures: [temperature],
    ...atTemperature(logitsOf(answers), temperature),
  };
}

function scaledInTwoFolds(answers: Answers): Scaled | null {
  const [first, second] = halves(answers);
  if (first.length === 0 || second.length === 0) return null;
  const logits = [logitsOf(answers, first), logitsOf(answers, second)] as const;
  const temperatures = [fitTemperature(logits[1]), fitTemperature(logits[0])] as const;
  const confidence = new Float64Array(answers.images);
  const losses = new Float64Array(answers.images);
  [first, second].forEach((rows, half) => {
    const scaled = atTemperature(logits[half]!, temperatures[half]!);
    rows.forEach((image, at) => {
      confidence[image] = scaled.confidence[at]!;
      losses[image] = scaled.losses[at]!;
    });
  });
  return { fittedOn: "two folds", temperatures, confidence, losses };
}

/** Alternates the images of each class, so that both halves have all classes, however the data is sorted. */
function halves({ labels, classes }: Answers): readonly [number[], number[]] {
  const seen = new Array<number>(classes).fill(0);
  const rows: [number[], number[]] = [[], []];
  labels.forEach((label, image) => {
    rows[(seen[label]! % 2) as 0 | 1].push(image);
    seen[label]! += 1;
  });
  return rows;
}

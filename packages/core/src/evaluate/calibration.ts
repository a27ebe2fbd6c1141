import type { Answers } from "./answers.js";
import { lossOfEach, meanOf } from "./loss.js";
import {
  expectedCalibrationError,
  RELIABILITY_BINS,
  type ReliabilityBin,
  reliabilityTable,
} from "./reliability.js";
import { atTemperature, fitTemperature, logitsOf } from "./temperature.js";

/** How well confidences are what they say. */
export interface CalibrationScores {
  /** Expected calibration error, 0..1. */
  readonly ece: number;
  /** Mean −ln p of the true class. */
  readonly negativeLogLikelihood: number;
}

/** What a temperature makes of the confidences. It changes no answer. */
export interface TemperatureScaling {
  /**
   * On what it was fitted. `other images`: on images that were handed over for that. `two folds`: the evaluated images
   * were halved class by class, and each half was scaled with what the other half gave, so that no image was scaled by
   * a temperature that saw its label.
   */
  readonly fittedOn: "other images" | "two folds";
  /** One temperature, or that of each half. Above 1: the model was too sure. */
  readonly temperatures: readonly number[];
  readonly before: CalibrationScores;
  readonly after: CalibrationScores;
  /** The reliability table with the scaled confidences. */
  readonly table: readonly ReliabilityBin[];
}

export interface Calibration {
  /** How many bins of equal width. */
  readonly bins: number;
  /** Expected calibration error, 0..1. */
  readonly ece: number;
  readonly table: readonly ReliabilityBin[];
  /** `null` where there are too few images to fit one on some and use it on others. */
  readonly temperature: TemperatureScaling | null;
}

/**
 * Calibration as predicted, and after temperature scaling.
 *
 * @param fitOn answers on images that were neither trained on nor are evaluated here: the temperature is fitted on
 *   them. Without them it is fitted in two folds
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

/** Every second image of each class: data sorted by class, or in turns, must not part the classes. */
function halves({ labels, classes }: Answers): readonly [number[], number[]] {
  const seen = new Array<number>(classes).fill(0);
  const rows: [number[], number[]] = [[], []];
  labels.forEach((label, image) => {
    rows[(seen[label]! % 2) as 0 | 1].push(image);
    seen[label]! += 1;
  });
  return rows;
}

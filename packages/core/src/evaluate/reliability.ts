import type { Answers } from "./answers.js";

/** The images whose confidence is in one bin. */
export interface ReliabilityBin {
  /** The bin contains confidences above `low`, up to and including `high`. */
  readonly low: number;
  readonly high: number;
  readonly images: number;
  /** Mean confidence of its images; `null` if it is empty. */
  readonly confidence: number | null;
  /** Share of its images that are predicted correctly; `null` if it is empty. */
  readonly accuracy: number | null;
}

/** Bins of equal width, as in Guo et al. (2017). */
export const RELIABILITY_BINS = 15;

/** The accuracy of fewer images says little: such a bin is not drawn. */
export const LEAST_IN_A_BIN = 10;

/** Whether there are enough images for a calibration error: with fewer, even a calibrated model has a large one. */
export function enoughToCalibrate(table: readonly ReliabilityBin[]): boolean {
  return table.reduce((sum, { images }) => sum + images, 0) >= LEAST_IN_A_BIN * table.length;
}

/**
 * Confidence against accuracy, in bins of equal width.
 *
 * @param confidence `[N]`; that of the answers by default
 */
export function reliabilityTable(
  { images, labels, predicted, confidence: own }: Answers,
  bins = RELIABILITY_BINS,
  confidence: Float64Array = own,
): readonly ReliabilityBin[] {
  const counts = new Array<number>(bins).fill(0);
  const confidences = new Array<number>(bins).fill(0);
  const correct = new Array<number>(bins).fill(0);
  for (let image = 0; image < images; image++) {
    const bin = Math.max(0, Math.ceil(confidence[image]! * bins) - 1);
    counts[bin]! += 1;
    confidences[bin]! += confidence[image]!;
    correct[bin]! += Number(labels[image] === predicted[image]);
  }
  return counts.map((count, bin) => ({
    low: bin / bins,
    high: (bin + 1) / bins,
    images: count,
    confidence: count === 0 ? null : confidences[bin]! / count,
    accuracy: count === 0 ? null : correct[bin]! / count,
  }));
}

/**
 * The expected calibration error: |accuracy − confidence| of each bin, weighted by its images.
 *
 * Naeini, Cooper and Hauskrecht, "Obtaining Well Calibrated Probabilities Using Bayesian Binning" (AAAI 2015).
 */
export function expectedCalibrationError(table: readonly ReliabilityBin[]): number {
  let sum = 0;
  let images = 0;
  for (const bin of table) {
    images += bin.images;
    sum += bin.images * Math.abs((bin.accuracy ?? 0) - (bin.confidence ?? 0));
  }
  return sum / images;
}

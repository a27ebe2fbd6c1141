import type { ExportReceipt } from "../receipt.js";

/** What a model answered for the samples of its receipt. */
export interface ReceiptCheck {
  readonly passed: boolean;
  /** The largest difference from what Heddle answered when it wrote the file. */
  readonly largestDifference: number;
  readonly tolerance: number;
  /** What is wrong, if something is. */
  readonly reason?: string;
}

/**
 * Compares answers with those of a receipt.
 *
 * @param outputs `[samples, …]`, of whichever program
 * @param isIntact whether the weights are those that were exported
 */
export function compareAnswers(
  { answers, tolerance }: ExportReceipt,
  outputs: ArrayLike<number>,
  isIntact: boolean,
): ReceiptCheck {
  const expected = answers.flat();
  let largestDifference = expected.length === outputs.length ? 0 : Number.POSITIVE_INFINITY;
  for (const [place, answer] of expected.entries()) {
    const difference = Math.abs(outputs[place]! - answer);
    // Written so that NaN counts.
    if (!(difference <= largestDifference)) largestDifference = difference;
  }
  const result = { largestDifference, tolerance };
  if (!isIntact) return { ...result, passed: false, reason: "the weights are not those that were exported" };
  if (!(largestDifference <= tolerance))
    return { ...result, passed: false, reason: "the answers are not Heddle's" };
  return { ...result, passed: true };
}

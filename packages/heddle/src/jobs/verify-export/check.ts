import { basename } from "node:path";
import { HeddleError, messageOf } from "@heddle/core/internal/base/errors.js";

/** What an exported file answered for the samples of its receipt. */
export interface ExportCheck {
  readonly passed: boolean;
  /** The largest difference from what Heddle answered when it wrote the file. */
  readonly largestDifference: number;
  readonly tolerance: number;
  /** Which program computed the answers: `ONNX Runtime 1.30.0 for Node`. */
  readonly by: string;
  /** What is wrong, if something is. */
  readonly reason?: string | undefined;
}

/** What a program computed. */
export interface Answers {
  readonly by: string;
  readonly outputs: ArrayLike<number>;
}

/** A file with the samples of its receipt. */
export interface Question {
  readonly path: string;
  /** A file of 32-bit floats: `[samples, …inputShape]`. */
  readonly inputs: string;
  readonly format: string;
  readonly inputShape: readonly number[];
}

/** What a self-test printed. */
export function printedCheck(path: string, text: string, by: string): ExportCheck {
  try {
    return { ...(JSON.parse(text) as Omit<ExportCheck, "by">), by };
  } catch (thrown) {
    throw unusable(path, messageOf(thrown));
  }
}

/** A file that does not run. */
export function unusable(path: string, received: string): HeddleError {
  return new HeddleError({
    who: basename(path),
    expected: "a file that runs",
    received,
    next: "Export the model again.",
  });
}

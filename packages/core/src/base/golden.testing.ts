// Compares Heddle with Keras, whose values tools/golden/*.py wrote to tests/golden/.
import { appendFileSync, readFileSync } from "node:fs";
import { expect } from "vitest";

/** A file to which comparisons are appended for tools/keras-table.mjs, each a line of JSON. */
const record = process.env["HEDDLE_KERAS_RECORD"];

/** The largest relative error allowed: for one operation, and for a whole model trained for ten steps. */
export const BOUNDS = { operation: 1e-5, model: 1e-4 };

/** A case's place in the table of docs/keras-differences.md. */
interface GoldenCase {
  /** The part: "layers". */
  readonly part: string;
  /** The row: a layer's class. */
  readonly row: string;
  /** Tells apart the cases of a row: their number in their file, say. */
  readonly id: string | number;
  /** The kernels that ran: "strict" or "fma"; undefined if none did. */
  readonly kernels?: string;
  /** `BOUNDS.operation` by default. */
  readonly bound?: number;
}

/** Compares a part of a case with Keras's values: "outputs", or "gradients: dense/kernel" to say in messages whose. */
export type Comparison = (
  what: string,
  actual: ArrayLike<number> | undefined,
  expected: ArrayLike<number>,
) => void;

/** The values of `tests/golden/NAME.json`. */
export function readGolden<T>(name: string): T {
  return JSON.parse(
    readFileSync(new URL(`../../../../tests/golden/${name}.json`, import.meta.url), "utf8"),
  ) as T;
}

/**
 * Returns a function that compares the parts of a case.
 *
 * @example
 * const compare = againstKeras({ part: "layers", row: "Dense", id: 3, kernels: "strict" });
 * compare("outputs", y, example.y);
 */
export function againstKeras({ part, row, id, kernels, bound = BOUNDS.operation }: GoldenCase): Comparison {
  return (what, actual, expected) => {
    const who = `${row} ${id}, ${what}`;
    expect(actual?.length, `${who}: how many values`).toBe(expected.length);
    const { error, index } = relativeError(actual!, asWritten(actual!, expected));
    // Written so that NaN fails.
    if (!(error <= bound)) {
      const values = `expected ${expected[index]}, received ${actual![index]}`;
      expect.fail(`${who}: relative error ${error} at ${index} of ${expected.length}: ${values}`);
    }
    if (record) {
      appendFileSync(record, `${JSON.stringify({ part, row, id, what, kernels, bound, error })}\n`);
    }
  };
}

/** Rounds to f32, because files hold the shortest decimals from which an f32 can be read back. */
function asWritten(actual: ArrayLike<number>, expected: ArrayLike<number>): ArrayLike<number> {
  return actual instanceof Float32Array ? Float32Array.from(expected) : expected;
}

/**
 * The largest error of a value, and its position: the difference divided by the expected value, or by 1 if that is
 * smaller, or by the largest expected value if all are smaller. NaN if a value is.
 */
export function relativeError(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
): { readonly error: number; readonly index: number } {
  let least = 0;
  for (let i = 0; i < expected.length; i++) least = Math.max(least, Math.abs(expected[i]!));
  least = Math.min(1, least);
  let [error, index] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs(actual[i]! - expected[i]!);
    const own = difference === 0 ? 0 : difference / Math.max(least, Math.abs(expected[i]!));
    if (own <= error) continue;
    [error, index] = [own, i];
    if (Number.isNaN(error)) break;
  }
  return { error, index };
}

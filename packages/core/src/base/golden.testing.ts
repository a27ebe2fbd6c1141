// How near Heddle comes to Keras: tools/golden/*.py wrote Keras's values to tests/golden/.
import { appendFileSync, readFileSync } from "node:fs";
import { expect } from "vitest";

/** A file that tools/keras-table.mjs has comparisons appended to, a line of JSON each. */
const record = process.env["HEDDLE_KERAS_RECORD"];

/** What a relative error may be: of a single operation, and of a whole model that was trained for ten steps. */
export const BOUNDS = { operation: 1e-5, model: 1e-4 };

/** Where a case stands in the table of docs/keras-differences.md. */
export interface GoldenCase {
  /** The part: "layers". */
  readonly part: string;
  /** The row: a layer's class. */
  readonly row: string;
  /** Tells apart the cases of a row: their number in their file, say. */
  readonly id: string | number;
  /** The kernels that ran: "strict" or "fma"; left out where none did. */
  readonly kernels?: string;
  /** `BOUNDS.operation` by default. */
  readonly bound?: number;
}

/** Compares a part of a case with Keras's values: "outputs", or "gradients: dense/kernel" where messages shall say whose. */
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
 * How the parts of a case are compared.
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

/** Files have the shortest decimals that give the same f32 back: f32 are compared with those. */
function asWritten(actual: ArrayLike<number>, expected: ArrayLike<number>): ArrayLike<number> {
  return actual instanceof Float32Array ? Float32Array.from(expected) : expected;
}

/**
 * The largest error of a value, and where: the difference divided by the expected value, or by 1 where that is
 * smaller, or by the largest expected value where all are smaller. NaN where a value is.
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

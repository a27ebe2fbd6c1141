import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

/** What real Keras says about a file of `tools/golden/keras-files.py`. */
export interface KerasCase {
  readonly name: string;
  readonly shape: readonly number[];
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly predictions: readonly number[];
  /** The predictions after three more epochs in batches of four, in order. */
  readonly trained?: readonly number[];
}

const folder = new URL("../../../../tests/golden/keras-files/", import.meta.url);

/** A file that real Keras wrote. */
export function kerasFile(name: string): Promise<Uint8Array> {
  return readFile(fileURLToPath(new URL(name, folder))).then((bytes) => new Uint8Array(bytes));
}

/** The cases, by the names of their files. */
export async function kerasCases(): Promise<ReadonlyMap<string, KerasCase>> {
  const { cases } = JSON.parse(new TextDecoder().decode(await kerasFile("cases.json"))) as {
    readonly cases: readonly KerasCase[];
  };
  return new Map(cases.map((one) => [one.name, one]));
}

/** The samples of a case, as `fit` and `predict` take them. */
export function samplesOf({ shape, x, y }: KerasCase) {
  return { images: Float32Array.from(x), labels: Int32Array.from(y), count: y.length, shape: [...shape] };
}

/** The largest difference between two lists of numbers of the same length. */
export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  return Array.from(a, (value, index) => Math.abs(value - b[index]!)).reduce((x, y) => Math.max(x, y), 0);
}

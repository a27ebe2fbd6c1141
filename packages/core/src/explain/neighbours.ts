import { checkOptions } from "../base/known-options.js";
import { abortSignal, anyFunction, checkValue, wholeFromTo } from "../base/rules.js";
import { MAXIMUM_THREADS } from "../engine/control.js";
import { Dense } from "../layers/dense.js";
import { Sequential } from "../model/sequential.js";
import { Input } from "../network/input.js";

/** The nearest other rows of each row. */
export interface Neighbours {
  /** `[N][k]`: the numbers of those rows, nearest first. */
  readonly indices: readonly (readonly number[])[];
  /** `[N][k]`: their Euclidean distances. */
  readonly distances: readonly (readonly number[])[];
}

/** The most memory for the columns of one product. */
const BLOCK_BYTES = 64 * 2 ** 20;

/**
 * The exact k nearest other rows of every row, by Euclidean distance. The engine computes the products of all pairs of
 * rows, as a dense layer whose kernel holds the rows.
 *
 * @param rows `[N, D]`
 * @param k at most N − 1
 */
export async function nearestNeighbours(
  rows: Float32Array,
  count: number,
  k: number,
  options: {
    readonly threads?: number | undefined;
    readonly signal?: AbortSignal | undefined;
    readonly onProgress?: ((share: number) => void) | undefined;
  } = {},
): Promise<Neighbours> {
  checkOptions("Nearest neighbours", options, {
    threads: wholeFromTo(1, MAXIMUM_THREADS),
    signal: abortSignal,
    onProgress: anyFunction,
  });
  checkValue("Nearest neighbours", "k", k, wholeFromTo(1, count - 1));
  const { threads, signal, onProgress } = options;
  const length = rows.length / count;
  // Distances stay the same, and products of smaller numbers lose fewer digits.
  const centred = withoutMean(rows, length);
  const squares = Float64Array.from({ length: count }, (_, row) => {
    let sum = 0;
    for (let at = row * length; at < (row + 1) * length; at++) sum += centred[at]! ** 2;
    return sum;
  });
  const width = Math.max(1, Math.min(count, Math.floor(BLOCK_BYTES / (4 * length))));
  const model = new Sequential([new Input([length]), new Dense(width, { useBias: false })]);
  model.compile({ loss: "mse", ...(threads !== undefined && { threads }) });
  const indices: number[][] = [];
  const distances: number[][] = [];
  try {
    for (let first = 0; first < count; first += width) {
      const last = Math.min(count, first + width);
      setColumns(model, centred, { first, last, width, length });
      const samples = { images: centred, count, shape: [length] };
      const products = await model.predict(samples, { ...(signal && { signal }) });
      for (let row = first; row < last; row++) {
        const squared = Float64Array.from({ length: count }, (_, other) =>
          Math.max(0, squares[row]! + squares[other]! - 2 * products[other * width + row - first]!),
        );
        const nearest = smallest(squared, k, row);
        indices.push(nearest);
        distances.push(nearest.map((other) => Math.sqrt(squared[other]!)));
      }
      onProgress?.(last / count);
    }
  } finally {
    model.dispose();
  }
  return { indices, distances };
}

/** Writes rows `first` … `last` into the columns of the model's kernel, followed by zeros. */
function setColumns(
  model: Sequential,
  rows: Float32Array,
  { first, last, width, length }: Record<"first" | "last" | "width" | "length", number>,
): void {
  const values = new Float32Array(length * width);
  for (let row = first; row < last; row++) {
    for (let at = 0; at < length; at++) values[at * width + row - first] = rows[row * length + at]!;
  }
  model.layers[0]!.weights[0]!.assign(values);
}

function withoutMean(rows: Float32Array, length: number): Float32Array {
  const mean = new Float64Array(length);
  rows.forEach((value, index) => {
    mean[index % length]! += value;
  });
  const count = rows.length / length;
  return rows.map((value, index) => value - mean[index % length]! / count);
}

/** The numbers of the k smallest values but that of `self`, the smallest first; of equals the first. */
function smallest(values: Float64Array, k: number, self: number): number[] {
  const found: number[] = [];
  for (let index = 0; index < values.length; index++) {
    const value = values[index]!;
    if (index === self || (found.length === k && value >= values[found[k - 1]!]!)) continue;
    let at = found.length === k ? k - 1 : found.length;
    for (; at > 0 && value < values[found[at - 1]!]!; at--) found[at] = found[at - 1]!;
    found[at] = index;
  }
  return found;
}

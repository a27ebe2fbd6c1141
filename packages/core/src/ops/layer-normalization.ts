import { sizeOf } from "../base/shape.js";
import type { Backward, Emitter, Parameter, Value } from "./emitter.js";
import { emitSumShards, shardGradient } from "./gradients.js";
import type { Weight } from "./weight.js";

/** γ and β, as weights or as a program sees them: [L], L the values that are normalized together. */
export interface LayerNormalizationOptions<T = Weight> {
  readonly gamma: T | undefined;
  readonly beta: T | undefined;
  /** L: how many values of a sample, one behind the other, have a mean and a variance of their own. */
  readonly length: number;
  /** Added to the variance. */
  readonly epsilon: number;
}

/** y = (x − mean) / √(variance + ε) · γ + β, each of `rows` rows of a sample by its own statistics: x y [rows, L]. */
export function emitLayerNormalization(
  e: Emitter,
  { gamma, beta, length: L, epsilon }: LayerNormalizationOptions<Parameter>,
  x: Value,
): [Value, Backward] {
  const rows = sizeOf(x.shape) / L;
  const y = e.value("output", x.shape);
  const statistics = e.value("statistics", [rows, 2]).data;
  const zeros = e.zeros(L);
  const sizes = { N: "samples", rows, L } as const;
  const bend = { gamma: gamma?.data ?? zeros, hasGamma: gamma ? 1 : 0 };
  const affine = { ...bend, beta: beta?.data ?? zeros };
  e.call("layerNormalization", "forward", { y: y.data, x: x.data, statistics, ...affine, ...sizes, epsilon });
  return [
    y,
    (dy, dx) => {
      if (gamma?.gradient || beta?.gradient) {
        const dgamma = shardGradient(e, "gamma gradient", L);
        const dbeta = shardGradient(e, "beta gradient", L);
        const gradients = { dgamma, dbeta, dy, x: x.data, statistics };
        e.call("layerNormalizationGradient", "backward", { ...gradients, ...sizes });
        if (gamma?.gradient) emitSumShards(e, gamma.gradient, dgamma, L);
        if (beta?.gradient) emitSumShards(e, beta.gradient, dbeta, L);
      }
      if (!dx) return;
      e.call("layerNormalizationBackward", "backward", { dx, dy, x: x.data, statistics, ...bend, ...sizes });
    },
  ];
}

/** The twins' options, with numbers for weights. */
interface Twin extends Omit<LayerNormalizationOptions, "gamma" | "beta"> {
  readonly gamma?: ArrayLike<number> | undefined;
  readonly beta?: ArrayLike<number> | undefined;
}

/** (x − mean) / √(variance + ε) of each row, and the reciprocal deviations. */
function normalized({ length, epsilon }: Twin, x: ArrayLike<number>) {
  const inverse = new Float64Array(x.length / length);
  const normal = new Float64Array(x.length);
  inverse.forEach((_, row) => {
    const values = Array.from({ length }, (_, i) => x[row * length + i]!);
    const mean = values.reduce((sum, value) => sum + value, 0) / length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / length;
    inverse[row] = 1 / Math.sqrt(variance + epsilon);
    values.forEach((value, i) => {
      normal[row * length + i] = (value - mean) * inverse[row]!;
    });
  });
  return { normal, inverse };
}

/** The plain twin. */
export function layerNormalizationReference(twin: Twin, x: ArrayLike<number>): Float64Array {
  const { length, gamma, beta } = twin;
  return normalized(twin, x).normal.map((v, i) => v * (gamma?.[i % length] ?? 1) + (beta?.[i % length] ?? 0));
}

/** The gradients of layerNormalizationReference. */
export function layerNormalizationBackwardReference(twin: Twin, x: ArrayLike<number>, dy: ArrayLike<number>) {
  const { length, gamma } = twin;
  const { normal, inverse } = normalized(twin, x);
  const dgamma = new Float64Array(length);
  const dbeta = new Float64Array(length);
  const plain = new Float64Array(inverse.length);
  const weighted = new Float64Array(inverse.length);
  const g = normal.map((_, i) => dy[i]! * (gamma?.[i % length] ?? 1));
  normal.forEach((value, i) => {
    const row = Math.floor(i / length);
    dgamma[i % length]! += dy[i]! * value;
    dbeta[i % length]! += dy[i]!;
    plain[row]! += g[i]! / length;
    weighted[row]! += (g[i]! * value) / length;
  });
  const dx = g.map((value, i) => {
    const row = Math.floor(i / length);
    return inverse[row]! * (value - plain[row]! - normal[i]! * weighted[row]!);
  });
  return { dx, dgamma, dbeta };
}

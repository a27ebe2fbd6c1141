import type { LayerNormalizationNode } from "./layer-normalization.js";

/** The twins' options, with numbers for weights. */
interface Twin extends Pick<LayerNormalizationNode, "length" | "epsilon"> {
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

/** γ and β of the twins; 1 and 0 where there are none. */
interface Affine {
  readonly gamma?: ArrayLike<number> | undefined;
  readonly beta?: ArrayLike<number> | undefined;
}

/** The plain twin: mean and variance of each of C channels. */
export function momentsReference(C: number, x: ArrayLike<number>) {
  const rows = x.length / C;
  const mean = new Float64Array(C);
  for (let i = 0; i < x.length; i++) mean[i % C]! += x[i]! / rows;
  const variance = new Float64Array(C);
  for (let i = 0; i < x.length; i++) variance[i % C]! += (x[i]! - mean[i % C]!) ** 2 / rows;
  return { mean, variance };
}

/** The plain twin of the forward pass with these statistics, for the rows of the whole batch. */
export function batchNormalizationReference(
  { gamma, beta, relu, epsilon }: Affine & { readonly relu: boolean; readonly epsilon: number },
  { mean, variance }: { readonly mean: ArrayLike<number>; readonly variance: ArrayLike<number> },
  x: ArrayLike<number>,
): Float64Array {
  const C = mean.length;
  return Float64Array.from(x, (value, i) => {
    const c = i % C;
    const normal = (value - mean[c]!) / Math.sqrt(variance[c]! + epsilon);
    const y = normal * (gamma?.[c] ?? 1) + (beta?.[c] ?? 0);
    return relu ? Math.max(0, y) : y;
  });
}

/** The gradients of batchNormalizationReference, through the statistics too unless they are `frozen`. */
export function batchNormalizationBackwardReference(
  options: Affine & { readonly relu: boolean; readonly epsilon: number; readonly frozen: boolean },
  { mean, variance }: { readonly mean: ArrayLike<number>; readonly variance: ArrayLike<number> },
  x: ArrayLike<number>,
  dy: ArrayLike<number>,
) {
  const C = mean.length;
  const rows = x.length / C;
  const y = batchNormalizationReference(options, { mean, variance }, x);
  const normal = batchNormalizationReference(
    { relu: false, epsilon: options.epsilon },
    { mean, variance },
    x,
  );
  const g = Float64Array.from(dy, (value, i) => (options.relu && y[i]! <= 0 ? 0 : value));
  const dgamma = new Float64Array(C);
  const dbeta = new Float64Array(C);
  for (let i = 0; i < g.length; i++) {
    dgamma[i % C]! += g[i]! * normal[i]!;
    dbeta[i % C]! += g[i]!;
  }
  const dx = g.map((value, i) => {
    const c = i % C;
    const scale = (options.gamma?.[c] ?? 1) / Math.sqrt(variance[c]! + options.epsilon);
    const shared = options.frozen ? 0 : (dbeta[c]! + normal[i]! * dgamma[c]!) / rows;
    return scale * (value - shared);
  });
  return { dx, dgamma, dbeta };
}

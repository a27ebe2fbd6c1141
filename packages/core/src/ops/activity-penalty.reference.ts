/** The plain twin, in f64: the mean over the batch and its gradient by x `[N, …]`. */
export function activityPenaltyReference(
  x: ArrayLike<number>,
  N: number,
  { l1, l2 }: { readonly l1: number; readonly l2: number },
): { mean: number; gradient: Float64Array } {
  const gradient = new Float64Array(x.length);
  let sum = 0;
  for (let i = 0; i < x.length; i++) {
    const value = x[i]!;
    sum += l1 * Math.abs(value) + l2 * value * value;
    gradient[i] = (l1 * Math.sign(value) + 2 * l2 * value) / N;
  }
  return { mean: sum / N, gradient };
}

/** The plain twin, in f64: the loss of each sample and its gradient by the logits, target a distribution. */
export function crossEntropyReference(
  logits: ArrayLike<number>,
  target: ArrayLike<number>,
  K: number,
): { loss: Float64Array; gradient: Float64Array } {
  const N = logits.length / K;
  const loss = new Float64Array(N);
  const gradient = new Float64Array(logits.length);
  for (let n = 0; n < N; n++) {
    let top = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < K; k++) top = Math.max(top, logits[n * K + k]!);
    let sum = 0;
    let mass = 0;
    for (let k = 0; k < K; k++) {
      sum += Math.exp(logits[n * K + k]! - top);
      mass += target[n * K + k]!;
    }
    const logSum = Math.log(sum) + top;
    for (let k = 0; k < K; k++) {
      const at = n * K + k;
      loss[n]! += target[at]! * (logSum - logits[at]!);
      gradient[at] = Math.exp(logits[at]! - logSum) * mass - target[at]!;
    }
  }
  return { loss, gradient };
}

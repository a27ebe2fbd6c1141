/** The plain twin of softmax, in f64: each row of K. */
export function softmaxReference(x: ArrayLike<number>, K: number): Float64Array {
  const y = new Float64Array(x.length);
  for (let row = 0; row < x.length; row += K) {
    let top = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < K; k++) top = Math.max(top, x[row + k]!);
    let sum = 0;
    for (let k = 0; k < K; k++) sum += Math.exp(x[row + k]! - top);
    for (let k = 0; k < K; k++) y[row + k] = Math.exp(x[row + k]! - top) / sum;
  }
  return y;
}

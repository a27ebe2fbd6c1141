type Values = Float64Array;

/** y = exp(x) / Σ exp(x) in each row of K values; y may be x. */
export function softmax(K: number) {
  return (x: Values, y: Values): void => {
    for (let first = 0; first < x.length; first += K) {
      let largest = Number.NEGATIVE_INFINITY;
      for (let k = first; k < first + K; k++) largest = Math.max(largest, x[k]!);
      let sum = 0;
      for (let k = first; k < first + K; k++) {
        y[k] = Math.exp(x[k]! - largest);
        sum += y[k]!;
      }
      for (let k = first; k < first + K; k++) y[k]! /= sum;
    }
  };
}

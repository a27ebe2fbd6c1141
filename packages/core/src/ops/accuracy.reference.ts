/** The plain twin: x and target [rows, K] of one sample. */
export function accuracyReference(
  x: ArrayLike<number>,
  target: ArrayLike<number>,
  K: number,
  threshold: number,
): number {
  const rows = x.length / K;
  const largest = (values: ArrayLike<number>, row: number) => {
    let best = 0;
    for (let k = 1; k < K; k++) if (values[row * K + k]! > values[row * K + best]!) best = k;
    return best;
  };
  let right = 0;
  for (let row = 0; row < rows; row++) {
    const hit =
      K > 1 ? largest(x, row) === largest(target, row) : target[row] === Number(x[row]! > threshold);
    if (hit) right++;
  }
  return right / rows;
}

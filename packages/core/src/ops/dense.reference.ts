/** The plain twin, in f64: y [N, O] from x [N, I], w [I, O] and b [O]. */
export function denseReference(
  [N, I, O]: readonly [number, number, number],
  x: ArrayLike<number>,
  w: ArrayLike<number>,
  b?: ArrayLike<number>,
): Float64Array {
  const y = new Float64Array(N * O);
  for (let n = 0; n < N; n++) {
    for (let o = 0; o < O; o++) {
      let sum = b?.[o] ?? 0;
      for (let i = 0; i < I; i++) sum += x[n * I + i]! * w[i * O + o]!;
      y[n * O + o] = sum;
    }
  }
  return y;
}

/** The gradients of denseReference: dx = dy · wᵀ, dw = xᵀ · dy, db = Σ dy. */
export function denseBackwardReference(
  [N, I, O]: readonly [number, number, number],
  x: ArrayLike<number>,
  w: ArrayLike<number>,
  dy: ArrayLike<number>,
) {
  const dx = new Float64Array(N * I);
  const dw = new Float64Array(I * O);
  const db = new Float64Array(O);
  for (let n = 0; n < N; n++) {
    for (let o = 0; o < O; o++) {
      const g = dy[n * O + o]!;
      db[o]! += g;
      for (let i = 0; i < I; i++) {
        dx[n * I + i]! += g * w[i * O + o]!;
        dw[i * O + o]! += g * x[n * I + i]!;
      }
    }
  }
  return { dx, dw, db };
}

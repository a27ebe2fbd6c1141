import { expectClose } from "./op-lab.testing.js";

/** Half the distance between the two points of a difference: balances rounding against curvature in f64. */
const STEP = 1e-5;

/** The gradient of a scalar function by central differences, in f64; `at` is unchanged afterwards. */
export function finiteDifferences(at: Float64Array, f: () => number): Float64Array {
  return at.map((value, index) => {
    at[index] = value + STEP;
    const above = f();
    at[index] = value - STEP;
    const below = f();
    at[index] = value;
    return (above - below) / (2 * STEP);
  });
}

/** Checks that `gradient` is the gradient of Σ dy · f with respect to `at`. */
export function expectGradient(
  gradient: ArrayLike<number>,
  at: Float64Array,
  dy: ArrayLike<number>,
  f: () => ArrayLike<number>,
): void {
  const weighted = () => {
    const y = f();
    let sum = 0;
    for (let i = 0; i < y.length; i++) sum += dy[i]! * y[i]!;
    return sum;
  };
  expectClose(gradient, finiteDifferences(at, weighted), 1e-6);
}

/** The index of the largest of the K values that start at `first`, counted from there; the first of equals. */
export function largestAt(values: ArrayLike<number>, first: number, K: number): number {
  let best = 0;
  for (let k = 1; k < K; k++) if (values[first + k]! > values[first + best]!) best = k;
  return best;
}

/** A share as Keras divides: 0 where there is nothing to divide by. */
export function shareOf(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

/**
 * Functions whose built-in forms differ in the last bits between engines, from additions and multiplications
 * alone: everywhere the same result.
 */

/** base^exponent for a whole exponent of at least 0, by repeated squaring. */
export function wholePower(base: number, exponent: number): number {
  let result = 1;
  let square = base;
  for (let rest = exponent; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result *= square;
    square *= square;
  }
  return result;
}

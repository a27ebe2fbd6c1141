import { HeddleError } from "../base/errors.js";

/** Checks a finite number of at least `least`. */
export function checkNumber(who: string, name: string, value: number, least = -Number.MAX_VALUE): number {
  if (typeof value === "number" && Number.isFinite(value) && value >= least) return value;
  const bounds = least === -Number.MAX_VALUE ? "a finite number" : `a number of at least ${least}`;
  throw new HeddleError({
    who,
    expected: `${name} to be ${bounds}`,
    received: String(value),
    next: "Correct the initializer.",
  });
}

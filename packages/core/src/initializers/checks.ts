import { HeddleError } from "../base/errors.js";
import type { JsonObject } from "../base/json.js";

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

/** Refuses the axes that Keras's class can count as inputs and outputs. */
export function refuseAxes(who: string, config: JsonObject): void {
  for (const name of ["input_axes", "output_axes"]) {
    const value = config[name] ?? null;
    if (value === null) continue;
    throw new HeddleError({
      who,
      expected: `${name} to be null`,
      received: JSON.stringify(value),
      next: "Nothing else is supported yet: change the initializer.",
    });
  }
}

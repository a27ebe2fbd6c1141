import { HeddleError } from "../base/errors.js";

/** Refuses a number that makes no sense in a schedule; `expected` is a phrase such as "decaySteps to be above 0". */
export function checkNumber(who: string, expected: string, value: number, sensible: boolean): number {
  if (Number.isFinite(value) && sensible) return value;
  throw new HeddleError({ who, expected, received: String(value), next: "Correct the schedule." });
}

/** A learning rate: a number of at least 0. */
export function checkRate(who: string, name: string, value: number): number {
  return checkNumber(who, `${name} to be a number of at least 0`, value, value >= 0);
}

/** A number of steps above 0. */
export function checkSteps(who: string, name: string, value: number): number {
  return checkNumber(who, `${name} to be a number above 0`, value, value > 0);
}

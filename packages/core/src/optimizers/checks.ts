import { HeddleError } from "../base/errors.js";

/** Checks a number from 0 up to, but not, 1. */
export function belowOne(who: string, name: string, value: number): number {
  return checked(who, name, value, "of at least 0 and below 1", value >= 0 && value < 1);
}

/** Checks a number from 0 to 1. */
export function upToOne(who: string, name: string, value: number): number {
  return checked(who, name, value, "from 0 to 1", value >= 0 && value <= 1);
}

/** Checks a number of at least 0. */
export function atLeastZero(who: string, name: string, value: number): number {
  return checked(who, name, value, "of at least 0", value >= 0);
}

/** Checks a number. */
export function finite(who: string, name: string, value: number): number {
  return checked(who, name, value, "that is finite", true);
}

function checked(who: string, name: string, value: number, bounds: string, within: boolean): number {
  if (typeof value === "number" && Number.isFinite(value) && within) return value;
  throw new HeddleError({
    who,
    expected: `${name} to be a number ${bounds}`,
    received: String(value),
    next: `Correct ${name}, or omit it.`,
  });
}

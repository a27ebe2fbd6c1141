import { didYouMean } from "../base/closest.js";
import { HeddleError } from "../base/errors.js";
import { shown } from "../base/rules.js";

/** Both ends of a range, in any order. */
export type Range = readonly [low: number, high: number];

/** Checks a pair of finite numbers and puts the lower one first. */
export function rangeOf(who: string, name: string, value: Range): Range {
  const [low, high] = Array.isArray(value) ? (value as Range) : [Number.NaN, Number.NaN];
  if (value?.length === 2 && Number.isFinite(low) && Number.isFinite(high)) {
    return low <= high ? [low, high] : [high, low];
  }
  throw new HeddleError({
    who,
    expected: `${name} to be [low, high]`,
    received: shown(value),
    next: `Correct ${name}.`,
  });
}

/**
 * Checks what a random layer draws from: a pair, or one number for −number … number, which starts at `least` if that is
 * higher. Nothing else may lie outside least … most.
 */
export function drawRange(who: string, name: string, value: number | Range, [least, most]: Range): Range {
  const alone = typeof value === "number";
  const [low, high] = alone ? [value, value] : rangeOf(who, name, value);
  if (low >= least && high <= most) {
    return alone ? [Math.max(least, -Math.abs(low)), Math.abs(low)] : [low, high];
  }
  throw new HeddleError({
    who,
    expected: `${name} to be a number or [low, high] within ${least} and ${most}`,
    received: shown(value),
    next: `Correct ${name}.`,
  });
}

/** Checks that a value is one of those known. */
export function oneOf<T extends string>(who: string, name: string, known: readonly T[], value: T): T {
  if (known.includes(value)) return value;
  throw new HeddleError({
    who,
    expected: `${name} to be one of ${known.join(", ")}`,
    received: shown(value),
    next: didYouMean(String(value), known, "Choose one of them."),
  });
}

/** Checks a number. */
export function finiteNumber(who: string, name: string, value: number): number {
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw new HeddleError({
    who,
    expected: `${name} to be a finite number`,
    received: shown(value),
    next: `Correct ${name}.`,
  });
}

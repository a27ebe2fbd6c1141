import { HeddleError } from "../base/errors.js";
import { checkValue, oneOf, shown } from "../base/rules.js";
import { wholeNumber } from "../base/shape.js";
import type { Padding } from "../ops/window.js";

/** One number for both axes, or height and width. */
export type Size2D = number | readonly [height: number, width: number];

/** Checks a size of at least 1; returns both axes. */
export function size2d(who: string, name: string, value: Size2D): readonly [number, number] {
  const pair: unknown = typeof value === "number" ? [value, value] : value;
  if (!Array.isArray(pair) || pair.length !== 2) {
    throw new HeddleError({
      who,
      expected: `${name} to be a number or [height, width]`,
      received: shown(value),
      next: `Correct ${name}.`,
    });
  }
  return [wholeNumber(who, name, pair[0]), wholeNumber(who, name, pair[1])];
}

/** An option or its default; null is a value like any other, and is refused where it is none. */
export function withDefault<T>(value: T | undefined, fallback: NoInfer<T>): T {
  return value === undefined ? fallback : value;
}

/** Checks a switch; `fallback` where it is not set. */
export function trueOrFalse(who: string, name: string, value: unknown, fallback: boolean): boolean {
  const set = withDefault(value, fallback);
  if (typeof set === "boolean") return set;
  throw new HeddleError({
    who,
    expected: `${name} to be true or false`,
    received: shown(set),
    next: `Correct ${name}.`,
  });
}

/** Checks a padding. */
export function paddingOf(who: string, value: string): Padding {
  return checkValue(who, "padding", value as Padding, oneOf("valid", "same"));
}

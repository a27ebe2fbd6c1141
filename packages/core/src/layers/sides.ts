import { HeddleError } from "../base/errors.js";
import { shown } from "../base/rules.js";
import { wholeNumber } from "../base/shape.js";

/** Pixels at both ends of one axis: one number for both, or `[before, after]`: top and bottom, or left and right. */
export type AxisPadding = number | readonly [before: number, after: number];

/** Pixels on every side. */
export type Sides = readonly [
  height: readonly [top: number, bottom: number],
  width: readonly [left: number, right: number],
];

/** Checks pixels on every side: one number, `[height, width]`, or a pair for each of both. */
export function sidesOf(
  who: string,
  name: string,
  value: number | readonly [height: AxisPadding, width: AxisPadding],
): Sides {
  const pair = <T>(both: number | readonly [T, T]): readonly [T | number, T | number] => {
    if (typeof both === "number") return [both, both];
    if (Array.isArray(both) && both.length === 2) return both;
    throw new HeddleError({
      who,
      expected: `${name} to be a number, [height, width] or [[top, bottom], [left, right]]`,
      received: shown(both),
      next: `Correct ${name}.`,
    });
  };
  const sides = (axis: AxisPadding): readonly [number, number] => {
    const [before, after] = pair(axis);
    return [wholeNumber(who, name, before, 0), wholeNumber(who, name, after, 0)];
  };
  const [height, width] = pair(value);
  return [sides(height), sides(width)];
}

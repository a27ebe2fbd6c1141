import { HeddleError } from "../base/errors.js";
import { shown } from "../base/rules.js";
import { formatShape, type Shape } from "../base/shape.js";

/** The axis of an option: a whole number, or a list of one. */
export function axisOf(who: string, value: unknown): number {
  const axis: unknown = Array.isArray(value) && value.length === 1 ? value[0] : value;
  if (Number.isInteger(axis)) return axis as number;
  throw new HeddleError({
    who,
    expected: "axis to be a whole number or a list of one",
    received: shown(value),
    next: "Correct axis, or omit it.",
  });
}

/** Checks that an axis, counted as Keras counts with the batch as 0, is the last of an input. */
export function checkLastAxis(who: string, axis: number, input: Shape): void {
  if (axis === -1 || axis === input.length) return;
  throw new HeddleError({
    who,
    expected: `axis to be the last of ${formatShape(input)}, which is -1 or ${input.length}`,
    received: String(axis),
    next: "Heddle has the channels last: omit axis, or build the model with data_format channels_last.",
  });
}

/** The axes of an option: whole numbers, one or a list of them. */
export function axesOf(who: string, value: unknown): readonly number[] {
  const axes: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (axes.every((one) => Number.isInteger(one))) return axes as readonly number[];
  throw new HeddleError({
    who,
    expected: "axis to be a whole number or a list of them",
    received: shown(value),
    next: "Correct axis.",
  });
}

/** The sizes of axes, counted as Keras counts with the batch as 0, which must be the last ones of an input. */
export function lastSizes(who: string, axes: readonly number[], input: Shape): Shape {
  const rank = input.length + 1;
  const fromEnd = axes.map((axis) => (axis < 0 ? axis : axis - rank)).sort((a, b) => b - a);
  const last = fromEnd.every((axis, index) => axis === -1 - index);
  const count = fromEnd.length;
  if (last && count >= 1 && count <= input.length) return input.slice(-count);
  throw new HeddleError({
    who,
    expected: `axis to name the last of the input's axes 1 to ${input.length}, or several up to the last`,
    received: shown(axes),
    next: "Correct axis.",
  });
}

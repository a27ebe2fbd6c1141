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

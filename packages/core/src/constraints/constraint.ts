import { refuseValue } from "../base/config.js";
import { HeddleError } from "../base/errors.js";
import { checkerOf } from "../base/ignored-keys.js";
import type { JsonObject } from "../base/json.js";
import { either, listOf, type Rule, shown } from "../base/rules.js";
import { formatShape, type Shape, sizeOf } from "../base/shape.js";
import type { Projection } from "../ops/weight.js";

/** Holds a weight to something after each update. */
export interface Constraint extends Projection {
  /** Keras's name of the class. */
  readonly className: string;
  /** Refuses weights of a shape that it does not fit; called when a layer is built. */
  check(who: string, shape: Shape): void;
  getConfig(): JsonObject;
}

export const checkedConstraint = checkerOf("constraint");

/** One axis, or several adjacent ones; counted from the end where negative. */
export type Axes = number | readonly number[];

/**
 * A weight as `[outer, rows, columns]`, the axes of its vectors as the rows.
 *
 * @throws HeddleError where there is no such axis, or the axes are not adjacent
 */
export function vectorsAlong(who: string, axes: Axes, shape: Shape) {
  const list = (typeof axes === "number" ? [axes] : axes)
    .map((axis) => (axis < 0 ? axis + shape.length : axis))
    .sort((one, other) => one - other);
  const [first = Number.NaN] = list;
  const adjacent = list.every((axis, index) => Number.isInteger(axis) && axis === first + index);
  if (!adjacent || !(first >= 0) || first + list.length > shape.length) {
    throw new HeddleError({
      who,
      expected: "axis to be adjacent axes of the weight",
      received: `${shown(axes)} for a weight ${formatShape(shape).replace("batch, ", "")}`,
      next: "Correct axis: 0 for a dense kernel, [0, 1, 2] for a convolution's.",
    });
  }
  const end = first + list.length;
  return {
    outer: sizeOf(shape.slice(0, first)),
    rows: sizeOf(shape.slice(first, end)),
    columns: sizeOf(shape.slice(end)),
  };
}

const wholeAxis: Rule = { expected: "a whole number", accepts: Number.isSafeInteger };
export const axesRule = either(wholeAxis, listOf("them", wholeAxis));

/** The axes of a Keras configuration. */
export function axesIn(config: JsonObject): Axes {
  const axis = config["axis"] ?? 0;
  if (axesRule.accepts(axis)) return axis as Axes;
  return refuseValue(config, "axis", axesRule.expected, axis);
}

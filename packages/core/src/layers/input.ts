import { HeddleError } from "../base/errors.js";
import { shown } from "../base/rules.js";
import { type Shape, wholeNumber } from "../base/shape.js";
import { Tensor } from "./layer.js";

/**
 * The input of a model that is built with `layer.apply`.
 *
 * @param shape sizes without the batch: `[height, width, channels]`
 * @throws HeddleError for a shape that is not a list of sizes of at least 1
 *
 * @example
 * const x = input([28, 28, 1]);
 * const model = new Model({ inputs: x, outputs: new Dense(10).apply(new Flatten().apply(x)) });
 */
export function input(shape: Shape): Tensor {
  return new Tensor(checkedShape("input", shape));
}

/** Checks the sizes of one sample: at least one of them. */
export function checkedShape(who: string, shape: Shape): Shape {
  if (Array.isArray(shape) && shape.length > 0) {
    return shape.map((size) => wholeNumber(who, "each size of the shape", size));
  }
  throw new HeddleError({
    who,
    expected: "a list of the sizes of one sample",
    received: shown(shape),
    next: "Pass [height, width, channels], or [size] for plain numbers.",
  });
}

import { type Shape, wholeNumber } from "../base/shape.js";
import { Tensor } from "./layer.js";

/**
 * The input of a model that is built with `layer.apply`.
 *
 * @param shape sizes without the batch: `[height, width, channels]`
 */
export function input(shape: Shape): Tensor {
  return new Tensor(shape.map((size) => wholeNumber("input", "each size of the shape", size)));
}

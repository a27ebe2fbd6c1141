import type { JsonObject } from "../base/json.js";
import type { Random } from "../base/random.js";
import type { Shape } from "../base/shape.js";

/** Fills a weight with its initial values. */
export interface Initializer {
  /** Keras's name of the class. */
  readonly className: string;
  /** Fills a new array of this shape from the weight's own stream of random numbers. */
  initialize(shape: Shape, random: Random): Float32Array<ArrayBuffer>;
  /**
   * Checks a shape when a model is built; `initialize` is called only when the numbers are needed.
   *
   * @throws HeddleError for a shape that `initialize` cannot fill
   */
  check?(shape: Shape): void;
  getConfig(): JsonObject;
}

/**
 * How many inputs reach an output and how many outputs an input reaches: a kernel's shape is
 * `[…window, inputs, outputs]`, as in Keras.
 */
export function fans(shape: Shape): { fanIn: number; fanOut: number } {
  const window = shape.slice(0, -2).reduce((product, size) => product * size, 1);
  const outputs = shape.at(-1) ?? 1;
  const inputs = shape.at(-2) ?? outputs;
  return { fanIn: inputs * window, fanOut: outputs * window };
}

import { HeddleError } from "./errors.js";

/** The sizes of one sample's axes, without the batch: an image is `[height, width, channels]`. */
export type Shape = readonly number[];

/** How many elements a shape holds; 1 for the empty shape. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** `[batch, 28, 28, 1]`, as Keras's messages and summaries have it. */
export function formatShape(shape: Shape): string {
  return `[${["batch", ...shape].join(", ")}]`;
}

/** True when both shapes have the same sizes in the same order. */
export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}

/**
 * True when an input takes samples of a shape as they lie in memory: axes of size 1 make no difference, and a flat input takes
 * everything of its size, so that `[28, 28]` and `[784]` take `[28, 28, 1]`.
 */
export function takesShape(input: Shape, shape: Shape): boolean {
  if (input.length === 1) return sizeOf(input) === sizeOf(shape);
  const long = (sizes: Shape) => sizes.filter((size) => size !== 1);
  return sameShape(long(input), long(shape));
}

/** Returns `value` when it is a whole number of at least `minimum`; throws in the name of `who` otherwise. */
export function wholeNumber(who: string, name: string, value: unknown, minimum = 1): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= minimum) return value;
  throw new HeddleError({
    who,
    expected: `${name} to be a whole number of at least ${minimum}`,
    received: String(value),
    next: `Correct ${name}.`,
  });
}

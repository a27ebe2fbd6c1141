import { type Shape, sizeOf } from "../base/shape.js";
import type { Weight } from "../ops/weight.js";

/** A number that a unit reads. */
export interface UnitTerm {
  /** Which of the layer's inputs it is of: 0 for a layer of one. */
  readonly from: number;
  /** Its place in what the layer reads, flat; within the layer where {@link UnitNumbers.isInside}. */
  readonly index: number;
  /** Its place in the window, row by row; its place in the row for a unit that has no window. */
  readonly tap: number;
  /** The channel that it belongs to; 0 for a unit that has no window. */
  readonly channel: number;
  readonly input: number;
  /** What it is multiplied by. */
  readonly weight: number;
  /** The weight's place in the kernel, flat; undefined where there is none. */
  readonly kernelAt?: number;
}

/** A function that follows, such as `leakyRelu` with a `slope`. */
export interface UnitActivation {
  readonly name: string;
  /** The numbers that it has for this unit, by their names. */
  readonly settings: Readonly<Record<string, number>>;
}

/** The numbers that make one value of a layer's output. */
export interface UnitNumbers {
  /**
   * `sum`: of input × weight, and the bias; `product`: of all inputs; `largest` and `smallest`: of the inputs; `copy`: one
   * input as it is, or 0 where there is none. A mean is a sum, each input times the same weight.
   */
  readonly how: "sum" | "product" | "largest" | "smallest" | "copy";
  /** Padding is left out. */
  readonly terms: readonly UnitTerm[];
  /** Rows and columns of the window; undefined for a unit that has none. */
  readonly window: readonly [rows: number, columns: number] | undefined;
  /** The weight that the terms' weights are from; undefined where there is none. */
  readonly kernel?: Weight;
  /** True where the terms are values within the layer, as those of the second half of a separable convolution. */
  readonly isInside?: boolean;
  readonly bias: number;
  /** What the terms and the bias make, before the activation. */
  readonly value: number;
  /** The functions that follow. */
  readonly activations: readonly UnitActivation[];
}

/** How one op makes a value. */
export type Step = Omit<UnitNumbers, "activations">;
/** A value of what an op reads, by its flat place, and by the input that it is of: the first if that is missing. */
export type Read = (index: number, from?: number) => number;
/** How an op makes the value at a flat place of its output. */
export type Maker = (index: number, read: Read) => Step;

export interface FoundMaker {
  readonly make: Maker;
  /** Where it is another than the input's. */
  readonly output?: Shape;
}

/** One input as it is; 0 where `place` says that there is none. */
export function copied(place: (index: number) => number | undefined): Maker {
  return (index, read) => {
    const at = place(index);
    const terms = at === undefined ? [] : [alone(at, read)];
    return { how: "copy", terms, window: undefined, bias: 0, value: terms[0]?.input ?? 0 };
  };
}

/** A term that is no part of a window. */
export function alone(index: number, read: Read, { from = 0, weight = 1 } = {}): UnitTerm {
  return { from, index, tap: 0, channel: 0, input: read(index, from), weight };
}

export function sumOf(terms: readonly UnitTerm[], bias: number, window: Step["window"]): Step {
  const value = terms.reduce((sum, { input, weight }) => sum + input * weight, bias);
  return { how: "sum", terms, window, bias, value };
}

/** The largest of the inputs, or the smallest. */
export function extreme(
  how: "largest" | "smallest",
  terms: readonly UnitTerm[],
  window: Step["window"],
): Step {
  const [pick, start] = how === "largest" ? [Math.max, -Infinity] : [Math.min, Infinity];
  const value = terms.reduce((best, { input }) => pick(best, input), start);
  return { how, terms, window, bias: 0, value };
}

/** A number of a weight, or what stands for a weight that the layer does not have. */
export function numberAt(weight: Weight | undefined, index: number, missing: number): number {
  return weight ? weight.read()[index]! : missing;
}

/** A flat place as one number for each axis. */
export function placeOf(index: number, shape: Shape): readonly number[] {
  let rest = index % Math.max(1, sizeOf(shape));
  const place = new Array<number>(shape.length);
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    place[axis] = rest % shape[axis]!;
    rest = Math.floor(rest / shape[axis]!);
  }
  return place;
}

/** The flat place in a value that was broadcast to `shape`: along an axis of size 1, and along one it lacks, it repeats. */
export function broadcastPlace(index: number, shape: Shape, own: Shape): number {
  const place = placeOf(index, shape);
  const missing = shape.length - own.length;
  return own.reduce((sum, size, axis) => sum * size + (size === 1 ? 0 : place[missing + axis]!), 0);
}

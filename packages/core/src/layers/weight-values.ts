import { HeddleError } from "../base/errors.js";
import { type Shape, sameShape, sizeOf } from "../base/shape.js";
import type { Weight } from "../ops/weight.js";

/** The numbers of a weight, row-major, with their shape: what `getWeights` gives and `setWeights` takes. */
export interface WeightValues {
  readonly shape: Shape;
  readonly values: Float32Array;
}

export function copyWeights(weights: readonly Weight[]): WeightValues[] {
  return weights.map((weight) => ({ shape: weight.shape, values: weight.read().slice() }));
}

/** Sets weights; changes none unless all fit. */
export function assignWeights(who: string, weights: readonly Weight[], given: readonly WeightValues[]): void {
  if (given.length !== weights.length) {
    throw new HeddleError({
      who,
      expected: `${weights.length} arrays of weights`,
      received: `${given.length}`,
      next: "Give them all, in the order of getWeights.",
    });
  }
  weights.forEach(({ name, shape }, index) => {
    const { shape: other, values } = given[index]!;
    if (sameShape(shape, other) && values.length === sizeOf(shape)) return;
    throw new HeddleError({
      who,
      expected: `weight ${name} [${shape.join(", ")}]`,
      received: `[${other.join(", ")}] of ${values.length} values`,
      next: "Give them all, in the order of getWeights.",
    });
  });
  weights.forEach((weight, index) => {
    weight.assign(given[index]!.values);
  });
}

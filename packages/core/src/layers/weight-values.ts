import { HeddleError } from "../base/errors.js";
import { type Shape, sameShape, sizeOf } from "../base/shape.js";
import type { Weight } from "../ops/weight.js";

/** The numbers of a weight, row-major, with their shape: what `getWeights` returns and `setWeights` takes. */
export interface WeightValues {
  readonly shape: Shape;
  readonly values: Float32Array;
}

export function copyWeights(weights: readonly Weight[]): WeightValues[] {
  return weights.map((weight) => ({ shape: weight.shape, values: weight.read().slice() }));
}

/** Sets weights; changes none unless all fit. */
export function assignWeights(
  who: string,
  weights: readonly Weight[],
  values: readonly WeightValues[],
): void {
  if (values.length !== weights.length) {
    throw new HeddleError({
      who,
      expected: `${weights.length} arrays of weights`,
      received: `${values.length}`,
      next: "Pass them all, in the order of getWeights.",
    });
  }
  weights.forEach(({ name, shape }, index) => {
    const source = values[index]!;
    if (sameShape(shape, source.shape) && source.values.length === sizeOf(shape)) return;
    throw new HeddleError({
      who,
      expected: `weight ${name} [${shape.join(", ")}]`,
      received: `[${source.shape.join(", ")}] of ${source.values.length} values`,
      next: "Pass them all, in the order of getWeights.",
    });
  });
  weights.forEach((weight, index) => {
    weight.assign(values[index]!.values);
  });
}

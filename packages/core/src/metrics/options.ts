import { HeddleError } from "../base/errors.js";
import type { Shape } from "../base/shape.js";

/** The number of classes, which is the size of the last axis: at least `least`. */
export function classesOf(who: string, output: Shape, least = 2): number {
  const classes = output.at(-1) ?? 0;
  if (classes >= least) return classes;
  throw new HeddleError({
    who,
    expected: `a model with outputs for at least ${least} classes`,
    received: `outputs of ${output.join("×")}`,
    next: "Use binaryAccuracy, precision, recall or auc for outputs of yes or no.",
  });
}

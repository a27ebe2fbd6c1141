import { HeddleError } from "../base/errors.js";
import { exponential } from "../base/math.js";
import type { Network } from "./network.js";
import { outputForm } from "./trace-emission.js";

/** Why a model does not predict classes; undefined if it does: if each output is a number, not an image. */
export function whyNoClasses({ outputShape }: Network): string | undefined {
  if (outputShape.length === 1) return undefined;
  return `its outputs are ${outputShape.join("×")}, not one number for each class`;
}

/** How many classes a model distinguishes: one for each output, or two if there is a single output. */
export function classCount({ outputShape }: Network): number {
  return Math.max(2, outputShape[0] ?? 0);
}

/** A name for each of a model's classes, which may be more than its data had: `known`, otherwise the model's own. */
export function classNamesOf(model: Network, known: readonly string[] = []): readonly string[] {
  const own = model.classes ?? [];
  return Array.from(
    { length: classCount(model) },
    (_, label) => known[label] ?? own[label] ?? `class ${label}`,
  );
}

/**
 * A model's outputs as probabilities of classes: logits after a softmax, and a single output as the two classes that it
 * distinguishes. Several sigmoids stay as they are, and need not sum to 1.
 *
 * @param outputs `[N, …outputShape]`, as `predict` returns them
 * @returns `[N, classes]`; `outputs` itself if they are probabilities already
 * @throws HeddleError when the model does not predict classes, or the outputs are not whole rows
 *
 * @example
 * const probabilities = classProbabilities(model, await model.predict(test));
 */
export function classProbabilities(model: Network, outputs: Float32Array): Float32Array {
  const { name, outputShape } = model;
  const fault = whyNoClasses(model);
  if (fault !== undefined) {
    throw new HeddleError({
      who: `Model "${name}"`,
      expected: "a model that predicts classes",
      received: `one that does not: ${fault}`,
      next: "Look at its filters and feature maps instead.",
    });
  }
  const units = outputShape[0]!;
  if (outputs.length % units !== 0) {
    throw new HeddleError({
      who: "classProbabilities",
      expected: `outputs of "${name}", ${units} for each image`,
      received: `${outputs.length} in all`,
      next: "Pass what its predict returned.",
    });
  }
  const fromLogits = outputForm(model) === "logits";
  if (units === 1) return bothClasses(outputs, fromLogits);
  if (!fromLogits) return outputs;
  const rows = new Float32Array(outputs.length);
  for (let first = 0; first < outputs.length; first += units) softmax(outputs, rows, first, units);
  return rows;
}

function bothClasses(outputs: Float32Array, fromLogits: boolean): Float32Array {
  const rows = new Float32Array(2 * outputs.length);
  outputs.forEach((output, image) => {
    const yes = fromLogits ? 1 / (1 + exponential(-output)) : output;
    rows[2 * image] = 1 - yes;
    rows[2 * image + 1] = yes;
  });
  return rows;
}

function softmax(from: Float32Array, to: Float32Array, first: number, units: number): void {
  let largest = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < units; k++) largest = Math.max(largest, from[first + k]!);
  const powers = Array.from({ length: units }, (_, k) => exponential(from[first + k]! - largest));
  const sum = powers.reduce((total, power) => total + power, 0);
  powers.forEach((power, k) => {
    to[first + k] = power / sum;
  });
}

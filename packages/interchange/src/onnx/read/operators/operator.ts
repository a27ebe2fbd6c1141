import type { Activation } from "../activation.js";
import type { Constant } from "../constant.js";
import { Lacking } from "../fault.js";
import type { Node } from "../node.js";

/** What a name in a graph stands for. */
export type Value = Activation | Constant;

/**
 * Reads a node of which at least one input is a value that the model computes.
 *
 * @throws Lacking when Heddle has nothing that computes the same
 */
export type Operator = (node: Node, inputs: readonly (Value | undefined)[]) => Value;

/** The first input as a value that the model computes. */
export function dataOf(node: Node, inputs: readonly (Value | undefined)[]): Activation {
  return activationAt(node, inputs, 0);
}

/** An input as a value that the model computes. */
export function activationAt(node: Node, inputs: readonly (Value | undefined)[], index: number): Activation {
  const value = inputs[index];
  if (value === undefined) throw node.damaged(`at least ${index + 1} inputs`, String(inputs.length));
  if (value.kind === "constant") throw new Lacking(`a constant as input ${index + 1}`);
  return value;
}

/** An input as numbers that are known before the model runs; undefined where it is left out. */
export function constantAt(inputs: readonly (Value | undefined)[], index: number): Constant | undefined {
  const value = inputs[index];
  if (value === undefined || value.kind === "constant") return value;
  throw new Lacking(`a computed value as input ${index + 1}`);
}

/** An input that must be numbers. */
export function neededConstant(node: Node, inputs: readonly (Value | undefined)[], index: number): Constant {
  const value = constantAt(inputs, index);
  if (value === undefined) throw node.damaged(`at least ${index + 1} inputs`, String(inputs.length));
  return value;
}

/** An optional input of one number. */
export function scalarAt(inputs: readonly (Value | undefined)[], index: number): number | undefined {
  const value = constantAt(inputs, index);
  if (value === undefined) return undefined;
  if (value.values.length !== 1) throw new Lacking(`${value.values.length} numbers as input ${index + 1}`);
  return value.values[0];
}

import type { ActivityPenaltyNode } from "../ops/activity-penalty.js";
import type { MergeNode } from "../ops/merge.js";
import { type AnyNode, nodeMacs, nodeWeights } from "../ops/node.js";
import type { Weight } from "../ops/weight.js";

/** The number of the model's input among the values of its graph. */
export const INPUT = -1;

/** An op of a model: of a layer, or a penalty on what a layer gives. */
export type StepNode = AnyNode | ActivityPenaltyNode;

/** An op of a lowered model and what it reads: the number of the step that gives each value, or INPUT. */
export interface Step {
  readonly node: StepNode;
  readonly inputs: readonly number[];
}

/** How many inputs of later steps each step's value is. */
export function readersOf(steps: readonly Step[]): number[] {
  const readers = steps.map(() => 0);
  for (const { inputs } of steps) for (const input of inputs) if (input !== INPUT) readers[input]!++;
  return readers;
}

/** True for ops that make one value of several. */
export function isMerge(node: StepNode): node is MergeNode {
  return node.op === "add" || node.op === "multiply" || node.op === "concatenate";
}

/** True for ops that pass their value on and add to the loss. */
export function isPenalty(node: StepNode): node is ActivityPenaltyNode {
  return node.op === "activityPenalty";
}

/** Multiply-adds of one sample's forward pass through a node. */
export function macsOf(node: StepNode): number {
  return isMerge(node) || isPenalty(node) ? 0 : nodeMacs(node);
}

/** The weights that a step uses, in order. */
export function weightsOfStep({ node }: Step): readonly Weight[] {
  return isMerge(node) || isPenalty(node) ? [] : nodeWeights(node);
}

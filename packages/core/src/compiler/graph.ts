import type { ActivityPenaltyNode } from "../ops/activity-penalty.js";
import { isMergeOp, type MergeNode, mergeMacs, mergeWeights } from "../ops/merge.js";
import { type AnyNode, nodeMacs, nodeWeights } from "../ops/node.js";
import type { Weight } from "../ops/weight.js";

/** The number of the model's input among the values of its graph. */
export const INPUT = -1;

/** What an op of a graph does: an op of a layer, or a penalty on a layer's output. */
export type GraphNode = AnyNode | ActivityPenaltyNode;

/** An op of a lowered model and its inputs: the numbers of the ops that compute them, or INPUT. */
export interface GraphOp {
  readonly node: GraphNode;
  readonly inputs: readonly number[];
}

/** How often the value of each op is an input of a later op. */
export function readersOf(ops: readonly GraphOp[]): number[] {
  const readers = ops.map(() => 0);
  for (const { inputs } of ops) for (const input of inputs) if (input !== INPUT) readers[input]!++;
  return readers;
}

/** True for ops that make one value of several. */
export function isMerge(node: GraphNode): node is MergeNode {
  return isMergeOp(node.op);
}

/** True for ops that pass their value on and add to the loss. */
export function isPenalty(node: GraphNode): node is ActivityPenaltyNode {
  return node.op === "activityPenalty";
}

/** Multiply-adds of one sample's forward pass through a node. */
export function macsOf(node: GraphNode): number {
  if (isPenalty(node)) return 0;
  return isMerge(node) ? mergeMacs(node) : nodeMacs(node);
}

/** The weights that an op uses, in order. */
export function weightsOfOp({ node }: GraphOp): readonly Weight[] {
  if (isPenalty(node)) return [];
  return isMerge(node) ? mergeWeights(node) : nodeWeights(node);
}

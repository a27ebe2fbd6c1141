import type { Backward, Emitter, Parameter, Value } from "./emitter.js";
import type { Weight } from "./weight.js";

/** What every node of a lowered model has. */
export interface NodeOf<Name extends string> {
  readonly op: Name;
  /** The layer that the node comes from, or several joined by `+` where they were fused. */
  readonly owner: string;
}

/** A convolution's or dense layer's weights. */
export interface KernelAndBias {
  readonly kernel: Weight;
  readonly bias: Weight | undefined;
}

/** The fields of a node that hold weights. */
type WeightField<Node> = {
  [Field in keyof Node]-?: Weight extends Node[Field] ? Field & string : never;
}[keyof Node];

/** A node as its program sees it: parameters in place of the weights. */
export type WithParameters<Node> = {
  readonly [Field in keyof Node]: Weight extends Node[Field]
    ? Parameter | Exclude<Node[Field], Weight>
    : Node[Field];
};

/** All that there is to know about one kind of node. Each op's file exports one; `node.ts` has the table of them. */
export interface Op<Node> {
  /** Emits the forward calls; returns the output and what emits the backward calls. */
  emit(e: Emitter, node: WithParameters<Node>, x: Value): [Value, Backward];
  /** The fields that hold weights, in the order of the layer's weights; none by default. */
  readonly weights?: readonly WeightField<Node>[];
  /** Multiply-adds of one sample's forward pass; 0 by default. */
  macs?(node: Node): number;
}

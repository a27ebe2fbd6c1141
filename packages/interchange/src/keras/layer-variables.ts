import type { Layer } from "@heddle/core";
import type { Weight } from "@heddle/core/internal/ops/weight.js";

/** A layer's weight, and where it is within the layer's group. */
export interface PlacedVariable {
  readonly weight: Weight;
  readonly place: string;
}

/** The groups of layers that are made of layers, in the order of their weights. */
const INNER_GROUPS: Readonly<Record<string, readonly string[]>> = {
  MultiHeadAttention: ["query_dense", "key_dense", "value_dense", "output_dense"],
};

/** A layer's weights in Keras's order, and the variables that hold them. */
export function placedVariables({ className, weights }: Layer): readonly PlacedVariable[] {
  const inner = INNER_GROUPS[className];
  // With or without biases, each of the inner layers has as many.
  const each = inner ? weights.length / inner.length : weights.length;
  return weights.map((weight, index) => {
    const group = inner ? `${inner[Math.floor(index / each)]}/` : "";
    return { weight, place: `${group}vars/${index % each}` };
  });
}

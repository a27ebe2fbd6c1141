import { INPUT } from "../compiler/graph.js";
import { input, type Tensor } from "../layers/index.js";
import type { DescribedModel } from "./described-model.js";

/** The input and the output value of a model. */
interface Graph {
  readonly inputs: Tensor;
  readonly outputs: Tensor;
}

/** Builds the graph that a model's JSON describes. */
export function functionalGraph({ inputShape, calls, made, output }: DescribedModel): Graph {
  const inputs = input(inputShape);
  const values: Tensor[] = [];
  const valueAt = (place: number): Tensor => (place === INPUT ? inputs : values[place]!);
  for (const { layer, reads } of calls) values.push(made[layer]!.apply(reads.map(valueAt)));
  return { inputs, outputs: valueAt(output) };
}

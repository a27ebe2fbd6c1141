import { finishesItself } from "../ops/conv2d.js";
import type { FinishedConv2DNode } from "../ops/finished-conv2d.js";
import { type GraphNode, type GraphOp, INPUT, readersOf, weightsOfOp } from "./graph.js";

/**
 * Merges what follows a convolution into it where no gradient needs the values in between: a batch normalization by its
 * moving statistics, the sum with an earlier value, and a ReLU. The bits are those of the ops one after the other.
 *
 * @param ops already fused
 * @param isTraining whether the program trains: then only what nothing trained comes before is merged
 */
export function fuseUntrained(ops: readonly GraphOp[], isTraining: boolean): GraphOp[] {
  const readers = readersOf(ops);
  const fused: GraphOp[] = [];
  /** Which fused op computes the value of each op. */
  const places: number[] = [];
  const isTrained: boolean[] = [];
  for (const [index, op] of ops.entries()) {
    const { node } = op;
    const trained =
      op.inputs.some((from) => from !== INPUT && isTrained[from]) ||
      weightsOfOp(op).some((weight) => weight.trainable);
    isTrained.push(isTraining && trained);
    const inputs = op.inputs.map((from) => (from === INPUT ? INPUT : places[from]!));
    // Its value is read here alone, and the other inputs are there before it.
    const source = inputs.findIndex(
      (place, at) =>
        place !== INPUT &&
        readers[op.inputs[at]!] === 1 &&
        inputs.every((other, one) => one === at || other < place),
    );
    const before = isTrained[index] || inputs.length > 2 ? undefined : fused[inputs[source] ?? INPUT];
    const merged = before && mergedNode(before.node, node, isTraining);
    if (before && merged) {
      const place = inputs[source]!;
      fused[place] = { node: merged, inputs: [...before.inputs, ...inputs.toSpliced(source, 1)] };
      places.push(place);
    } else {
      places.push(fused.length);
      fused.push({ node, inputs });
    }
  }
  return fused;
}

/** A convolution with the op after it; undefined where a kernel does not do both. */
function mergedNode(
  first: GraphNode,
  second: GraphNode,
  isTraining: boolean,
): FinishedConv2DNode | undefined {
  const begun = begunNode(first);
  if (!begun || begun.relu) return undefined;
  const owner = `${first.owner}+${second.owner}`;
  switch (second.op) {
    case "batchNormalization": {
      if (first.op !== "conv2d" || (isTraining && !second.frozen)) return undefined;
      return { ...begun, owner, normalization: second, relu: second.relu };
    }
    case "add":
      return begun.adds ? undefined : { ...begun, owner, adds: true };
    case "relu":
      return { ...begun, owner, relu: true };
    default:
      return undefined;
  }
}

function begunNode(node: GraphNode): FinishedConv2DNode | undefined {
  if (node.op === "finishedConv2d") return node;
  if (node.op !== "conv2d" || !finishesItself(node.geometry)) return undefined;
  const { owner, relu } = node;
  return { op: "finishedConv2d", owner, convolution: node, normalization: undefined, adds: false, relu };
}

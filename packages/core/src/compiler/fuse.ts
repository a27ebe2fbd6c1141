import { fusesWithMaxPool } from "../ops/conv2d-max-pool.js";
import type { Pool2DGeometry } from "../ops/max-pool.js";
import type { OpNode } from "../ops/node.js";
import { type GraphNode, type GraphOp, INPUT, isMerge, isPenalty, readersOf } from "./graph.js";

/** Two ops that one kernel does at once; undefined where they do not fuse. */
type Rule = (first: OpNode, second: OpNode) => OpNode | undefined;

const rules: readonly Rule[] = [
  // ReLU is a lower bound in the kernel that writes the values.
  (first, second) =>
    "relu" in first && second.op === "relu" && !first.relu ? { ...first, relu: true } : undefined,
  // The full-size activation is never written.
  (first, second) =>
    first.op === "conv2d" &&
    first.relu &&
    fusesWithMaxPool(first.geometry) &&
    second.op === "maxPool" &&
    isPlainHalving(second.geometry)
      ? { ...first, op: "conv2dMaxPool", owner: joined(first, second), dropout: undefined }
      : undefined,
  // Dropped units are zeros, which the sparse backward pass skips anyway.
  (first, second) =>
    first.op === "conv2dMaxPool" && !first.dropout && second.op === "dropout"
      ? { ...first, owner: joined(first, second), dropout: { rate: second.rate, layer: second.layer } }
      : undefined,
];

/** Merges an op into the one before it where nothing else reads that one's value: the only place where ops are fused. */
export function fuse(ops: readonly GraphOp[]): GraphOp[] {
  const readers = readersOf(ops);
  const fused: GraphOp[] = [];
  /** Which fused op computes the value of each op. */
  const places: number[] = [];
  ops.forEach(({ node, inputs }, index) => {
    const [source, ...others] = inputs;
    const before =
      others.length === 0 && source !== INPUT && readers[source!] === 1 ? places[source!] : undefined;
    const merged = before === undefined ? undefined : firstMatch(fused[before]!.node, node);
    if (before !== undefined && merged) {
      fused[before] = { ...fused[before]!, node: merged };
      places[index] = before;
    } else {
      places[index] = fused.length;
      fused.push({ node, inputs: inputs.map((from) => (from === INPUT ? INPUT : places[from]!)) });
    }
  });
  return fused;
}

function firstMatch(first: GraphNode, second: GraphNode): OpNode | undefined {
  if (isMerge(first) || isMerge(second)) return undefined;
  if (isPenalty(first) || isPenalty(second)) return undefined;
  for (const rule of rules) {
    const merged = rule(first, second);
    if (merged) return merged;
  }
  return undefined;
}

/** 2×2 windows with stride 2 and no padding. */
function isPlainHalving(g: Pool2DGeometry): boolean {
  const sizes = [g.poolH, g.poolW, g.strideH, g.strideW];
  return sizes.every((size) => size === 2) && g.P * 2 <= g.H && g.Q * 2 <= g.W;
}

function joined(first: OpNode, second: OpNode): string {
  return `${first.owner}+${second.owner}`;
}

import { fusesWithMaxPool } from "../ops/conv2d-max-pool.js";
import type { Pool2DGeometry } from "../ops/max-pool.js";
import type { OpNode } from "../ops/node.js";

/** Two ops that one kernel does at once; undefined where they do not fuse. */
type Rule = (first: OpNode, second: OpNode) => OpNode | undefined;

const rules: readonly Rule[] = [
  // ReLU is a lower bound in the kernel that writes the values.
  (first, second) =>
    (first.op === "conv2d" || first.op === "dense") && second.op === "relu" && !first.relu
      ? { ...first, relu: true }
      : undefined,
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

/** Merges neighbours until no rule applies: the only place where ops are fused. */
export function fuse(nodes: readonly OpNode[]): OpNode[] {
  const fused: OpNode[] = [];
  for (const node of nodes) {
    let current = node;
    for (;;) {
      const before = fused.at(-1);
      const merged = before && firstMatch(before, current);
      if (!merged) break;
      fused.pop();
      current = merged;
    }
    fused.push(current);
  }
  return fused;
}

function firstMatch(first: OpNode, second: OpNode): OpNode | undefined {
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

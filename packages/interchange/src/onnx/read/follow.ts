import { HeddleError } from "@heddle/core/internal/base/errors.js";
import type { GraphProto } from "../schema/onnx_pb.js";
import type { Constant } from "./constant.js";
import { damaged, Lacking, type LackingNode, unsupportedNodes } from "./fault.js";
import { folds } from "./fold.js";
import type { Node } from "./node.js";
import { activations } from "./operators/activations.js";
import { arithmetics } from "./operators/arithmetic.js";
import { conv } from "./operators/convolution.js";
import { gemm, matMul } from "./operators/dense.js";
import { groupNormalizations } from "./operators/groups.js";
import { normalizations } from "./operators/normalization.js";
import type { Operator, Value } from "./operators/operator.js";
import { poolings } from "./operators/pooling.js";
import { shapes } from "./operators/shapes.js";

/** The operators on values that the model computes. */
export const operators: Readonly<Record<string, Operator>> = {
  ...activations,
  ...arithmetics,
  ...normalizations,
  ...groupNormalizations,
  ...poolings,
  ...shapes,
  Conv: conv,
  Gemm: gemm,
  MatMul: matMul,
};

/** The nodes that a value depends on, in the file's order, in which each comes after those that it reads. */
export function neededNodes(who: string, nodes: readonly Node[], output: string): Node[] {
  const makers = new Map<string, Node>();
  for (const node of nodes) {
    for (const name of node.outputs) {
      if (name === "") continue;
      if (makers.has(name)) throw damaged(who, "values with different names", `two named "${name}"`);
      makers.set(name, node);
    }
  }
  const needed = new Set<Node>();
  const waiting = [output];
  while (waiting.length > 0) {
    const maker = makers.get(waiting.pop()!);
    if (maker === undefined || needed.has(maker)) continue;
    needed.add(maker);
    waiting.push(...maker.inputs);
  }
  return nodes.filter((node) => needed.has(node));
}

/** How often each value is read: once more where it is the output. */
function readers(nodes: readonly Node[], output: string): Map<string, number> {
  const counts = new Map([[output, 1]]);
  for (const name of nodes.flatMap(({ inputs }) => inputs)) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

/**
 * Follows a graph from its input to its output.
 *
 * @param nodes those that the output depends on
 * @param known the input and the initializers
 * @returns the output's value
 * @throws UnsupportedError that names every node that Heddle cannot read
 */
export function follow(
  who: string,
  nodes: readonly Node[],
  { known, output }: { readonly known: ReadonlyMap<string, Value>; readonly output: string },
): Value {
  const counts = readers(nodes, output);
  const values = new Map<string, Value>();
  for (const [name, value] of known) values.set(name, asRead(value, counts.get(name)));
  const lacking: LackingNode[] = [];
  /** Values that depend on a node that cannot be read. */
  const unknown = new Set<string>();
  const giveUp = (node: Node, detail: string) => {
    lacking.push({ operator: node.operator, name: node.name, detail });
    for (const name of node.outputs) unknown.add(name);
  };
  for (const node of nodes) {
    const fold = Object.hasOwn(folds, node.operator) ? folds[node.operator] : undefined;
    const operator = Object.hasOwn(operators, node.operator) ? operators[node.operator] : undefined;
    if (fold === undefined && operator === undefined) {
      giveUp(node, "");
      continue;
    }
    if (node.inputs.some((name) => unknown.has(name))) {
      for (const name of node.outputs) unknown.add(name);
      continue;
    }
    const inputs = node.inputs.map((name) => {
      if (name === "") return undefined;
      const value = values.get(name);
      if (value === undefined) throw damaged(node.what, "inputs that come before it", `"${name}"`);
      return value;
    });
    const extra = node.outputs.slice(1).find((name) => counts.has(name));
    if (extra !== undefined) {
      giveUp(node, `its output "${extra}"`);
      continue;
    }
    try {
      const isConstant = inputs.every((input) => input === undefined || input.kind === "constant");
      const value = isConstant
        ? folded(node, fold, inputs as (Constant | undefined)[])
        : compute(operator, node, inputs);
      const [name] = node.outputs;
      if (name) values.set(name, asRead(value, counts.get(name)));
    } catch (thrown) {
      if (!(thrown instanceof Lacking)) throw thrown;
      giveUp(node, thrown.message);
    }
  }
  if (lacking.length > 0) throw unsupportedNodes(who, lacking);
  const result = values.get(output);
  if (result) return result;
  throw damaged(who, `a node or an input for the output "${output}"`, "none");
}

function folded(
  node: Node,
  fold: (typeof folds)[string] | undefined,
  inputs: readonly (Constant | undefined)[],
): Constant {
  if (fold === undefined) throw new Lacking("constants alone");
  const value = fold(node, inputs);
  node.spend(value.values.length);
  return value;
}

/** An operator's value; what a layer refuses is what Heddle lacks. */
function compute(operator: Operator | undefined, node: Node, inputs: readonly (Value | undefined)[]): Value {
  if (operator === undefined) throw new Lacking("computed values");
  return operator(node, inputs);
}

/** A value with whether another node reads it too: what is noted about it then belongs to one of them only. */
function asRead(value: Value, count = 0): Value {
  if (value.kind === "constant" || count <= 1) return value;
  return { ...value, isExclusive: false };
}

/** The names of the initializers that no needed node reads. */
export function unread(graph: GraphProto, nodes: readonly Node[], output: string): string[] {
  const read = new Set(nodes.flatMap(({ inputs }) => inputs)).add(output);
  return graph.initializer.map(({ name }) => name).filter((name) => !read.has(name));
}

/** The error for initializers that belong to nothing. */
export function leftOver(who: string, names: readonly string[]): HeddleError {
  const shown = names.slice(0, 20).map((name) => `"${name}"`);
  if (names.length > shown.length) shown.push(`${names.length - shown.length} more`);
  return new HeddleError({
    who,
    expected: "weights that the model uses",
    received: `${names.length} that no node on the way to the output reads: ${shown.join(", ")}`,
    next: 'Remove them from the file, or read it with `unusedWeights: "ignore"`.',
  });
}

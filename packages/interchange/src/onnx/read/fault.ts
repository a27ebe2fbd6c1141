import { HeddleError, UnsupportedError } from "@heddle/core/internal/base/errors.js";

const DAMAGED = "The file is damaged, or not an ONNX model.";

/** The error for a file that is no valid ONNX. */
export function damaged(who: string, expected: string, received: string): HeddleError {
  return new HeddleError({ who, expected, received, next: DAMAGED });
}

/** What Heddle lacks for one node; the node is named by whoever catches it. */
export class Lacking extends Error {}

/** One node that cannot be read. */
export interface LackingNode {
  readonly operator: string;
  readonly name: string;
  /** What is special about it, or nothing where Heddle has no such operator at all. */
  readonly detail: string;
}

/** Operators that compute in whole numbers of 8 bits. */
const QUANTIZED = /QuantizeLinear$|^QLinear|Integer$/;

/** At most this many nodes of an operator are named. */
const NAMED = 8;

/** One error for everything that a file needs and Heddle lacks: each operator with its count and its nodes' names. */
export function unsupportedNodes(who: string, nodes: readonly LackingNode[]): UnsupportedError {
  const groups = new Map<string, LackingNode[]>();
  for (const node of nodes) {
    const group = node.detail === "" ? node.operator : `${node.operator} with ${node.detail}`;
    groups.set(group, [...(groups.get(group) ?? []), node]);
  }
  const missing = [...groups].map(([group, members]) => {
    const names = members.slice(0, NAMED).map(({ name }) => `"${name}"`);
    if (members.length > NAMED) names.push(`${members.length - NAMED} more`);
    return `${group} ×${members.length} (${names.join(", ")})`;
  });
  return new UnsupportedError(
    {
      who,
      expected: "operators that Heddle has",
      received: missing.join("; "),
      next: nodes.some(({ operator }) => QUANTIZED.test(operator))
        ? "Pass the model as it was before its activations were quantized; weights may be."
        : "Export the model without them; docs/interchange.md lists what is read.",
    },
    missing,
  );
}

import type { Shape } from "../base/shape.js";
import { broadcastShape } from "../ops/broadcast.js";
import { concatenatedShape, type MergeNode } from "../ops/merge.js";
import { attention } from "./unit-attention.js";
import { alone, broadcastPlace, extreme, type FoundMaker, placeOf, sumOf } from "./unit-numbers.js";

/** An op that makes one value of several; undefined for those that only the compiler makes. */
export function merging(node: MergeNode, shapes: readonly Shape[]): FoundMaker | undefined {
  switch (node.op) {
    case "finishedConv2d":
      return undefined;
    case "concatenate":
      return joined(node.axis, shapes);
    case "attention":
      return attention(node, shapes);
    default:
      return combined(node.op, shapes);
  }
}

/** Element by element; an input repeats along axes of size 1. */
function combined(
  op: Exclude<MergeNode["op"], "finishedConv2d" | "concatenate" | "attention">,
  shapes: readonly Shape[],
): FoundMaker {
  const output = broadcastShape(shapes)!;
  const weightOf = (from: number) => {
    if (op === "average") return 1 / shapes.length;
    return op === "subtract" && from > 0 ? -1 : 1;
  };
  return {
    output,
    make: (index, read) => {
      const terms = shapes.map((shape, from) =>
        alone(broadcastPlace(index, output, shape), read, { from, weight: weightOf(from) }),
      );
      if (op === "maximum") return extreme("largest", terms, undefined);
      if (op === "minimum") return extreme("smallest", terms, undefined);
      if (op !== "multiply") return sumOf(terms, 0, undefined);
      const value = terms.reduce((product, { input }) => product * input, 1);
      return { how: "product", terms, window: undefined, bias: 0, value };
    },
  };
}

/** Side by side along an axis. */
function joined(axis: number, shapes: readonly Shape[]): FoundMaker {
  const output = concatenatedShape(axis, shapes);
  return {
    output,
    make: (index, read) => {
      const place = [...placeOf(index, output)];
      let from = 0;
      for (; place[axis]! >= shapes[from]![axis]!; from++) place[axis]! -= shapes[from]![axis]!;
      const own = place.reduce((sum, at, along) => sum * shapes[from]![along]! + at, 0);
      const term = alone(own, read, { from });
      return { how: "copy", terms: [term], window: undefined, bias: 0, value: term.input };
    },
  };
}

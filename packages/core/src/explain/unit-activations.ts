import type { Shape } from "../base/shape.js";
import { alphaOf } from "../ops/elementwise-activation.js";
import type { AnyNode } from "../ops/node.js";
import { broadcastPlace, numberAt, type UnitActivation } from "./unit-numbers.js";

/**
 * An op that computes each value from the one at its place, or a softmax; undefined for others.
 *
 * @param index the unit's place in a value of `shape`
 */
export function activationOf(node: AnyNode, shape: Shape, index: number): UnitActivation | undefined {
  switch (node.op) {
    case "relu":
    case "softmax":
      return { name: node.op, settings: {} };
    case "rectify": {
      const { slope, threshold, maximum } = node;
      const limit = maximum < Number.POSITIVE_INFINITY ? { maximum } : {};
      return { name: "relu", settings: { slope, threshold, ...limit } };
    }
    case "prelu": {
      const place = broadcastPlace(index, shape, node.alpha.shape);
      return { name: "prelu", settings: { slope: numberAt(node.alpha, place, 0) } };
    }
    case "activation": {
      const { activation: name } = node;
      if (name === "leakyRelu") return { name, settings: { slope: alphaOf(node) } };
      return { name, settings: name === "elu" ? { alpha: alphaOf(node) } : {} };
    }
    default:
      return undefined;
  }
}

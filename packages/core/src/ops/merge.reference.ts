import { type Shape, sizeOf } from "../base/shape.js";
import type { MergeNode } from "./merge.js";

/** The plain twin of the forward pass for one sample of each input. */
export function mergeReference(node: MergeNode, shapes: readonly Shape[], xs: readonly ArrayLike<number>[]) {
  if (node.op !== "concatenate") {
    return Float64Array.from(xs[0]!, (_, i) =>
      xs.map((x) => x[i]!).reduce((a, b) => (node.op === "add" ? a + b : a * b)),
    );
  }
  const rows = sizeOf(shapes[0]!.slice(0, node.axis));
  const y: number[] = [];
  for (let row = 0; row < rows; row++) {
    xs.forEach((x, index) => {
      const length = sizeOf(shapes[index]!.slice(node.axis));
      for (let i = 0; i < length; i++) y.push(x[row * length + i]!);
    });
  }
  return Float64Array.from(y);
}

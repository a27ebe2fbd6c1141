import { type Shape, sameShape, sizeOf } from "../base/shape.js";
import { type AttentionNode, attentionMacs, attentionWeights, emitAttention } from "./attention.js";
import { conv2dMacs } from "./conv2d-geometry.js";
import { type ElementwiseMerge, elementwiseMerges, emitElementwise } from "./elementwise-merge.js";
import { at, type Emitter, type MergeBackward, type Parameter, type Value } from "./emitter.js";
import { emitFinishedConv2D, type FinishedConv2DNode, finishedConv2DWeights } from "./finished-conv2d.js";
import type { Weight } from "./weight.js";

/** An op that makes one value of several: element by element, or joined along an axis of a sample. */
export type MergeNode =
  | ({ readonly owner: string } & (
      | { readonly op: ElementwiseMerge }
      | { readonly op: "concatenate"; readonly axis: number }
    ))
  | AttentionNode
  | FinishedConv2DNode;

const ops: readonly string[] = [...elementwiseMerges, "concatenate", "attention", "finishedConv2d"];

/** True for the name of an op that makes one value of several. */
export function isMergeOp(op: string): op is MergeNode["op"] {
  return ops.includes(op);
}

/** The weights that a merge uses, in order. */
export function mergeWeights(node: MergeNode): readonly Weight[] {
  if (node.op === "finishedConv2d") return finishedConv2DWeights(node);
  return node.op === "attention" ? attentionWeights(node) : [];
}

/** Multiply-adds of one sample's forward pass through a merge. */
export function mergeMacs(node: MergeNode): number {
  if (node.op === "finishedConv2d") return conv2dMacs(node.convolution.geometry);
  return node.op === "attention" ? attentionMacs(node) : 0;
}

/** Emits a merge. Shapes have been checked by the layer. */
export function emitMerge(
  e: Emitter,
  node: MergeNode,
  xs: readonly Value[],
  parameter: (weight: Weight) => Parameter,
): [Value, MergeBackward] {
  if (node.op === "attention") return emitAttention(e, node, xs, parameter);
  if (node.op === "finishedConv2d") return emitFinishedConv2D(e, node, xs, parameter);
  if (node.op === "concatenate") return emitConcatenate(e, node.axis, xs);
  // Frequent, and with kernels of their own.
  const isOneShape = xs.every(({ shape }) => sameShape(shape, xs[0]!.shape));
  if (isOneShape && node.op === "add") return emitAdd(e, xs);
  if (isOneShape && node.op === "multiply") return emitMultiply(e, xs);
  return emitElementwise(e, node.op, xs);
}

/** y = Σ x_i, all of one shape; every input's gradient is dy. */
function emitAdd(e: Emitter, xs: readonly Value[]): [Value, MergeBackward] {
  const [first, ...rest] = xs as [Value, ...Value[]];
  const y = e.value("output", first.shape);
  const count = sizeOf(first.shape);
  const bytes = 4 * count;
  e.call("copy", "forward", { y: y.data, x: first.data, N: "samples", bytes });
  for (const x of rest) e.call("addTo", "forward", { y: y.data, x: x.data, N: "samples", count });
  return [
    y,
    (dy, dxs) => {
      for (const dx of dxs) if (dx) e.call("copy", "backward", { y: dx, x: dy, N: "samples", bytes });
    },
  ];
}

/** y = Π x_i, all of one shape; dx_i = dy · Π x_j over the other inputs j. */
function emitMultiply(e: Emitter, xs: readonly Value[]): [Value, MergeBackward] {
  const [first, ...rest] = xs as [Value, ...Value[]];
  const y = e.value("output", first.shape);
  const sizes = { N: "samples", count: sizeOf(first.shape) } as const;
  let product = first.data;
  for (const x of rest) {
    e.call("multiply", "forward", { y: y.data, a: product, b: x.data, ...sizes });
    product = y.data;
  }
  return [
    y,
    (dy, dxs) => {
      dxs.forEach((dx, index) => {
        if (!dx) return;
        let gradient = dy;
        xs.forEach((x, other) => {
          if (other === index) return;
          e.call("multiply", "backward", { y: dx, a: gradient, b: x.data, ...sizes });
          gradient = dx;
        });
      });
    },
  ];
}

/** y = the inputs joined along an axis; each input's gradient is its part of dy. */
function emitConcatenate(e: Emitter, axis: number, xs: readonly Value[]): [Value, MergeBackward] {
  const y = e.value(
    "output",
    concatenatedShape(
      axis,
      xs.map(({ shape }) => shape),
    ),
  );
  const rows = sizeOf(y.shape.slice(0, axis));
  const wholeBytes = 4 * sizeOf(y.shape.slice(axis));
  const parts: { bytes: number; offsetBytes: number }[] = [];
  let offsetBytes = 0;
  for (const { shape } of xs) {
    const bytes = 4 * sizeOf(shape.slice(axis));
    parts.push({ bytes, offsetBytes });
    offsetBytes += bytes;
  }
  const sizes = { N: "samples", rows } as const;
  xs.forEach((x, index) => {
    const { bytes, offsetBytes } = parts[index]!;
    const target = at(y.data, offsetBytes);
    const strides = { bytes, yStrideBytes: wholeBytes, xStrideBytes: bytes };
    e.call("copyPieces", "forward", { y: target, x: x.data, ...sizes, ...strides });
  });
  return [
    y,
    (dy, dxs) => {
      dxs.forEach((dx, index) => {
        if (!dx) return;
        const { bytes, offsetBytes } = parts[index]!;
        const strides = { bytes, yStrideBytes: bytes, xStrideBytes: wholeBytes };
        e.call("copyPieces", "backward", { y: dx, x: at(dy, offsetBytes), ...sizes, ...strides });
      });
    },
  ];
}

/** The shape of inputs that are joined along an axis and agree elsewhere. */
export function concatenatedShape(axis: number, shapes: readonly Shape[]): Shape {
  const length = shapes.reduce((sum, shape) => sum + shape[axis]!, 0);
  return shapes[0]!.map((size, index) => (index === axis ? length : size));
}

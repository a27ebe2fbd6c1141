import { channelsLast, sameOrder } from "./activation.js";
import type { Node } from "./node.js";
import type { SourceInput } from "./source.js";

/** Operators on images, whose channels are axis 1. */
const ON_IMAGES = new Set([
  ...["Conv", "ConvTranspose", "MaxPool", "AveragePool", "GlobalAveragePool", "GlobalMaxPool"],
  ...[
    "BatchNormalization",
    "InstanceNormalization",
    "GroupNormalization",
    "LRN",
    "DepthToSpace",
    "SpaceToDepth",
  ],
]);

/** Operators that keep the axes as they are. */
const KEEPS_AXES = new Set([
  ...[
    "Cast",
    "Identity",
    "Add",
    "Sub",
    "Mul",
    "Div",
    "Clip",
    "Relu",
    "Pad",
    "Resize",
    "Upsample",
    "Slice",
    "Dropout",
  ],
]);

/**
 * The layout of a model's input: the one in which the first convolution or pooling after it finds the channels last.
 * The input of a model from PyTorch is `[batch, C, H, W]`; from TensorFlow it is often `[batch, H, W, C]`, transposed.
 */
export function inputLayout(input: SourceInput, nodes: readonly Node[]): readonly number[] {
  const rank = input.sizes.length - 1;
  if (rank !== 3) return sameOrder(rank);
  /** For each axis of a value, the input's. */
  const axes = new Map<string, readonly number[]>([[input.name, sameOrder(rank)]]);
  for (const node of nodes) {
    const source = node.inputs.map((name) => axes.get(name)).find((one) => one !== undefined);
    const [name] = node.outputs;
    if (source === undefined || name === undefined) continue;
    if (ON_IMAGES.has(node.operator)) return channelsLast(rank).map((axis) => source[axis]!);
    if (KEEPS_AXES.has(node.operator)) axes.set(name, source);
    const order = node.operator === "Transpose" ? node.integers("perm") : undefined;
    if (order?.length === rank + 1 && order[0] === 0 && order.every((axis) => axis >= 0 && axis <= rank)) {
      axes.set(
        name,
        order.slice(1).map((axis) => source[axis - 1]!),
      );
    }
  }
  const [, first, , last] = input.sizes;
  return first !== undefined && first <= 4 && (last === undefined || last > 4)
    ? channelsLast(rank)
    : sameOrder(rank);
}

import { GroupNormalization } from "@heddle/core";
import { type Shape, sameShape } from "@heddle/core/internal/base/shape.js";
import {
  type Activation,
  channelsLast,
  computed,
  inLayout,
  named,
  placed,
  sameOrder,
} from "../activation.js";
import { Lacking } from "../fault.js";
import { Piece } from "../piece.js";
import { dataOf, neededConstant, type Operator } from "./operator.js";

// A group normalization is an operator of new versions only. Exporters write it as an instance normalization of rows, each a
// group of channels with all of their places, and bring the channels back after it.

/** The value with its channels last, whether it has places or not. */
function withChannelsLast(source: Activation): Activation {
  const rank = source.shape.length;
  return inLayout(source, rank === 1 ? [0] : channelsLast(rank));
}

/** Each group of channels normalized, with factors and terms of the channels, or of the groups in opset 18. */
const groupNormalization: Operator = (node, inputs) => {
  const value = withChannelsLast(dataOf(node, inputs));
  const channels = value.shape[0]!;
  const groups = node.operator === "InstanceNormalization" ? channels : node.integer("num_groups", 0);
  const weights = [1, 2].map((index) => {
    const { values } = neededConstant(node, inputs, index);
    if (values.length !== channels && values.length !== groups)
      throw node.damaged(`${channels} numbers`, String(values.length));
    const size = channels / values.length;
    return Float32Array.from({ length: channels }, (_, channel) => values[Math.floor(channel / size)]!);
  });
  const epsilon = node.float("epsilon", 1e-5);
  return computed(
    {
      make: (settings) => new GroupNormalization({ groups, epsilon, ...named(settings) }),
      inputs: [value.piece],
      weights,
      name: node.name,
    },
    value.layout,
  );
};

/** Groups of channels that are rows, normalized without factors and terms: the channels come back later. */
const instanceNormalization: Operator = (node, inputs) => {
  const value = dataOf(node, inputs);
  const source = value.piece.reshapedFrom;
  const [groups, length] = value.shape as readonly [number, number];
  const isPlain = [1, 1].every((_, index) =>
    neededConstant(node, inputs, index + 1).values.every((one) => one === 1 - index),
  );
  const isRows =
    source !== undefined &&
    value.shape.length === 2 &&
    value.affine === undefined &&
    sameShape(value.layout, sameOrder(2)) &&
    source.shape[0]! % groups === 0;
  if (!isRows || !isPlain) return groupNormalization(node, inputs);
  const parts = { source, groups, epsilon: node.float("epsilon", 1e-5), name: node.name };
  return placed(
    new Piece({ inputs: [], shape: [groups, length], role: "groups", groups: parts }),
    sameOrder(2),
  );
};

/** The layer, where normalized groups become channels again; undefined for other values. */
export function groupedChannels(value: Activation, shape: Shape): Activation | undefined {
  const { groups: parts } = value.piece;
  if (!parts || value.affine) return undefined;
  const { source, groups, epsilon, name } = parts;
  if (!sameShape(source.shape, shape)) throw new Lacking("groups of another image");
  const image = withChannelsLast(source);
  return computed(
    {
      make: (settings) =>
        new GroupNormalization({
          ...{ groups, epsilon, scale: settings.useScale ?? false, center: settings.useBias },
          ...named(settings),
        }),
      inputs: [image.piece],
      takesBias: true,
      takesScale: true,
      name,
    },
    image.layout,
  );
}

export const groupNormalizations: Readonly<Record<string, Operator>> = {
  GroupNormalization: groupNormalization,
  InstanceNormalization: instanceNormalization,
};

import { Conv2D, DepthwiseConv2D } from "@heddle/core";
import { channelsLast, computed, named } from "../activation.js";
import { floats, transposed } from "../constant.js";
import { Lacking } from "../fault.js";
import { constantAt, dataOf, neededConstant, type Operator } from "./operator.js";
import { imageOf, kerasPadding, ofAxes, windowOf, zeroPadded } from "./window.js";

/** Conv: the kernel [filters, C / groups, R, S] becomes [R, S, C / groups, filters]. */
export const conv: Operator = (node, inputs) => {
  const kernel = neededConstant(node, inputs, 1);
  if (kernel.shape.length !== 4) throw new Lacking(`${kernel.shape.length - 2} dimensions instead of 2`);
  const image = imageOf(dataOf(node, inputs));
  const [filters, depth, R, S] = kernel.shape as readonly [number, number, number, number];
  const groups = node.integer("group", 1);
  const channels = image.piece.shape[2]!;
  if (channels !== depth * groups) {
    throw node.damaged(`${depth * groups} input channels`, String(channels));
  }
  node.spend(kernel.values.length);
  const axes = windowOf(node, image, [R, S]);
  const padding = kerasPadding(axes);
  const piece = padding === undefined ? zeroPadded(image, axes) : image.piece;
  const window = {
    strides: ofAxes(axes, "stride"),
    dilationRate: ofAxes(axes, "dilation"),
    padding: padding ?? "valid",
  };
  const bias = constantAt(inputs, 2);
  const isDepthwise = groups > 1 && depth === 1;
  // Of each input channel the kernels in turn: [groups · M, 1, R, S] is [R, S, groups, M] in another order.
  const weights = [floats(transposed(kernel, [2, 3, 1, 0]).values)];
  const common = { weights, bias: bias && floats(bias.values), takesBias: true, name: node.name };
  return computed(
    {
      ...common,
      inputs: [piece],
      make: ({ useBias, ...settings }) =>
        isDepthwise
          ? new DepthwiseConv2D([R, S], {
              ...window,
              ...named(settings),
              useBias,
              depthMultiplier: filters / groups,
            })
          : new Conv2D(filters, [R, S], {
              ...window,
              ...named(settings),
              useBias,
              groups,
            }),
    },
    channelsLast(3),
  );
};

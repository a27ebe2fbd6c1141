import { refuses } from "../base/refusals.testing.js";
import type { Shape } from "../base/shape.js";
import { MaxNorm } from "../constraints/index.js";
import { Sequential } from "../model/sequential.js";
import { Input } from "../network/input.js";
import {
  Add,
  Average,
  AveragePooling2D,
  CenterCrop,
  Concatenate,
  Conv2D,
  Dense,
  DepthwiseConv2D,
  GlobalAveragePooling2D,
  GlobalMaxPooling2D,
  type Layer,
  LayerNormalization,
  MaxPooling2D,
  Multiply,
  Normalization,
  RandomFlip,
  Reshape,
  Resizing,
  SeparableConv2D,
  SpatialDropout2D,
  Subtract,
  Tensor,
  UpSampling2D,
  ZeroPadding2D,
} from "./index.js";

/** A model of one layer on an input of this shape. */
function on(shape: Shape, layer: Layer): Sequential {
  return new Sequential([new Input(shape), layer]);
}

/** Applies a layer to several values. */
function merged(layer: Layer, ...shapes: Shape[]): Tensor {
  return layer.apply(shapes.map((shape) => new Tensor(shape)));
}

refuses("inputs that do not fit a layer", [
  [
    () => on([8, 8, 1], new Conv2D(4, 9)),
    'Conv2D: expected an input of height at least 9, received height 8. Use padding "same", a smaller window, or a larger input.',
  ],
  [
    () => on([8, 8, 1], new Conv2D(4, 5, { dilationRate: 2 })),
    'Conv2D: expected an input of height at least 9, received height 8. Use padding "same", a smaller window, or a larger input.',
  ],
  [
    () => on([8, 8, 6], new Conv2D(8, 3, { groups: 4 })),
    "Conv2D: expected groups that divide the 6 input channels, received 4 groups. Change groups, or the number of channels or filters.",
  ],
  [
    () => on([64], new Conv2D(4, 3)),
    "Conv2D: expected an input [batch, height, width, channels], received [batch, 64]. Pass images that are not flattened.",
  ],
  [
    () => on([64], new DepthwiseConv2D(3)),
    "DepthwiseConv2D: expected an input [batch, height, width, channels], received [batch, 64]. Pass images that are not flattened.",
  ],
  [
    () => on([2, 2, 1], new DepthwiseConv2D(3)),
    'DepthwiseConv2D: expected an input of height at least 3, received height 2. Use padding "same", a smaller window, or a larger input.',
  ],
  [
    () => on([2, 2, 1], new SeparableConv2D(3, [1, 3])),
    'SeparableConv2D: expected an input of width at least 3, received width 2. Use padding "same", a smaller window, or a larger input.',
  ],
  [
    () => on([2, 2, 1], new MaxPooling2D(3)),
    'MaxPooling2D: expected an input of height at least 3, received height 2. Use padding "same", a smaller window, or a larger input.',
  ],
  [
    () => on([2, 2, 1], new AveragePooling2D([1, 3])),
    'AveragePooling2D: expected an input of width at least 3, received width 2. Use padding "same", a smaller window, or a larger input.',
  ],
  [
    () => on([5], new MaxPooling2D()),
    "MaxPooling2D: expected an input [batch, height, width, channels], received [batch, 5]. Pass images that are not flattened.",
  ],
  [
    () => on([5], new GlobalAveragePooling2D()),
    "GlobalAveragePooling2D: expected an input [batch, height, width, channels], received [batch, 5]. Pass images that are not flattened.",
  ],
  [
    () => on([5], new GlobalMaxPooling2D()),
    "GlobalMaxPooling2D: expected an input [batch, height, width, channels], received [batch, 5]. Pass images that are not flattened.",
  ],
  [
    () => on([5], new UpSampling2D()),
    "UpSampling2D: expected an input [batch, height, width, channels], received [batch, 5]. Pass images that are not flattened.",
  ],
  [
    () => on([5], new ZeroPadding2D()),
    "ZeroPadding2D: expected an input [batch, height, width, channels], received [batch, 5]. Pass images that are not flattened.",
  ],
  [
    () => on([5], new SpatialDropout2D(0.5)),
    "SpatialDropout2D: expected an input [batch, height, width, channels], received [batch, 5]. Pass images that are not flattened.",
  ],
  [
    () => on([5], new RandomFlip()),
    "RandomFlip: expected an input [batch, height, width, channels], received [batch, 5]. Pass images that are not flattened.",
  ],
  [
    () => on([5], new Resizing(2, 2)),
    "Resizing: expected an input [batch, height, width, channels], received [batch, 5]. Pass images that are not flattened.",
  ],
  [
    () => on([5], new CenterCrop(2, 2)),
    "CenterCrop: expected an input [batch, height, width, channels], received [batch, 5]. Pass images that are not flattened.",
  ],
  [
    () => on([2, 6], new Reshape([5])),
    "Reshape: expected an input that fills [batch, 5], received [batch, 2, 6], 12 values. Correct targetShape: both must hold the same number of values.",
  ],
  [
    () => on([2, 6], new Reshape([-1, 5])),
    "Reshape: expected an input that fills [batch, -1, 5], received [batch, 2, 6], 12 values. Correct targetShape: both must hold the same number of values.",
  ],
  [
    () => on([4, 4, 2], new LayerNormalization({ axis: 1 })),
    "LayerNormalization: expected axis to name the last of the input's axes 1 to 3, or several up to the last, received [1]. Correct axis.",
  ],
  [
    () => on([4, 4, 2], new LayerNormalization({ axis: [] })),
    "LayerNormalization: expected axis to name the last of the input's axes 1 to 3, or several up to the last, received []. Correct axis.",
  ],
  [
    () => on([4, 4, 3], new Normalization({ mean: [1, 2], variance: [1, 2] })),
    "Normalization: expected mean and variance of [3], the sizes of [batch, 4, 4, 3] along axis, received [2]. Pass as many means and variances, or adapt to samples of this shape.",
  ],
  [
    () => on([4, 4, 1], new Conv2D(4, 3, { kernelConstraint: new MaxNorm(2, { axis: 4 }) })),
    'Conv2D "conv2d", MaxNorm: expected axis to be adjacent axes of the weight, received 4 for a weight [3, 3, 1, 4]. Correct axis: 0 for a dense kernel, [0, 1, 2] for a convolution\'s.',
  ],
  [
    () => on([4, 4, 1], new Conv2D(4, 3, { kernelInitializer: "identity" })),
    "Identity: expected a weight of two dimensions, received [3, 3, 1, 4]. Choose another initializer.",
  ],
  [
    () => on([4], new Dense(3, { biasInitializer: "orthogonal" })),
    "Orthogonal: expected a weight of at least two dimensions, received [3]. Choose another initializer.",
  ],
  [() => on([4, 4, 1], new Add()), "Add: expected two inputs or more, received 1. Apply it to a list."],
  [
    () => merged(new Add(), [4, 4, 3], [4, 4, 2]),
    "Add: expected inputs of one size along each axis, or of size 1 there, received [batch, 4, 4, 3] and [batch, 4, 4, 2]. Bring the inputs to one shape first.",
  ],
  [
    () => merged(new Multiply(), [4], [5]),
    "Multiply: expected inputs of one size along each axis, or of size 1 there, received [batch, 4] and [batch, 5]. Bring the inputs to one shape first.",
  ],
  [
    () => merged(new Average(), [4, 2, 4, 3], [4, 1, 4, 3]),
    "Average: expected inputs of one shape, or of at most 3 axes after the batch, received [batch, 4, 2, 4, 3] and [batch, 4, 1, 4, 3]. Bring the inputs to one shape first.",
  ],
  [
    () => merged(new Subtract(), [4], [4], [4]),
    "Subtract: expected two inputs, received 3. Apply it to a list of two.",
  ],
  [
    () => merged(new Concatenate(), [4, 4, 1], [4, 3, 1]),
    "Concatenate: expected inputs that differ at most along axis -1, received [batch, 4, 4, 1] and [batch, 4, 3, 1]. Bring the inputs to one shape first.",
  ],
  [
    () => merged(new Concatenate({ axis: 4 }), [4, 4, 1], [4, 4, 1]),
    "Concatenate: expected axis to be from 1 to 3, or from -1 to -3, received 4 for [batch, 4, 4, 1]. Correct axis, or omit it to join the channels.",
  ],
  [
    () => merged(new Concatenate({ axis: -4 }), [4, 4, 1], [4, 4, 1]),
    "Concatenate: expected axis to be from 1 to 3, or from -1 to -3, received -4 for [batch, 4, 4, 1]. Correct axis, or omit it to join the channels.",
  ],
  [
    () => merged(new Dense(3), [4], [4]),
    "Dense: expected one input, received 2. Merge them first, with Add, Multiply or Concatenate.",
  ],
]);

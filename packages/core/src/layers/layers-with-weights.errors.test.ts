import { ACTIVATIONS, INITIALIZERS, refuses } from "../base/refusals.testing.js";
import { Zeros } from "../initializers/index.js";
import {
  BatchNormalization,
  Conv2D,
  Dense,
  DepthwiseConv2D,
  LayerNormalization,
  MultiHeadAttention,
  SeparableConv2D,
  Tensor,
} from "./index.js";

refuses("wrong options of layers with weights", [
  [
    () => new MultiHeadAttention(0, 4),
    "MultiHeadAttention: expected numHeads to be a whole number of at least 1, received 0. Correct numHeads.",
  ],
  [
    () => new MultiHeadAttention(2, 4, { outputShape: [0] }),
    "MultiHeadAttention: expected outputShape to be a whole number of at least 1, received 0. Correct outputShape.",
  ],
  [
    () =>
      new MultiHeadAttention(2, 4, { name: "a" }).apply([
        new Tensor([4, 8]),
        new Tensor([5, 8]),
        new Tensor([6, 8]),
      ]),
    'MultiHeadAttention "a": expected a query and a value, or a query, a value and a key with the value\'s tokens, [batch, tokens, …] each, received [batch, 4, 8] and [batch, 5, 8] and [batch, 6, 8]. Apply it to [x, x] for self-attention.',
  ],
  [
    () => new MultiHeadAttention(2, 4, { attentionAxes: [1] }).outputShape([4, 5, 8], [4, 5, 8]),
    "MultiHeadAttention: expected attentionAxes to be all axes but the batch and the last, [1, 2], received [1]. Omit attentionAxes, or reshape the input first.",
  ],
  [
    () => new Conv2D(-1, 3),
    "Conv2D: expected filters to be a whole number of at least 1, received -1. Correct filters.",
  ],
  [
    () => new Conv2D(0, 3),
    "Conv2D: expected filters to be a whole number of at least 1, received 0. Correct filters.",
  ],
  [
    () => new Conv2D(2.5, 3),
    "Conv2D: expected filters to be a whole number of at least 1, received 2.5. Correct filters.",
  ],
  [
    () => new Conv2D(Number.NaN, 3),
    "Conv2D: expected filters to be a whole number of at least 1, received NaN. Correct filters.",
  ],
  [
    () => new Conv2D("8" as never, 3),
    "Conv2D: expected filters to be a whole number of at least 1, received 8. Correct filters.",
  ],
  [
    () => new Conv2D(8, 0),
    "Conv2D: expected kernelSize to be a whole number of at least 1, received 0. Correct kernelSize.",
  ],
  [
    () => new Conv2D(8, [3, 3, 3] as never),
    "Conv2D: expected kernelSize to be a number or [height, width], received [3,3,3]. Correct kernelSize.",
  ],
  [
    () => new Conv2D(8, undefined as never),
    "Conv2D: expected kernelSize to be a number or [height, width], received nothing. Correct kernelSize.",
  ],
  [
    () => new Conv2D(8, 3, { strides: 0 }),
    "Conv2D: expected strides to be a whole number of at least 1, received 0. Correct strides.",
  ],
  [
    () => new Conv2D(8, 3, { strides: [1, -1] }),
    "Conv2D: expected strides to be a whole number of at least 1, received -1. Correct strides.",
  ],
  [
    () => new Conv2D(8, 3, { dilationRate: 0 }),
    "Conv2D: expected dilationRate to be a whole number of at least 1, received 0. Correct dilationRate.",
  ],
  [
    () => new Conv2D(8, 3, { strides: 2, dilationRate: 2 }),
    "Conv2D: expected strides of 1 where dilationRate is above 1, as in Keras, received strides [2, 2] with dilationRate [2, 2]. Set one of them to 1.",
  ],
  [
    () => new Conv2D(8, 3, { padding: "full" as never }),
    'Conv2D: expected padding to be "valid" or "same", received "full". Correct padding.',
  ],
  [
    () => new Conv2D(8, 3, { activation: "rellu" as never }),
    `Conv2D: expected activation to be one of ${ACTIVATIONS}, received "rellu". Did you mean relu?`,
  ],
  [
    () => new Conv2D(8, 3, { activation: (() => 0) as never }),
    'Conv2D: expected activation as a name, received a function. Pass a name: "relu".',
  ],
  [
    () => new Conv2D(8, 3, { kernelInitializer: "glorot" as never }),
    `Conv2D, kernelInitializer: expected initializer to be one of ${INITIALIZERS}, received "glorot". Choose one of them.`,
  ],
  [
    () => new Conv2D(8, 3, { kernelInitializer: Zeros as never }),
    "Conv2D: expected kernelInitializer as a name or an instance, received the class Zeros. Pass an instance, created with new, or a name.",
  ],
  [
    () => new Conv2D(8, 3, { kernelRegularizer: 0.01 as never }),
    "Conv2D: expected kernelRegularizer as a name or an instance, received 0.01. Pass an instance, created with new, or a name.",
  ],
  [
    () => new Conv2D(8, 3, { biasRegularizer: "l3" as never }),
    'Conv2D, biasRegularizer: expected regularizer to be one of L1, L2, L1L2, received "l3". Choose one of them.',
  ],
  [
    () => new Conv2D(8, 3, { activityRegularizer: 0.01 as never }),
    "Conv2D: expected activityRegularizer as a name or an instance, received 0.01. Pass an instance, created with new, or a name.",
  ],
  [
    () => new Conv2D(8, 3, { kernelConstraint: "maxnorm2" as never }),
    'Conv2D, kernelConstraint: expected constraint to be one of MaxNorm, NonNeg, UnitNorm, received "maxnorm2". Did you mean MaxNorm?',
  ],
  [
    () => new Conv2D(8, 3, { groups: 3 }),
    "Conv2D: expected groups that divide the 8 filters, received 3 groups. Change groups, or the number of channels or filters.",
  ],
  [
    () => new Conv2D(8, 3, { groups: 0 }),
    "Conv2D: expected groups to be a whole number of at least 1, received 0. Correct groups.",
  ],
  [
    () => new Conv2D(8, 3, { name: "a/b" }),
    'Conv2D: expected name to be a text without a slash, received "a/b". Choose another name, or omit it.',
  ],
  [
    () => new Conv2D(8, 3, { name: 7 as never }),
    "Conv2D: expected name to be a text without a slash, received 7. Choose another name, or omit it.",
  ],
  [
    () => new DepthwiseConv2D(3, { depthMultiplier: 0 }),
    "DepthwiseConv2D: expected depthMultiplier to be a whole number of at least 1, received 0. Correct depthMultiplier.",
  ],
  [
    () => new DepthwiseConv2D(3, { depthwiseInitializer: "one" as never }),
    `DepthwiseConv2D, depthwiseInitializer: expected initializer to be one of ${INITIALIZERS}, received "one". Did you mean Ones?`,
  ],
  [
    () => new DepthwiseConv2D(3, { depthwiseConstraint: 3 as never }),
    "DepthwiseConv2D: expected depthwiseConstraint as a name or an instance, received 3. Pass an instance, created with new, or a name.",
  ],
  [
    () => new SeparableConv2D(0, 3),
    "SeparableConv2D: expected filters to be a whole number of at least 1, received 0. Correct filters.",
  ],
  [
    () => new SeparableConv2D(4, 3, { pointwiseRegularizer: "l" as never }),
    'SeparableConv2D, pointwiseRegularizer: expected regularizer to be one of L1, L2, L1L2, received "l". Choose one of them.',
  ],
  [
    () => new SeparableConv2D(4, 3, { strides: 2, dilationRate: [1, 2] }),
    "SeparableConv2D: expected strides of 1 where dilationRate is above 1, as in Keras, received strides [2, 2] with dilationRate [1, 2]. Set one of them to 1.",
  ],
  [
    () => new Dense(0),
    "Dense: expected units to be a whole number of at least 1, received 0. Correct units.",
  ],
  [
    () => new Dense(Number.POSITIVE_INFINITY),
    "Dense: expected units to be a whole number of at least 1, received Infinity. Correct units.",
  ],
  [
    () => new Dense(3, { activation: "softMaximum" as never }),
    `Dense: expected activation to be one of ${ACTIVATIONS}, received "softMaximum". Choose one of them.`,
  ],
  [
    () => new BatchNormalization({ momentum: 2 }),
    "BatchNormalization: expected momentum to be from 0 to 1, received 2. Correct momentum, or omit it.",
  ],
  [
    () => new BatchNormalization({ epsilon: -1 }),
    "BatchNormalization: expected epsilon to be a number of at least 0, received -1. Correct epsilon, or omit it.",
  ],
  [
    () => new BatchNormalization({ gammaInitializer: "one" as never }),
    `BatchNormalization, gammaInitializer: expected initializer to be one of ${INITIALIZERS}, received "one". Did you mean Ones?`,
  ],
  [
    () => new LayerNormalization({ epsilon: Number.NaN }),
    "LayerNormalization: expected epsilon to be a number of at least 0, received NaN. Correct epsilon, or omit it.",
  ],
]);

import {
  Activation,
  Add,
  AveragePooling2D,
  BatchNormalization,
  CenterCrop,
  Concatenate,
  Conv2D,
  Cropping2D,
  Dense,
  DepthwiseConv2D,
  Dropout,
  ELU,
  Flatten,
  GaussianNoise,
  GlobalAveragePooling1D,
  GlobalAveragePooling2D,
  GlobalMaxPooling2D,
  GroupNormalization,
  Input,
  input,
  type Layer,
  LayerNormalization,
  LayerScale,
  LeakyReLU,
  Maximum,
  MaxPooling2D,
  Model,
  MultiHeadAttention,
  Multiply,
  Normalization,
  Permute,
  PReLU,
  RandomCrop,
  RandomFlip,
  ReLU,
  Rescaling,
  Reshape,
  Resizing,
  SeparableConv2D,
  Sequential,
  Softmax,
  SpatialDropout2D,
  Subtract,
  type Tensor,
  UpSampling2D,
  ZeroPadding2D,
} from "@heddle/core";

const same = { padding: "same" } as const;
const relu = { activation: "relu" } as const;

/** A chain with weights that all differ, moving statistics included. */
const chain = (...layers: (Input | Layer)[]) => withWeights(new Sequential(layers, { seed: 3 }));

function graph(shape: readonly number[], build: (x: Tensor) => Tensor): Model {
  const x = input(shape);
  return withWeights(new Model({ inputs: x, outputs: build(x) }, { seed: 3 }));
}

/** Sets what starts as zeros or ones to numbers that tell places apart. */
function withWeights<M extends Model>(model: M): M {
  for (const [place, weight] of model.weights.entries()) {
    const values = weight.read().slice();
    if (values.every((value) => value === values[0])) {
      const isPositive = /gamma|variance/.test(weight.name);
      weight.assign(
        values.map((_, index) => (isPositive ? 0.75 : -0.2) + ((index * 7 + place * 3) % 11) / 20),
      );
    }
  }
  return model;
}

function residual(x: Tensor, filters: number, strides: number): Tensor {
  const conv = (strides_: number) => new Conv2D(filters, 3, { ...same, strides: strides_, useBias: false });
  const first = new ReLU().apply(new BatchNormalization().apply(conv(strides).apply(x)));
  const second = new BatchNormalization().apply(conv(1).apply(first));
  const short =
    strides === 1
      ? x
      : new BatchNormalization().apply(new Conv2D(filters, 1, { strides, useBias: false }).apply(x));
  return new Activation("relu").apply(new Add().apply([short, second]));
}

function inverted(x: Tensor, filters: number, strides: number): Tensor {
  const channels = x.shape[2]!;
  let y = new Conv2D(channels * 3, 1, { useBias: false }).apply(x);
  y = new ReLU({ maxValue: 6 }).apply(new BatchNormalization().apply(y));
  y = new DepthwiseConv2D(3, { ...same, strides, useBias: false }).apply(y);
  y = new Activation("hardSwish").apply(new BatchNormalization().apply(y));
  const gate = new GlobalAveragePooling2D({ keepdims: true }).apply(y);
  const opened = new Conv2D(channels * 3, 1, { activation: "sigmoid" }).apply(
    new Conv2D(4, 1, { activation: "silu" }).apply(gate),
  );
  y = new Conv2D(filters, 1, { useBias: false }).apply(new Multiply().apply([y, opened]));
  return strides === 1 && filters === channels ? new Add().apply([x, y]) : y;
}

/** Models of many kinds, by what they are: each is written as ONNX and read again. */
export const exportedModels: Readonly<Record<string, () => Model>> = {
  "the study's CNN": () =>
    chain(
      new Input([28, 28, 1]),
      new Rescaling(1 / 255),
      new Conv2D(8, 3, relu),
      new MaxPooling2D(2),
      new Conv2D(12, 3, relu),
      new MaxPooling2D(2),
      new Flatten(),
      new Dense(16, relu),
      new Dropout(0.4),
      new Dense(10, { activation: "softmax" }),
    ),
  "residual blocks": () =>
    graph([20, 18, 3], (x) => {
      let y = new Normalization({ mean: [120, 115, 100], variance: [3600, 3500, 3700] }).apply(x);
      y = new Conv2D(8, 7, { ...same, strides: 2, useBias: false }).apply(y);
      y = new MaxPooling2D(3, { strides: 2, ...same }).apply(
        new ReLU().apply(new BatchNormalization().apply(y)),
      );
      y = residual(residual(y, 8, 1), 12, 2);
      return new Dense(5, { activation: "softmax" }).apply(new GlobalAveragePooling2D().apply(y));
    }),
  "MobileNet's blocks with squeeze and excitation": () =>
    graph([24, 24, 3], (x) => {
      let y = new Rescaling(1 / 127.5, { offset: -1 }).apply(x);
      y = new Conv2D(8, 3, { ...same, strides: 2, activation: "hardSwish" }).apply(y);
      y = inverted(inverted(y, 8, 1), 10, 2);
      return new Dense(4, { activation: "softmax" }).apply(new GlobalAveragePooling2D().apply(y));
    }),
  "separable convolutions, preparation and augmentation": () =>
    chain(
      new Input([30, 26, 3]),
      new RandomFlip("horizontal"),
      new Resizing(21, 17),
      new CenterCrop(19, 16),
      new RandomCrop(16, 15),
      new Rescaling(1 / 255),
      new SeparableConv2D(6, 3, { ...same, depthMultiplier: 2, activation: "elu" }),
      new SpatialDropout2D(0.2),
      new AveragePooling2D(3, { strides: 2, ...same }),
      new BatchNormalization({ scale: false }),
      new LeakyReLU({ negativeSlope: 0.1 }),
      new Conv2D(6, 3, { groups: 3, dilationRate: 2, ...same }),
      new PReLU({ sharedAxes: [1, 2] }),
      new GlobalMaxPooling2D(),
      new Dense(1, { activation: "sigmoid" }),
    ),
  "other layouts and shapes": () =>
    graph([12, 10, 3], (x) => {
      const y = new Resizing(8, 12, { interpolation: "nearest", cropToAspectRatio: true }).apply(
        new ZeroPadding2D([[1, 0], 2]).apply(x),
      );
      const c0 = new Conv2D(4, 3, { ...same, activation: "gelu" }).apply(y);
      const a = new GroupNormalization({ groups: 2 }).apply(new LayerNormalization().apply(c0));
      const b = new Dense(4, { activation: "geluTanh" }).apply(y);
      const c = new UpSampling2D([2, 1]).apply(
        new AveragePooling2D([2, 1]).apply(new Subtract().apply([a, b])),
      );
      const joined = new Concatenate().apply([new Maximum().apply([a, c]), new ELU({ alpha: 0.5 }).apply(b)]);
      const flat = new Flatten().apply(new Conv2D(3, 2, { activation: "selu" }).apply(joined));
      const normal = new BatchNormalization().apply(new PReLU().apply(flat));
      const again = new Reshape([11, 21]).apply(normal);
      const rows = new Dense(6, { activation: "softplus", useBias: false }).apply(again);
      const last = new Flatten().apply(new ReLU({ negativeSlope: 0.1, maxValue: 3 }).apply(rows));
      return new Softmax().apply(new Dense(7, { activation: "tanh" }).apply(last));
    }),
  "patches in rows": () =>
    graph([14, 13, 3], (x) => {
      const cropped = new Cropping2D([
        [2, 0],
        [1, 0],
      ]).apply(new GaussianNoise(0.1).apply(x));
      const patches = new LayerScale(0.1, 5).apply(new Conv2D(5, 4, { strides: 4 }).apply(cropped));
      const rows = new Dense(6, { activation: "gelu" }).apply(new Reshape([9, 5]).apply(patches));
      const turned = new Dense(9).apply(new Permute([2, 1]).apply(rows));
      const mixed = new Add().apply([rows, new Permute([2, 1]).apply(turned)]);
      const mean = new GlobalAveragePooling1D().apply(new LayerNormalization().apply(mixed));
      return new Dense(3, { activation: "softmax" }).apply(mean);
    }),
  "a small vision transformer": () =>
    graph([12, 12, 3], (x) => {
      const patches = new Conv2D(8, 4, { strides: 4 }).apply(new Rescaling(1 / 255).apply(x));
      let y = new Reshape([9, 8]).apply(patches);
      const normal = new LayerNormalization().apply(y);
      y = new Add().apply([y, new MultiHeadAttention(2, 4).apply([normal, normal, normal])]);
      const mlp = new Dense(8).apply(new Dense(16, { activation: "gelu" }).apply(y));
      y = new Add().apply([y, mlp]);
      // Of patches in rows and columns, with heads of other sizes, and without biases.
      const image = new Reshape([3, 3, 8]).apply(y);
      const cross = new MultiHeadAttention(3, 5, { valueDim: 2, outputShape: 6, useBias: false });
      const mean = new GlobalAveragePooling2D().apply(cross.apply([image, image]));
      return new Dense(3, { activation: "softmax" }).apply(mean);
    }),
  "groups of channels": () =>
    chain(
      new Input([9, 8, 3]),
      new Rescaling(1 / 255),
      new Conv2D(8, 3, { ...same, useBias: false }),
      new GroupNormalization({ groups: 4 }),
      new ReLU(),
      new DepthwiseConv2D(3),
      new GroupNormalization({ groups: -1, center: false }),
      new Conv2D(6, 3, { activation: "gelu" }),
      new GroupNormalization({ groups: 1, scale: false }),
      new Reshape([20, 6]),
      new GroupNormalization({ groups: 2 }),
      new GlobalAveragePooling1D(),
      new GroupNormalization({ groups: 3, scale: false, center: false }),
      new Dense(4, { activation: "softmax" }),
    ),
  "a perceptron of numbers": () =>
    chain(
      new Input([9]),
      new Normalization({ mean: 1, variance: 4 }),
      new Dense(12, relu),
      new BatchNormalization(),
      new Dense(3, { activation: "softmax" }),
    ),
};

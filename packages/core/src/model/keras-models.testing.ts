import { Random } from "../base/random.js";
import { type Shape, sizeOf } from "../base/shape.js";
import { MaxNorm, UnitNorm } from "../constraints/index.js";
import {
  ConstantInitializer,
  Identity,
  type Initializer,
  type InitializerName,
  RandomNormal,
  RandomUniform,
  VarianceScaling,
} from "../initializers/index.js";
import {
  Activation,
  type ActivationName,
  ActivityRegularization,
  Add,
  Average,
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
  GaussianDropout,
  GaussianNoise,
  GlobalAveragePooling1D,
  GlobalAveragePooling2D,
  GlobalMaxPooling1D,
  GlobalMaxPooling2D,
  GroupNormalization,
  input,
  LayerNormalization,
  LayerScale,
  LeakyReLU,
  Maximum,
  MaxPooling2D,
  Minimum,
  MultiHeadAttention,
  Multiply,
  Normalization,
  Permute,
  PReLU,
  RandomBrightness,
  RandomContrast,
  RandomCrop,
  RandomErasing,
  RandomFlip,
  RandomRotation,
  RandomTranslation,
  RandomZoom,
  ReLU,
  Rescaling,
  Reshape,
  Resizing,
  SeparableConv2D,
  Softmax,
  SpatialDropout2D,
  StochasticDepth,
  Subtract,
  type Tensor,
  UnitNormalization,
  UpSampling2D,
  ZeroPadding2D,
} from "../layers/index.js";
import { Input } from "../network/input.js";
import { L1, L1L2, L2 } from "../regularizers/index.js";
import { Model } from "./model.js";
import { Sequential } from "./sequential.js";

/**
 * Models that real Keras reads in Heddle's files: together they have every layer, initializer, regularizer and
 * constraint, and every activation that Keras knows by name. `tools/golden/keras-json.mjs` writes them.
 */
export function kerasModels(): readonly Model[] {
  const models = [study(), resnet(), mobilenet(), everything()];
  for (const model of models) drawVectors(model);
  return models;
}

/** Noise, each image brighter than the last; `tools/golden/keras-json.py` makes the same. */
export function noiseImages(shape: Shape, count: number) {
  let state = 7;
  const images = Uint8Array.from({ length: count * sizeOf(shape) }, (_, index) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const brightness = Math.floor(index / sizeOf(shape)) + 1;
    return Math.floor(((state >>> 24) * brightness) / count);
  });
  return { images, count, shape };
}

/** Draws biases, statistics and the like, which start as zeros and ones: those would hide a mix-up. */
function drawVectors(model: Model): void {
  const random = new Random(model.seed, "split");
  for (const layer of model.layers) {
    // As Keras begins.
    if (!(layer instanceof Normalization)) continue;
    const [mean, variance] = layer.weights;
    mean?.assign(new Float32Array(sizeOf(mean.shape)));
    variance?.assign(new Float32Array(sizeOf(variance.shape)).fill(1));
  }
  for (const { name, shape, values } of model.weights) {
    const least = /gamma|varia(nce|ble)/.test(name) ? 0.5 : -0.5;
    if (shape.length === 1) for (let i = 0; i < values.length; i++) values[i] = least + random.uniform();
  }
}

/** The study's CNN, on smaller images. */
function study(): Sequential {
  return new Sequential(
    [
      new Input([12, 12, 1]),
      new Rescaling(1 / 255),
      new Conv2D(16, 3, { activation: "relu" }),
      new Conv2D(32, 3, { activation: "relu" }),
      new MaxPooling2D(2),
      new Dropout(0.4),
      new Flatten(),
      new Dense(10, { activation: "softmax" }),
    ],
    {
      ...{ name: "study", seed: 1 },
      classes: Array.from({ length: 10 }, (_, label) => `kind ${label}`),
      pictures: { range: [0, 255], grey: "rec601", invertLight: true },
    },
  );
}

/** Two residual blocks with batch normalization, on images that are mirrored and moved in training. */
function resnet(): Model {
  const normalized = (x: Tensor, filters: number, size: number) =>
    new BatchNormalization({ momentum: 0.9 }).apply(
      new Conv2D(filters, size, {
        ...{ padding: "same", useBias: false, kernelInitializer: "heNormal" },
        kernelRegularizer: new L2(1e-4),
      }).apply(x),
    );
  const relu = (x: Tensor) => new Activation("relu").apply(x);
  const block = (x: Tensor, filters: number) => {
    const shortcut = x.shape.at(-1) === filters ? x : normalized(x, filters, 1);
    return relu(new Add().apply([normalized(relu(normalized(x, filters, 3)), filters, 3), shortcut]));
  };
  const inputs = input([12, 12, 1]);
  let x = new Rescaling(1 / 127.5, { offset: -1 }).apply(inputs);
  x = new RandomFlip("horizontal").apply(x);
  x = new RandomTranslation(0.1, [-0.1, 0.2], { fillMode: "constant", interpolation: "nearest" }).apply(x);
  x = block(relu(normalized(x, 6, 3)), 6);
  x = block(new MaxPooling2D(2).apply(x), 10);
  x = new GlobalAveragePooling2D().apply(x);
  const outputs = new Dense(10, { activation: "softmax" }).apply(x);
  return new Model({ inputs, outputs }, { name: "resnet", seed: 2 });
}

/** Depthwise convolutions, each followed by one of 1×1. */
function mobilenet(): Sequential {
  const plain = { padding: "same", useBias: false, kernelInitializer: "heUniform" } as const;
  const separable = (filters: number, strides = 1) => [
    // Kernels of nine numbers: scaled by their fans, they would leave little of an image.
    new DepthwiseConv2D(3, {
      ...{ padding: "same", useBias: false, strides },
      depthwiseInitializer: new RandomNormal({ stddev: 0.5 }),
    }),
    new BatchNormalization(),
    new Activation("relu"),
    new Conv2D(filters, 1, plain),
    new BatchNormalization(),
    new Activation("hardSwish"),
  ];
  return new Sequential(
    [
      ...[new Input([12, 12, 3]), new Rescaling(1 / 255), new Conv2D(8, 3, plain), new BatchNormalization()],
      ...[new Activation("relu"), ...separable(12), ...separable(16, 2)],
      ...[new GlobalAveragePooling2D(), new Dropout(0.2), new Dense(10, { activation: "softmax" })],
    ],
    { name: "mobilenet", seed: 3 },
  );
}

/** What the others lack: one of each layer, then a dense branch for each initializer and activation. */
function everything(): Model {
  const inputs = input([12, 10, 3]);
  const image = [
    new Normalization({ mean: [120, 110, 100], variance: [4000, 5000, 6000] }),
    new Resizing(14, 12, { cropToAspectRatio: true }),
    new CenterCrop(12, 12),
    new RandomCrop(12, 12),
    new RandomRotation(0.1, { fillMode: "nearest" }),
    new RandomZoom([-0.1, 0.2], { widthFactor: 0.1, fillMode: "wrap" }),
    new RandomContrast([0.1, 0.3], { valueRange: [-3, 3] }),
    new RandomBrightness(0.1, { valueRange: [-3, 3] }),
    new RandomErasing({ factor: 0.5, fillValue: 0, valueRange: [-3, 3] }),
    new ZeroPadding2D([
      [2, 0],
      [0, 1],
    ]),
    new Cropping2D([
      [1, 0],
      [0, 0],
    ]),
    new GaussianNoise(0.05),
    new SeparableConv2D(6, 3, {
      ...{ depthMultiplier: 2, activation: "silu", pointwiseInitializer: "lecunUniform" },
      ...{ depthwiseRegularizer: new L1(2 ** -13), pointwiseConstraint: new UnitNorm({ axis: [0, 1, 2] }) },
    }),
    new PReLU({ alphaInitializer: new RandomUniform({ minval: 0, maxval: 1 }), sharedAxes: [1, 2] }),
    new LayerNormalization({ epsilon: 1e-5 }),
    new GroupNormalization({ groups: 3, center: false }),
    new Normalization(),
    new ReLU({ maxValue: 1.5, negativeSlope: 0.25, threshold: 0.125 }),
    new BatchNormalization({ scale: false, trainable: false }),
    new LeakyReLU({ negativeSlope: 0.125 }),
    new ELU({ alpha: 0.5 }),
    new SpatialDropout2D(0.2),
    new LayerScale(0.75, 6),
    new StochasticDepth(0.1),
    new Permute([2, 1, 3]),
  ].reduce<Tensor>((x, layer) => layer.apply(x), inputs);
  const pooled = new AveragePooling2D(3, { strides: 2, padding: "same" }).apply(image);
  const grouped = new Conv2D(6, [3, 2], {
    ...{
      padding: "same",
      groups: 2,
      dilationRate: [1, 2],
      kernelConstraint: new MaxNorm(3, { axis: [0, 1, 2] }),
    },
    ...{ activityRegularizer: new L1L2({ l1: 1e-5, l2: 1e-4 }), name: "input" },
  }).apply(pooled);
  const both = [pooled, grouped];
  const range = new Subtract().apply([new Maximum().apply(both), new Minimum().apply(both)]);
  const levels = new GlobalAveragePooling2D({ keepdims: true }).apply(pooled);
  const product = new Multiply().apply([new Average().apply([...both, range]), levels]);
  const larger = new UpSampling2D([2, 1]).apply(new ActivityRegularization({ l2: 1e-3 }).apply(product));
  const rows = new Reshape([-1, 6]).apply(larger);
  const tokens = new MultiHeadAttention(2, 3, { valueDim: 4, dropout: 0.1 }).apply([rows, rows]);
  const features = new Concatenate().apply([
    new UnitNormalization().apply(new GlobalAveragePooling1D().apply(tokens)),
    new GaussianDropout(0.1).apply(new GlobalMaxPooling1D().apply(tokens)),
    new GlobalMaxPooling2D().apply(larger),
    new Reshape([-1]).apply(new GlobalAveragePooling2D({ keepdims: true }).apply(larger)),
  ]);
  const branches = initializers.map((kernelInitializer, index) =>
    new Dense(3, {
      kernelInitializer,
      activation: activations[index % activations.length]!,
      kernelConstraint: index % 2 === 0 ? new MaxNorm(2) : "nonNeg",
      biasRegularizer: "l2",
      trainable: index !== 1,
    }).apply(features),
  );
  const outputs = new Softmax().apply(new Dense(4).apply(new Concatenate().apply(branches)));
  return new Model({ inputs, outputs }, { name: "everything", seed: 6 });
}

const initializers: readonly (Initializer | InitializerName)[] = [
  ...[new ConstantInitializer(0.25), new Identity(), new RandomNormal({ stddev: 0.5 })],
  ...(["ones", "zeros"] as const),
  new RandomUniform({ minval: -0.5, maxval: 1 }),
  ...(["truncatedNormal", "orthogonal", "heNormal", "heUniform"] as const),
  ...(["glorotNormal", "glorotUniform", "lecunNormal", "lecunUniform"] as const),
  new VarianceScaling({ scale: 2, mode: "fan_out", distribution: "uniform" }),
];

/** Every activation that Keras knows by name. */
const activations: readonly ActivationName[] = [
  ...(["linear", "relu", "leakyRelu", "elu", "selu", "gelu", "silu"] as const),
  ...(["sigmoid", "tanh", "softplus", "softmax", "hardSwish"] as const),
];

import { describe, expect, it } from "vitest";
import { Random } from "../base/random.js";
import { sizeOf } from "../base/shape.js";
import {
  Activation,
  Add,
  Average,
  AveragePooling2D,
  BatchNormalization,
  Concatenate,
  Conv2D,
  Cropping2D,
  Dense,
  DepthwiseConv2D,
  Dropout,
  Flatten,
  GaussianDropout,
  GaussianNoise,
  GlobalAveragePooling2D,
  GlobalMaxPooling2D,
  GroupNormalization,
  input,
  type Layer,
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
  RandomCrop,
  RandomFlip,
  ReLU,
  Rescaling,
  Reshape,
  Resizing,
  SeparableConv2D,
  Softmax,
  StochasticDepth,
  Subtract,
  type Tensor,
  UnitNormalization,
  UpSampling2D,
  ZeroPadding2D,
} from "../layers/index.js";
import { Model } from "../model/model.js";
import { modelSteps } from "./model-steps.js";
import { network } from "./runtime/network.js";

/** Layers on an input. */
type Graph = (x: Tensor) => Tensor;

const SHAPE = [11, 9, 3] as const;
const SAMPLES = 3;
/** A number for each row. */
const rows = Array.from({ length: SHAPE[0] }, (_, row) => 0.1 + row / 10);

/** Numbers about 0, the same for the same seed. */
function numbers(count: number, seed: number): Float32Array<ArrayBuffer> {
  const random = new Random(seed, "split", count);
  return Float32Array.from({ length: count }, () => 2 * random.uniform() - 1);
}

/** The largest difference between a standalone model's outputs and Heddle's, whose values are about 1. */
async function difference(last: Graph): Promise<number> {
  const inputs = input(SHAPE);
  const model = new Model({ inputs, outputs: last(inputs) }, { seed: 3 });
  try {
    // Weights that are neither zeros nor ones, and variances above 0.
    model.setWeights(
      model.weights.map(({ name, shape }, index) => {
        const values = numbers(sizeOf(shape), index + 1);
        return { shape, values: /variance/.test(name) ? values.map((value) => value * value + 0.1) : values };
      }),
    );
    const images = numbers(SAMPLES * 11 * 9 * 3, 77);
    const expected = await model.predict({ images, count: SAMPLES, shape: SHAPE });
    const { steps, tensors } = modelSteps(model);
    const weights = Float64Array.from(tensors.flatMap(({ values }) => [...values]));
    const run = network(JSON.parse(JSON.stringify(steps)), weights, 11 * 9 * 3);
    const outputs = Array.from({ length: SAMPLES }, (_, sample) => [
      ...run(images.subarray(sample * 297, (sample + 1) * 297)),
    ]).flat();
    expect(outputs).toHaveLength(expected.length);
    const largest = Math.max(...expected.map(Math.abs));
    expect(largest).toBeGreaterThan(0);
    return Math.max(...outputs.map((value, at) => Math.abs(value - expected[at]!))) / Math.max(1, largest);
  } finally {
    model.dispose();
  }
}

const chain =
  (...layers: readonly Layer[]): Graph =>
  (x) =>
    layers.reduce((value, layer) => layer.apply(value), x);

describe("modelSteps", () => {
  it.each<[string, Graph]>([
    ["a convolution with ReLU", chain(new Conv2D(6, 3, { activation: "relu" }))],
    [
      "convolutions of many channels, of whole tiles and of others",
      chain(
        new Conv2D(8, 1),
        new Conv2D(18, 3, { padding: "same", activation: "relu" }),
        new Conv2D(11, [3, 3]),
        new Conv2D(8, 3, { useBias: false }),
      ),
    ],
    [
      "a convolution of odd sizes and strides, padded",
      chain(new Conv2D(5, [2, 4], { strides: 2, padding: "same" })),
    ],
    ["a dilated convolution", chain(new Conv2D(3, 3, { dilationRate: 2 }))],
    ["a grouped convolution", chain(new Conv2D(9, 3, { groups: 3, padding: "same" }))],
    [
      "a depthwise convolution",
      chain(new DepthwiseConv2D(3, { strides: 2, padding: "same", depthMultiplier: 2 })),
    ],
    ["a separable convolution", chain(new SeparableConv2D(7, 3, { activation: "gelu" }))],
    [
      "batch normalization after a convolution",
      chain(new Conv2D(6, 3), new BatchNormalization(), new ReLU()),
    ],
    ["batch normalization of the input", chain(new BatchNormalization({ scale: false }))],
    ["pooling", chain(new MaxPooling2D(2), new AveragePooling2D(3, { strides: 1, padding: "same" }))],
    ["global pooling", chain(new GlobalAveragePooling2D({ keepdims: true }), new GlobalMaxPooling2D())],
    [
      "dense layers and softmax",
      chain(new Flatten(), new Dense(7, { activation: "tanh" }), new Dense(5), new Softmax()),
    ],
    ["layer normalization", chain(new LayerNormalization(), new LeakyReLU())],
    [
      "attention, of itself and of others, with one projection more",
      (x) => {
        const rows = new Reshape([33, 9]).apply(x);
        const own = new MultiHeadAttention(2, 4).apply([rows, rows]);
        const few = new Reshape([11, 27]).apply(x);
        const keys = new Dense(5).apply(few);
        const options = { valueDim: 3, outputShape: 6, useBias: false };
        return new MultiHeadAttention(3, 2, options).apply([own, few, keys]);
      },
    ],
    [
      "group normalization",
      chain(
        new GroupNormalization({ groups: 3 }),
        new Conv2D(8, 3),
        new GroupNormalization({ groups: 2, scale: false }),
        new GroupNormalization({ groups: 1, center: false }),
      ),
    ],
    [
      "the preprocessing of a model",
      chain(new Rescaling(0.5, { offset: 0.1 }), new RandomFlip(), new Resizing(6, 5), new Dropout(0.3)),
    ],
    ["a random crop, which is resized in prediction", chain(new RandomCrop(6, 6))],
    [
      "zeros around, repeated pixels and new shapes",
      chain(
        new ZeroPadding2D([
          [1, 2],
          [0, 3],
        ]),
        new UpSampling2D(2),
        new Reshape([28, -1, 3]),
      ),
    ],
    [
      "a slope for each channel",
      chain(
        new PReLU({ sharedAxes: [1, 2] }),
        new ReLU({ maxValue: 0.6, threshold: 0.2, negativeSlope: 0.1 }),
      ),
    ],
    [
      "normalization by rows, inverted",
      chain(new Normalization({ axis: 1, mean: rows, variance: rows, invert: true })),
    ],
    ["normalization", chain(new Normalization({ mean: [0.1, 0.2, 0.3], variance: [0.5, 2, 1] }))],
    ...(["elu", "selu", "silu", "softplus", "sigmoid", "hardSilu"] as const).map((name): [string, Graph] => [
      `the activation ${name}`,
      chain(new Activation(name)),
    ]),
    [
      "what acts in training alone",
      chain(
        new GaussianNoise(1),
        new RandomBrightness(0.5),
        new GaussianDropout(0.3),
        new StochasticDepth(0.2),
      ),
    ],
    [
      "cropped images with other axes",
      chain(
        new Cropping2D([
          [1, 2],
          [0, 3],
        ]),
        new Permute([3, 1, 2]),
        new UnitNormalization(),
        new Permute([2, 3, 1]),
        new LayerScale(0.5, 3),
      ),
    ],
    [
      "inputs of different shapes, merged in each way",
      (x) => {
        const y = new GlobalAveragePooling2D({ keepdims: true }).apply(x);
        const scaled = new Subtract().apply([new Multiply().apply([x, y]), y]);
        return new Average().apply([new Maximum().apply([scaled, x]), new Minimum().apply([y, x]), x]);
      },
    ],
    [
      "a shortcut around a batch normalization that is read twice",
      (x) => {
        const y = new Conv2D(4, 1).apply(x);
        const z = new BatchNormalization().apply(y);
        return new Concatenate().apply([new Add().apply([y, z]), new Multiply().apply([y, z, z])]);
      },
    ],
  ])("computes %s as the model does", async (_, last) => {
    expect(await difference(last)).toBeLessThan(2e-6);
  });
});

// Activations, pooling and shape layers: their shapes, ops, configurations and errors.
import { describe, expect, it } from "vitest";
import { refuses } from "../base/refusals.testing.js";
import type { Shape } from "../base/shape.js";
import {
  Activation,
  AveragePooling2D,
  Conv2D,
  Dense,
  GlobalAveragePooling2D,
  GlobalMaxPooling2D,
  type Layer,
  layers,
  Reshape,
  SpatialDropout2D,
  UpSampling2D,
  ZeroPadding2D,
} from "./index.js";

const ops = (layer: Layer, input: Shape) => {
  layer.build([input], { name: layer.name, seed: 1, position: 0, weightsBefore: 0 });
  return layer.lower(input).map((node) => node.op);
};

it.each([
  [new AveragePooling2D(3, { strides: 2, padding: "same" }), [24, 25, 2], [12, 13, 2]],
  [new GlobalAveragePooling2D(), [5, 7, 3], [3]],
  [new GlobalMaxPooling2D({ keepdims: true }), [5, 7, 3], [1, 1, 3]],
  [new UpSampling2D(), [5, 7, 3], [10, 14, 3]],
  [new UpSampling2D([1, 3]), [5, 7, 3], [5, 21, 3]],
  [new ZeroPadding2D(), [5, 7, 3], [7, 9, 3]],
  [new ZeroPadding2D([2, 0]), [5, 7, 3], [9, 7, 3]],
  [new ZeroPadding2D([[1, 0], 3]), [5, 7, 3], [6, 13, 3]],
  [new Reshape([7, 15]), [5, 7, 3], [7, 15]],
  [new Reshape([3, -1, 5]), [5, 7, 3], [3, 7, 5]],
  [new SpatialDropout2D(0.4), [5, 7, 3], [5, 7, 3]],
] as [Layer, Shape, Shape][])("$className has Keras's output shape, case %#", (layer, input, output) => {
  expect(layer.outputShape(input)).toEqual(output);
});

describe("lowering an activation, pooling or dropout layer", () => {
  it("accepts activations by Keras's names and Heddle's", () => {
    for (const name of ["hardSwish", "hard_swish", "hard_silu", "hardSilu"] as const) {
      expect(new Activation(name).lower()).toMatchObject([{ op: "activation", activation: "hardSwish" }]);
    }
    for (const name of ["silu", "swish"] as const) {
      expect(new Activation(name).getConfig()).toMatchObject({ activation: "silu" });
    }
    const layer = new Conv2D(2, 1, { activation: "leaky_relu" });
    expect(ops(layer, [2, 2, 1])).toEqual(["conv2d", "activation"]);
    expect(layer.getConfig()).toMatchObject({ activation: "leaky_relu" });
  });

  it("makes global pooling one window, flattened unless keepdims is set", () => {
    expect(ops(new GlobalAveragePooling2D(), [3, 5, 2])).toEqual(["averagePool", "reshape"]);
    const layer = new GlobalMaxPooling2D({ keepdims: true });
    expect(layer.lower([3, 5, 2])).toMatchObject([
      { op: "maxPool", geometry: { poolH: 3, poolW: 5, P: 1, Q: 1 } },
    ]);
  });

  it("numbers a spatial dropout by its position in the model", () => {
    const layer = new SpatialDropout2D(0.5);
    layer.build([[4, 4, 2]], { name: "d", seed: 1, position: 6, weightsBefore: 0 });
    expect(layer.lower()).toEqual([{ op: "spatialDropout", owner: "d", rate: 0.5, layer: 6 }]);
  });
});

it.each([
  new Activation("leakyRelu"),
  new Activation("hardSwish"),
  new Dense(3, { activation: "gelu" }),
  new AveragePooling2D([2, 3], { padding: "same" }),
  new GlobalAveragePooling2D({ keepdims: true, name: "g" }),
  new GlobalMaxPooling2D(),
  new UpSampling2D([2, 3]),
  new ZeroPadding2D([
    [1, 0],
    [2, 3],
  ]),
  new Reshape([-1, 3]),
  new SpatialDropout2D(0.25),
])("$className is read back from its configuration, case %#", (layer) => {
  const saved = JSON.parse(JSON.stringify({ class_name: layer.className, config: layer.getConfig() }));
  const again = layers.deserialize("test", saved);
  expect(again.constructor).toBe(layer.constructor);
  expect(again.getConfig()).toEqual(layer.getConfig());
});

const bad = <T>(value: unknown) => value as T;
refuses("wrong options of pooling and shape layers", [
  [
    () => new AveragePooling2D([2, 0], { name: "p" }),
    'AveragePooling2D "p": expected poolSize to be a whole number of at least 1, received 0. Correct poolSize.',
  ],
  [
    () => new AveragePooling2D(3).outputShape([2, 9, 1]),
    'AveragePooling2D: expected an input of height at least 3, received height 2. Use padding "same", a smaller window, or a larger input.',
  ],
  [
    () => new GlobalAveragePooling2D().outputShape([784]),
    "GlobalAveragePooling2D: expected an input [batch, height, width, channels], received [batch, 784]. Pass images that are not flattened.",
  ],
  [
    () => new UpSampling2D([2, 1.5]),
    "UpSampling2D: expected size to be a whole number of at least 1, received 1.5. Correct size.",
  ],
  [
    () => new UpSampling2D(2, { interpolation: bad("bilinear") }),
    'UpSampling2D: expected interpolation to be "nearest", received "bilinear". There is no other yet: omit interpolation.',
  ],
  [
    () => layers.create("config.json", "UpSampling2D", { size: [2, 2], interpolation: "bilinear" }),
    'UpSampling2D: expected interpolation to be "nearest", received "bilinear". Nothing else is supported yet: change the model.',
  ],
  [
    () => new ZeroPadding2D(-1),
    "ZeroPadding2D: expected padding to be a whole number of at least 0, received -1. Correct padding.",
  ],
  [
    () => new ZeroPadding2D(bad([1, 2, 3])),
    "ZeroPadding2D: expected padding to be a number, [height, width] or [[top, bottom], [left, right]], received [1,2,3]. Correct padding.",
  ],
  [
    () => new Reshape([-1, 2, -1]),
    "Reshape: expected targetShape to be a list of sizes, at most one of them -1, received [-1,2,-1]. Correct targetShape.",
  ],
  [
    () => new Reshape([3, 0]),
    "Reshape: expected each size of targetShape to be a whole number of at least 1, received 0. Correct each size of targetShape.",
  ],
  [
    () => new Reshape([4, -1], { name: "r" }).outputShape([5, 7, 3]),
    'Reshape "r": expected an input that fills [batch, 4, -1], received [batch, 5, 7, 3], 105 values. Correct targetShape: both must hold the same number of values.',
  ],
  [
    () => new Reshape([5, 7]).outputShape([5, 7, 3]),
    "Reshape: expected an input that fills [batch, 5, 7], received [batch, 5, 7, 3], 105 values. Correct targetShape: both must hold the same number of values.",
  ],
  [
    () => new SpatialDropout2D(1, { name: "s" }),
    'SpatialDropout2D "s": expected rate to be at least 0 and below 1, received 1. Correct rate.',
  ],
  [
    () => new SpatialDropout2D(0.5).outputShape([784]),
    "SpatialDropout2D: expected an input [batch, height, width, channels], received [batch, 784]. Pass images that are not flattened.",
  ],
  [
    () => layers.create("config.json", "Activation", { activation: { class_name: "function" } }),
    'Activation: expected activation as a name, received {"class_name":"function"}. Heddle has Keras\'s activations by name only: change the model.',
  ],
]);

import { describe, expect, it } from "vitest";
import { refuses } from "../base/refusals.testing.js";
import type { Shape } from "../base/shape.js";
import { HeUniform } from "../initializers/index.js";
import { L1, L1L2, L2 } from "../regularizers/index.js";
import {
  Activation,
  Conv2D,
  Dense,
  Dropout,
  Flatten,
  type Layer,
  layers,
  MaxPooling2D,
  RandomFlip,
  Rescaling,
} from "./index.js";

/** Builds a layer as a model would; returns the shapes of its output and its weights. */
function built(layer: Layer, input: Shape) {
  const output = layer.build([input], { name: layer.name, seed: 1, position: 0, weightsBefore: 0 });
  return { output, weights: layer.weights.map(({ name, shape }) => [name, shape]) };
}

describe("a built layer has Keras's output and weight shapes:", () => {
  it.each([
    [
      new Conv2D(16, 3),
      [28, 28, 1],
      [26, 26, 16],
      [
        ["Conv2D/kernel", [3, 3, 1, 16]],
        ["Conv2D/bias", [16]],
      ],
    ],
    [
      new Conv2D(4, [1, 5], { padding: "same", useBias: false }),
      [9, 8, 3],
      [9, 8, 4],
      [["Conv2D/kernel", [1, 5, 3, 4]]],
    ],
    [
      new Conv2D(4, 3, { strides: [2, 3], useBias: false }),
      [9, 9, 2],
      [4, 3, 4],
      [["Conv2D/kernel", [3, 3, 2, 4]]],
    ],
    [
      new Conv2D(4, 3, { dilationRate: 2, useBias: false }),
      [9, 9, 2],
      [5, 5, 4],
      [["Conv2D/kernel", [3, 3, 2, 4]]],
    ],
    [
      new Dense(10),
      [4608],
      [10],
      [
        ["Dense/kernel", [4608, 10]],
        ["Dense/bias", [10]],
      ],
    ],
    [new Dense(10, { useBias: false, name: "head" }), [5], [10], [["head/kernel", [5, 10]]]],
    [new MaxPooling2D(), [24, 25, 32], [12, 12, 32], []],
    [new MaxPooling2D(3, { strides: 2, padding: "same" }), [24, 25, 2], [12, 13, 2], []],
    [new Flatten(), [12, 12, 32], [4608], []],
    [new Dropout(0.4), [12, 12, 32], [12, 12, 32], []],
    [new Activation("relu"), [7], [7], []],
    [new RandomFlip("horizontal"), [28, 28, 1], [28, 28, 1], []],
    [new Rescaling(1 / 255), [28, 28, 1], [28, 28, 1], []],
  ] as [Layer, Shape, Shape, unknown][])("$className, case %#", (layer, input, output, weights) => {
    expect(built(layer, input)).toEqual({ output, weights });
  });
});

describe("lowering a layer", () => {
  const ops = (layer: Layer, input: Shape) => {
    built(layer, input);
    return layer.lower(input).map((node) => node.op);
  };

  it("makes an activation an op of its own, except linear, which needs none", () => {
    expect(ops(new Dense(3, { activation: "softmax" }), [4])).toEqual(["dense", "softmax"]);
    expect(ops(new Conv2D(3, 2, { activation: "relu" }), [4, 4, 1])).toEqual(["conv2d", "relu"]);
    expect(ops(new Dense(3), [4])).toEqual(["dense"]);
    expect(ops(new Activation("linear"), [4])).toEqual([]);
    expect(ops(new Flatten(), [2, 2, 1])).toEqual(["reshape"]);
    expect(ops(new MaxPooling2D(), [2, 2, 1])).toEqual(["maxPool"]);
  });

  it("numbers a dropout by its position in the model, so that two draw differently", () => {
    const layer = new Dropout(0.5);
    layer.build([[4]], { name: "dropout", seed: 1, position: 6, weightsBefore: 0 });
    expect(layer.lower([4])).toEqual([{ op: "dropout", owner: "dropout", rate: 0.5, layer: 6 }]);
  });
});

describe("a dropout with a noise shape", () => {
  it.each([
    [[null, 1, 1, 1], 1],
    [[null, 1, 1, null], 3],
    [[null, 1, 4, 3], 12],
    [[null, null, null, null], undefined],
  ])("%j of [batch, 2, 4, 3] draws for each sample", (noiseShape, units) => {
    const layer = new Dropout(0.5, { noiseShape });
    const node = { op: units ? "spatialDropout" : "dropout", ...(units && { units }) };
    expect(layer.lower([2, 4, 3])).toMatchObject([node]);
    expect(Dropout.fromConfig(layer.getConfig()).noiseShape).toEqual(noiseShape);
  });

  it("is refused where it shares an axis after one that it does not", () => {
    expect(() => new Dropout(0.5, { noiseShape: [null, 2, 1, 1] }).outputShape([2, 4, 3])).toThrow(
      "Dropout: expected noiseShape to fit [batch, 2, 4, 3], first axes of size 1, then the input's own, received [null,2,1,1]. Correct noiseShape: [null, 1, 1, 1] drops whole samples, [null, 1, 1, null] whole channels.",
    );
  });

  it("is refused where it shares a draw among samples", () => {
    expect(() => Dropout.fromConfig({ name: "d", rate: 0.5, noise_shape: [1, 4] })).toThrow(
      "expected noiseShape to be a list of sizes, null for the batch first",
    );
  });
});

describe("the weights of a built layer", () => {
  it("have a penalty if they have a regularizer", () => {
    const layer = new Dense(3, { kernelRegularizer: "l2" });
    built(layer, [4]);
    expect(layer.weights.map(({ penalty }) => penalty)).toEqual([{ l1: 0, l2: 0.01 }, undefined]);
  });

  it("are filled by their initializers", () => {
    const layer = new Dense(3, { kernelInitializer: "zeros", biasInitializer: new HeUniform() });
    built(layer, [4]);
    expect(layer.weights[0]!.values.every((value) => value === 0)).toBe(true);
    expect(layer.weights[1]!.values.every((value) => value !== 0)).toBe(true);
  });
});

describe("a layer is read back from its configuration:", () => {
  it.each([
    new Activation("softmax", { name: "last" }),
    new Conv2D(16, 3),
    new Conv2D(4, [1, 5], {
      name: "c",
      strides: [2, 1],
      padding: "same",
      activation: "relu",
      useBias: false,
      kernelInitializer: "heUniform",
      biasInitializer: "glorotUniform",
      kernelRegularizer: new L1(0.5),
    }),
    new Dense(7),
    new Dense(7, { activation: "softmax", kernelRegularizer: new L2(0.25), name: "d" }),
    new Dense(7, { kernelRegularizer: new L1L2({ l1: 0.5, l2: 0.25 }), useBias: false }),
    new Dropout(0.4),
    new Flatten(),
    new MaxPooling2D([2, 3]),
    new MaxPooling2D(3, { strides: [1, 2], padding: "same" }),
    new RandomFlip(),
    new RandomFlip("vertical", { name: "r" }),
    new Rescaling(1 / 127.5, { offset: -1 }),
  ])("$className, case %#", (layer) => {
    const saved = JSON.parse(JSON.stringify({ class_name: layer.className, config: layer.getConfig() }));
    const again = layers.deserialize("test", saved);
    expect(again.constructor).toBe(layer.constructor);
    expect(again).not.toBe(layer);
    expect(again.getConfig()).toEqual(layer.getConfig());
  });

  it("also from Keras's, with null strides, and initializers and activations by name", () => {
    const pool = layers.deserialize("test", {
      class_name: "MaxPooling2D",
      config: { pool_size: [3, 3], strides: null },
    });
    expect(pool).toMatchObject({ strides: [3, 3], padding: "valid" });
    const dense = {
      units: 3,
      activation: "relu",
      kernel_initializer: "he_uniform",
      kernel_regularizer: "l1",
    };
    expect(layers.deserialize("test", { class_name: "Dense", config: dense }).getConfig()).toMatchObject({
      activation: "relu",
      kernel_initializer: { class_name: "HeUniform" },
      kernel_regularizer: { class_name: "L1", config: { l1: 0.01 } },
    });
  });
});

const bad = <T>(value: unknown) => value as T;
refuses("wrong options", [
  [
    () => new RandomFlip(bad("sideways")),
    'RandomFlip: expected mode to be one of horizontal, vertical, horizontal_and_vertical, received "sideways". Choose one of them.',
  ],
  [
    () => built(new RandomFlip("vertical", { name: "r" }), [784]),
    'RandomFlip "r": expected an input [batch, height, width, channels], received [batch, 784]. Pass images that are not flattened.',
  ],
  [
    () => new Conv2D(-3, 3),
    "Conv2D: expected filters to be a whole number of at least 1, received -3. Correct filters.",
  ],
  [
    () => new Conv2D(1.5, 3, { name: "c" }),
    'Conv2D "c": expected filters to be a whole number of at least 1, received 1.5. Correct filters.',
  ],
  [
    () => new Conv2D(4, 0),
    "Conv2D: expected kernelSize to be a whole number of at least 1, received 0. Correct kernelSize.",
  ],
  [
    () => new Conv2D(4, bad([3])),
    "Conv2D: expected kernelSize to be a number or [height, width], received [3]. Correct kernelSize.",
  ],
  [
    () => new Conv2D(4, 3, { strides: [1, 0] }),
    "Conv2D: expected strides to be a whole number of at least 1, received 0. Correct strides.",
  ],
  [
    () => new Conv2D(4, 3, { dilationRate: -1 }),
    "Conv2D: expected dilationRate to be a whole number of at least 1, received -1. Correct dilationRate.",
  ],
  [
    () => new Conv2D(4, 3, { padding: bad("full") }),
    'Conv2D: expected padding to be "valid" or "same", received "full". Correct padding.',
  ],
  [
    () => new Conv2D(4, 3, { activation: bad("glu") }),
    'Conv2D: expected activation to be one of linear, relu, leakyRelu, elu, selu, gelu, geluTanh, silu, sigmoid, tanh, softplus, softmax, hardSwish, swish, hardSilu, received "glu". Did you mean gelu?',
  ],
  [
    () => new Conv2D(4, 3, { kernelRegularizer: "l3" as never }),
    'Conv2D, kernelRegularizer: expected regularizer to be one of L1, L2, L1L2, received "l3". Choose one of them.',
  ],
  [
    () => new Dense(0, { name: "head" }),
    'Dense "head": expected units to be a whole number of at least 1, received 0. Correct units.',
  ],
  [
    () => new Dense(3, { kernelInitializer: "one" as never }),
    'Dense, kernelInitializer: expected initializer to be one of Zeros, Ones, Constant, RandomUniform, RandomNormal, TruncatedNormal, VarianceScaling, GlorotUniform, GlorotNormal, HeUniform, HeNormal, LecunUniform, LecunNormal, Orthogonal, Identity, received "one". Did you mean Ones?',
  ],
  [
    () => new Activation(bad("tanhh")),
    'Activation: expected activation to be one of linear, relu, leakyRelu, elu, selu, gelu, geluTanh, silu, sigmoid, tanh, softplus, softmax, hardSwish, swish, hardSilu, received "tanhh". Did you mean tanh?',
  ],
  [() => new Dropout(1), "Dropout: expected rate to be at least 0 and below 1, received 1. Correct rate."],
  [
    () => new Dropout(-0.1),
    "Dropout: expected rate to be at least 0 and below 1, received -0.1. Correct rate.",
  ],
  [
    () => new Dropout(Number.NaN),
    "Dropout: expected rate to be at least 0 and below 1, received NaN. Correct rate.",
  ],
  [
    () => new MaxPooling2D(0),
    "MaxPooling2D: expected poolSize to be a whole number of at least 1, received 0. Correct poolSize.",
  ],
  [
    () => new MaxPooling2D(2, { padding: bad("SAME") }),
    'MaxPooling2D: expected padding to be "valid" or "same", received "SAME". Did you mean "same"?',
  ],
  [
    () => new Rescaling(Number.NaN),
    "Rescaling: expected scale to be a finite number, received NaN. Correct scale.",
  ],
  [
    () => new Rescaling(1, { offset: Number.POSITIVE_INFINITY }),
    "Rescaling: expected offset to be a finite number, received Infinity. Correct offset.",
  ],
  [
    () => new Conv2D(4, 5).outputShape([4, 9, 1]),
    'Conv2D: expected an input of height at least 5, received height 4. Use padding "same", a smaller window, or a larger input.',
  ],
  [
    () => new Conv2D(4, 3).outputShape([64]),
    "Conv2D: expected an input [batch, height, width, channels], received [batch, 64]. Pass images that are not flattened.",
  ],
  [
    () => new MaxPooling2D(3).outputShape([2, 9, 1]),
    'MaxPooling2D: expected an input of height at least 3, received height 2. Use padding "same", a smaller window, or a larger input.',
  ],
  [
    () => layers.create("config.json", "Conv2D", { filters: 4 }),
    "Conv2D: expected kernelSize to be a whole number of at least 1, received NaN. Correct kernelSize.",
  ],
  [
    () => layers.create("config.json", "Dense", {}),
    "Dense: expected units to be a whole number of at least 1, received NaN. Correct units.",
  ],
]);

describe("a layer refuses", () => {
  it("units whose weights fit in no memory", () => {
    expect(() => built(new Dense(2 ** 20, { name: "d" }), [4608])).toThrow(
      'Dense "d": expected weights within 2.0 GiB, received a kernel [4608, 1048576] of 18.0 GiB. Use fewer filters or units, or pool before it.',
    );
  });

  it("a layer of another model", () => {
    const layer = new Dense(3, { name: "d" });
    built(layer, [4]);
    expect(() => built(layer, [4])).toThrow(
      'Dense "d": expected a layer that no model has yet, received one that is in use. Create a new layer for each model.',
    );
  });
});

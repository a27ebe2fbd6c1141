import { describe, expect, it } from "vitest";
import { refuses } from "../base/refusals.testing.js";
import type { Shape } from "../base/shape.js";
import { L1, L2 } from "../regularizers/index.js";
import { Conv2D, Dense, DepthwiseConv2D, type Layer, layers, SeparableConv2D } from "./index.js";

/** Builds a layer as a model would; returns the shapes of its output and its weights. */
function built(layer: Layer, input: Shape) {
  const output = layer.build([input], { name: layer.name, seed: 1, position: 0, weightsBefore: 0 });
  return { output, weights: layer.weights.map(({ name, shape }) => [name, shape]) };
}

function ops(layer: Layer, input: Shape): string[] {
  built(layer, input);
  return layer.lower(input).map(({ op }) => op);
}

describe("a built convolution has Keras's output and weight shapes:", () => {
  it.each([
    [
      new DepthwiseConv2D(3, { depthMultiplier: 2, name: "d" }),
      [28, 27, 5],
      [26, 25, 10],
      [
        ["d/kernel", [3, 3, 5, 2]],
        ["d/bias", [10]],
      ],
    ],
    [
      new DepthwiseConv2D([1, 5], { padding: "same", strides: 2, useBias: false, name: "d" }),
      [9, 8, 3],
      [5, 4, 3],
      [["d/kernel", [1, 5, 3, 1]]],
    ],
    [
      new SeparableConv2D(7, 3, { depthMultiplier: 2, dilationRate: [1, 2], name: "s" }),
      [9, 8, 3],
      [7, 4, 7],
      [
        ["s/depthwise_kernel", [3, 3, 3, 2]],
        ["s/pointwise_kernel", [1, 1, 6, 7]],
        ["s/bias", [7]],
      ],
    ],
    [
      new Conv2D(6, 3, { groups: 2, name: "g" }),
      [9, 8, 4],
      [7, 6, 6],
      [
        ["g/kernel", [3, 3, 2, 6]],
        ["g/bias", [6]],
      ],
    ],
    [new Dense(6, { useBias: false, name: "m" }), [4, 3, 5], [4, 3, 6], [["m/kernel", [5, 6]]]],
  ] as [Layer, Shape, Shape, unknown][])("$className, case %#", (layer, input, output, weights) => {
    expect(built(layer, input)).toEqual({ output, weights });
  });
});

describe("lowering a convolution", () => {
  it("makes groups of one channel each depthwise, and other groups grouped", () => {
    expect(ops(new DepthwiseConv2D(3, { activation: "relu" }), [9, 9, 4])).toEqual([
      "depthwiseConv2d",
      "relu",
    ]);
    expect(ops(new SeparableConv2D(4, 3), [9, 9, 4])).toEqual(["depthwiseConv2d", "conv2d"]);
    expect(ops(new Conv2D(8, 3, { groups: 4 }), [9, 9, 4])).toEqual(["depthwiseConv2d"]);
    expect(ops(new Conv2D(8, 3, { groups: 2 }), [9, 9, 4])).toEqual(["groupedConv2d"]);
    expect(ops(new Conv2D(8, 3, { groups: 1 }), [9, 9, 4])).toEqual(["conv2d"]);
  });

  it("makes Dense on several rows a 1×1 convolution", () => {
    expect(ops(new Dense(4, { activation: "relu" }), [3, 5])).toEqual(["conv2d", "relu", "reshape"]);
    expect(ops(new Dense(4, { activation: "softmax" }), [2, 3, 5])).toEqual(["conv2d", "softmax"]);
  });
});

describe("a convolution is read back from its configuration:", () => {
  it.each([
    new DepthwiseConv2D(3),
    new DepthwiseConv2D([3, 2], {
      name: "d",
      depthMultiplier: 3,
      strides: [2, 1],
      padding: "same",
      activation: "relu",
      useBias: false,
      depthwiseInitializer: "heUniform",
      biasInitializer: "glorotUniform",
      depthwiseRegularizer: new L1(0.5),
      biasRegularizer: "l2",
      trainable: false,
      depthwiseConstraint: "maxNorm",
      biasConstraint: "maxNorm",
    }),
    new SeparableConv2D(5, 3),
    new SeparableConv2D(5, [3, 2], {
      name: "s",
      depthMultiplier: 3,
      dilationRate: [2, 1],
      padding: "same",
      activation: "gelu",
      depthwiseInitializer: "heUniform",
      pointwiseInitializer: "zeros",
      biasInitializer: "glorotUniform",
      depthwiseRegularizer: new L1(0.5),
      pointwiseRegularizer: new L2(0.25),
      pointwiseConstraint: "maxNorm",
    }),
    new Conv2D(6, 3, { groups: 3, dilationRate: [1, 3], trainable: false }),
    new Dense(3, { trainable: false }),
  ])("$className, case %#", (layer) => {
    const saved = JSON.parse(JSON.stringify({ class_name: layer.className, config: layer.getConfig() }));
    const again = layers.deserialize("test", saved);
    expect(again.constructor).toBe(layer.constructor);
    expect(again.trainable).toBe(layer.trainable);
    expect(again.getConfig()).toEqual(layer.getConfig());
  });
});

refuses("impossible convolutions", [
  [
    () => new Conv2D(6, 3, { groups: 4 }),
    "Conv2D: expected groups that divide the 6 filters, received 4 groups. Change groups, or the number of channels or filters.",
  ],
  [
    () => new Conv2D(6, 3, { groups: 3, name: "g" }).outputShape([9, 9, 4]),
    'Conv2D "g": expected groups that divide the 4 input channels, received 3 groups. Change groups, or the number of channels or filters.',
  ],
  [
    () => new Conv2D(6, 3, { groups: 0 }),
    "Conv2D: expected groups to be a whole number of at least 1, received 0. Correct groups.",
  ],
  [
    () => new DepthwiseConv2D(3, { depthMultiplier: 0 }),
    "DepthwiseConv2D: expected depthMultiplier to be a whole number of at least 1, received 0. Correct depthMultiplier.",
  ],
  [
    () => new SeparableConv2D(0, 3),
    "SeparableConv2D: expected filters to be a whole number of at least 1, received 0. Correct filters.",
  ],
  [
    () => new SeparableConv2D(4, 3, { depthMultiplier: 1.5 }),
    "SeparableConv2D: expected depthMultiplier to be a whole number of at least 1, received 1.5. Correct depthMultiplier.",
  ],
  ...[Conv2D, SeparableConv2D].map((Class): [() => unknown, string] => [
    () => new Class(4, 3, { strides: 2, dilationRate: [1, 2] }),
    `${Class.name}: expected strides of 1 where dilationRate is above 1, as in Keras, received strides [2, 2] with dilationRate [1, 2]. Set one of them to 1.`,
  ]),
  [
    () => new DepthwiseConv2D(3, { strides: [1, 2], dilationRate: 3 }),
    "DepthwiseConv2D: expected strides of 1 where dilationRate is above 1, as in Keras, received strides [1, 2] with dilationRate [3, 3]. Set one of them to 1.",
  ],
  [
    () => new DepthwiseConv2D(5).outputShape([4, 9, 1]),
    'DepthwiseConv2D: expected an input of height at least 5, received height 4. Use padding "same", a smaller window, or a larger input.',
  ],
  [
    () => new SeparableConv2D(2, 5).outputShape([20]),
    "SeparableConv2D: expected an input [batch, height, width, channels], received [batch, 20]. Pass images that are not flattened.",
  ],
  [
    () => layers.create("config.json", "DepthwiseConv2D", { kernel_size: 3, activity_regularizer: {} }),
    "Layer, activity_regularizer: expected regularizer as an object with class_name and config, received {}. Check the configuration file.",
  ],
  [
    () => layers.create("config.json", "SeparableConv2D", { filters: 3 }),
    "SeparableConv2D: expected kernelSize to be a whole number of at least 1, received NaN. Correct kernelSize.",
  ],
]);

describe("getWeights and setWeights", () => {
  it("return and take copies in Keras's order", () => {
    const [one, two] = [new SeparableConv2D(2, 1), new SeparableConv2D(2, 1)];
    built(one, [2, 2, 3]);
    two.build([[2, 2, 3]], { name: "two", seed: 2, position: 0, weightsBefore: 0 });
    const weights = one.getWeights();
    expect(weights.map(({ shape }) => shape)).toEqual([[1, 1, 3, 1], [1, 1, 3, 2], [2]]);
    expect(two.getWeights()).not.toEqual(weights);
    two.setWeights(weights);
    expect(two.getWeights()).toEqual(weights);
    weights[0]!.values.fill(7);
    expect(one.getWeights()).toEqual(two.getWeights());
  });

  it("change nothing if one array has the wrong shape", () => {
    const layer = new Dense(2, { name: "d" });
    built(layer, [3]);
    const before = layer.getWeights();
    const ones = before.map(({ shape, values }) => ({ shape, values: values.map(() => 1) }));
    const next = "Pass them all, in the order of getWeights.";
    expect(() => layer.setWeights(ones.slice(1))).toThrow(
      `Dense "d": expected 2 arrays of weights, received 1. ${next}`,
    );
    const turned = { shape: [2, 3], values: new Float32Array(6) };
    expect(() => layer.setWeights([turned, ones[1]!])).toThrow(
      `Dense "d": expected weight d/kernel [3, 2], received [2, 3] of 6 values. ${next}`,
    );
    expect(() => layer.setWeights([ones[0]!, { shape: [2], values: new Float32Array(3) }])).toThrow(
      `Dense "d": expected weight d/bias [2], received [2] of 3 values. ${next}`,
    );
    expect(layer.getWeights()).toEqual(before);
  });
});

describe("a frozen layer", () => {
  it("has frozen weights, until it is thawed", () => {
    const layer = new Dense(2, { trainable: false });
    built(layer, [3]);
    expect(layer.weights.map(({ trainable }) => trainable)).toEqual([false, false]);
    layer.trainable = true;
    expect(layer.weights.map(({ trainable }) => trainable)).toEqual([true, true]);
  });
});

import { describe, expect, it } from "vitest";
import { Random } from "../base/random.js";
import { sizeOf } from "../base/shape.js";
import {
  Activation,
  AveragePooling2D,
  BatchNormalization,
  Conv2D,
  Cropping2D,
  Dense,
  DepthwiseConv2D,
  Dropout,
  Flatten,
  GlobalAveragePooling2D,
  GlobalMaxPooling2D,
  type Layer,
  LayerNormalization,
  MaxPooling2D,
  MultiHeadAttention,
  Normalization,
  Permute,
  PReLU,
  Rescaling,
  SeparableConv2D,
  UnitNormalization,
  UpSampling2D,
  ZeroPadding2D,
} from "../layers/index.js";
import { Sequential } from "../model/sequential.js";
import { Trace } from "../model/trace.js";
import { Input } from "../network/input.js";
import { placeOf, unitNumbers } from "./unit.js";

/** What each activation of these chains does to a number. */
const functions: Readonly<Record<string, (x: number) => number>> = {
  relu: (x) => Math.max(0, x),
  tanh: Math.tanh,
};

/** Reads every layer's values of an image, and takes every one of them apart. */
async function takeApart(layers: readonly Layer[], shape: readonly number[]) {
  const model = new Sequential([new Input(shape), ...layers]);
  const random = new Random(5, "split");
  for (const weight of model.weights) {
    // Variances are positive.
    const low = weight.name.endsWith("variance") ? 0.5 : -1;
    weight.assign(Float32Array.from({ length: sizeOf(weight.shape) }, () => low + 1.5 * random.uniform()));
  }
  const images = Float32Array.from({ length: sizeOf(shape) }, () => random.uniform() - 0.4);
  const trace = await Trace.open(model, { threads: 1 });
  try {
    const names = model.layers.map(({ name }) => name);
    const { values } = await trace.run({ images, count: 1, shape }, { layers: names });
    return model.placed.map(({ layer, inputs, inputShapes, output }) => {
      const input = inputs[0]! < 0 ? images : values.get(model.layers[inputs[0]!]!.name)!;
      const units = Array.from({ length: sizeOf(output) }, (_, index) =>
        unitNumbers(layer, inputShapes[0]!, input, index),
      );
      return { layer, input, units, values: values.get(layer.name)! };
    });
  } finally {
    trace.close();
  }
}

describe("unitNumbers", () => {
  it.each<[string, () => Layer[]]>([
    ["convolutions", () => [new Conv2D(4, 3, { activation: "relu" }), new Conv2D(3, [2, 1], { strides: 2 })]],
    [
      "convolutions with padding, groups and dilation",
      () => [
        new Conv2D(4, 3, { padding: "same", strides: 2, groups: 2 }),
        new Conv2D(4, 3, { padding: "same", dilationRate: 2, useBias: false, groups: 4 }),
      ],
    ],
    ["depthwise", () => [new DepthwiseConv2D(3, { depthMultiplier: 2, activation: "tanh" })]],
    [
      "separable",
      () => [new SeparableConv2D(3, 3, { padding: "same", depthMultiplier: 2, activation: "relu" })],
    ],
    ["pooling", () => [new MaxPooling2D(2), new AveragePooling2D(3, { strides: 1, padding: "same" })]],
    ["global pooling, the largest", () => [new GlobalMaxPooling2D(), new Dense(3)]],
    ["global pooling, the mean", () => [new GlobalAveragePooling2D({ keepdims: true }), new Dense(3)]],
    [
      "dense",
      () => [new Dropout(0.5), new Flatten(), new Dense(5, { activation: "relu" }), new Activation("tanh")],
    ],
    [
      "normalization by moving statistics",
      () => [new BatchNormalization(), new BatchNormalization({ scale: false })],
    ],
    [
      "normalization by the row",
      () => [new LayerNormalization(), new UnitNormalization(), new Rescaling(2, { offset: 1 })],
    ],
    ["normalization by given statistics", () => [new Normalization({ mean: [1, 2], variance: [0.5, 4] })]],
    [
      "moving",
      () => [
        new ZeroPadding2D(1),
        new Cropping2D([
          [0, 1],
          [2, 0],
        ]),
        new UpSampling2D(2),
        new Permute([3, 1, 2]),
      ],
    ],
  ])("makes the values that the engine computes, %s", async (_, layers) => {
    for (const { input, units, values } of await takeApart(layers(), [6, 5, 2])) {
      units.forEach((unit, index) => {
        const { how, terms, bias, value, activations } = unit!;
        const made = activations.reduce((x, name) => functions[name]!(x), value);
        expect(made).toBeCloseTo(values[index]!, 4);
        if (how === "sum") {
          expect(terms.reduce((sum, one) => sum + one.input * one.weight, bias)).toBeCloseTo(value, 8);
        }
        if (units.length > 1 && how === "largest")
          expect(Math.max(...terms.map((one) => one.input))).toBe(value);
        // What it says it reads is what the layer reads; of a separable layer, what its first half makes.
        if (terms.length > 0 && how !== "sum") expect(terms[0]!.input).toBe(input[terms[0]!.index]);
      });
    }
  });

  it("names the place of each input in its window, and leaves padding out", async () => {
    const [{ units }] = (await takeApart([new Conv2D(1, 3, { padding: "same" })], [4, 4, 2])) as [
      Awaited<ReturnType<typeof takeApart>>[number],
    ];
    // The upper left corner sees four of nine pixels.
    expect(units[0]!.terms.map(({ tap, channel }) => [tap, channel])).toEqual([
      [4, 0],
      [4, 1],
      [5, 0],
      [5, 1],
      [7, 0],
      [7, 1],
      [8, 0],
      [8, 1],
    ]);
    expect(units[0]!.window).toEqual([3, 3]);
    expect(units[5]!.terms).toHaveLength(18);
    expect(placeOf(units[5]!.terms[3]!.index, [4, 4, 2])).toEqual([0, 1, 1]);
  });

  it("names the activations that follow, and says of other layers that it cannot", async () => {
    const [first, second] = await takeApart([new PReLU(), new Activation("softmax")], [3, 3, 1]);
    expect(first!.units[4]).toMatchObject({ how: "copy", activations: ["prelu"] });
    expect(second!.units[0]).toMatchObject({ activations: ["softmax"] });
    const attention = new MultiHeadAttention(1, 2);
    attention.build(
      [
        [4, 2],
        [4, 2],
      ],
      { name: "attention", seed: 1, position: 0, weightsBefore: 0 },
    );
    expect(unitNumbers(attention, [4, 2], new Float32Array(8), 0)).toBeUndefined();
  });
});

import { describe, expect, it } from "vitest";
import { Random } from "../base/random.js";
import {
  Add,
  BatchNormalization,
  Conv2D,
  Dense,
  DepthwiseConv2D,
  Flatten,
  GlobalAveragePooling2D,
  GroupNormalization,
  input,
  type Layer,
  MaxPooling2D,
  MultiHeadAttention,
  ReLU,
  Rescaling,
  Reshape,
  type Tensor,
} from "../layers/index.js";
import { Model } from "../model/model.js";
import { callerPredictor } from "./caller-predictor.js";
import { standaloneModule } from "./standalone-module.js";
import { standaloneOf } from "./standalone-of.js";

const SHAPE = [14, 13, 3] as const;
const SIZE = 14 * 13 * 3;
/** More than are computed at once. */
const COUNT = 11;

const chain = (x: Tensor, ...layers: readonly Layer[]): Tensor =>
  layers.reduce((value, layer) => layer.apply(value), x);

/** A module of the model, from its text. */
async function imported(text: string) {
  return import(`data:text/javascript,${encodeURIComponent(text)}`) as Promise<{
    readonly classes: readonly string[];
    classify(pixels: ArrayLike<number>): { label: string; probability: number }[];
    classifyBatch(pixels: ArrayLike<number>): { label: string; probability: number }[][];
    selfTest(): { passed: boolean; reason?: string };
  }>;
}

const graphs: readonly (readonly [string, (x: Tensor) => Tensor])[] = [
  [
    "LeNet",
    (x) =>
      chain(
        x,
        new Rescaling(1 / 255, { offset: -0.5 }),
        new Conv2D(6, 5, { padding: "same", activation: "tanh" }),
        new MaxPooling2D(2),
        new Flatten(),
        new Dense(12, { activation: "sigmoid" }),
      ),
  ],
  [
    "a residual net",
    (x) => {
      const first = chain(x, new Conv2D(16, 3, { padding: "same" }), new BatchNormalization(), new ReLU());
      const second = chain(first, new Conv2D(16, 3, { padding: "same" }), new BatchNormalization());
      return chain(new Add().apply([first, second]), new ReLU(), new GlobalAveragePooling2D());
    },
  ],
  [
    "depthwise convolutions",
    (x) =>
      chain(
        x,
        new DepthwiseConv2D(3, { strides: 2, padding: "same", depthMultiplier: 2 }),
        new BatchNormalization(),
        new ReLU({ maxValue: 6 }),
        new Conv2D(9, 1, { groups: 3 }),
        new Flatten(),
      ),
  ],
  [
    "attention and groups",
    (x) => {
      const rows = chain(x, new Reshape([14, 39]), new GroupNormalization({ groups: 3 }));
      return chain(new MultiHeadAttention(2, 4).apply([rows, rows]), new Flatten());
    },
  ],
];

describe("a model with kernels", () => {
  it.each(graphs)("has the bits of model.predict: %s", async (_, last) => {
    const inputs = input(SHAPE);
    const outputs = chain(last(inputs), new Dense(4, { activation: "softmax" }));
    const model = new Model({ inputs, outputs }, { seed: 3 });
    try {
      const random = new Random(1, "split", COUNT);
      const images = Uint8Array.from({ length: COUNT * SIZE }, () => random.below(256));
      const expected = await model.predict({ images, count: COUNT, shape: SHAPE });
      const { mjs, dts } = standaloneModule(await standaloneOf(model, { weights: "f32", wasm: true }));
      expect(dts).toContain("export declare function classifyBatch");
      // Edge runtimes compile WebAssembly only while a program starts, and wait for nothing then.
      expect(mjs).not.toMatch(/\bawait\b/);
      const own = await imported(mjs);
      expect(own.selfTest()).toMatchObject({ passed: true });
      const rows = own.classifyBatch(images);
      const values = rows.flatMap((row) =>
        own.classes.map((name) => row.find(({ label }) => label === name)!.probability),
      );
      expect(values).toEqual([...expected]);
      expect(own.classify(images.subarray(0, SIZE))).toEqual(rows[0]);
      const predict = await callerPredictor(model);
      expect(predict(images, COUNT)).toEqual(expected);
      expect(predict(Float32Array.from(images), COUNT)).toEqual(expected);
    } finally {
      model.dispose();
    }
  });

  it("finds out that its weights were changed, and refuses half an image", async () => {
    const inputs = input([4, 4, 1]);
    const outputs = chain(inputs, new Flatten(), new Dense(2, { activation: "softmax" }));
    const model = new Model({ inputs, outputs }, { seed: 1 });
    try {
      const standalone = await standaloneOf(model, { wasm: true });
      const weights = standalone.weights.slice();
      weights[5]! ^= 1;
      const own = await imported(standaloneModule({ ...standalone, weights }).mjs);
      expect(own.selfTest()).toMatchObject({
        passed: false,
        reason: "the weights are not those that were exported",
      });
      expect(() => own.classifyBatch(new Uint8Array(24))).toThrow(
        "classifyBatch: expected images of 16 values, 4×4×1, received 24",
      );
      expect(() => own.classifyBatch([])).toThrow("received 0");
    } finally {
      model.dispose();
    }
  });
});

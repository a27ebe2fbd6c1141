// Ten training steps of whole models, against real Keras: tools/golden/whole-models.py wrote the values.
import { describe, expect, it } from "vitest";
import { againstKeras, BOUNDS, readGolden } from "../base/golden.testing.js";
import { type Shape, sizeOf } from "../base/shape.js";
import { optimizers } from "../optimizers/index.js";
import { modelFromJson } from "./load.js";

interface Golden {
  readonly keras: string;
  readonly models: readonly {
    readonly name: string;
    readonly model: unknown;
    readonly optimizer: unknown;
    readonly shape: Shape;
    readonly samples: number;
    readonly batchSize: number;
    /** Each weight by name, in 65536ths. */
    readonly before: Readonly<Record<string, readonly number[]>>;
    /** One for each step. */
    readonly losses: readonly number[];
    readonly after: Readonly<Record<string, readonly number[]>>;
    readonly predictions: readonly number[];
  }[];
}

const golden = readGolden<Golden>("whole-models");
const CLASSES = 10;

/** The script's noise: bytes of a linear congruential generator. */
function noise(count: number, seed: number): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  });
}

/** The script's images: noise, and stripes whose place is the class. */
function imagesOf(shape: Shape, count: number) {
  const size = sizeOf(shape);
  const labels = noise(count, 1).map((byte) => byte % CLASSES);
  const images = noise(count * size, 2).map((byte, index) => {
    const stripe = ((index % size) + 7 * labels[Math.floor(index / size)]!) % CLASSES < 3;
    return (byte >> 1) + (stripe ? 100 : 0);
  });
  return { images, labels, count, shape };
}

describe.each(golden.models)("ten steps of $name", (example) => {
  const { name: row, shape, samples, batchSize, before, after, losses } = example;

  it.each([["strict", false] as const, ["fma", true] as const])(
    "end with Keras's weights on %s kernels",
    async (kernels, fast) => {
      const compare = againstKeras({ part: "models", row, id: row, kernels, bound: BOUNDS.model });
      const model = modelFromJson("golden", example.model);
      expect(model.weights.map(({ name }) => name).sort()).toEqual(Object.keys(before).sort());
      for (const { name, values } of model.weights) {
        expect(values.length, name).toBe(before[name]!.length);
        values.set(before[name]!.map((value) => value / 65536));
      }
      const optimizer = optimizers.deserialize("golden", example.optimizer);
      model.compile({ optimizer, threads: 2, fast });
      try {
        expect((await model.engine()).variant).toBe(kernels);
        const data = imagesOf(shape, samples);
        const steps = { epochs: losses.length, stepsPerEpoch: 1, batchSize, shuffle: false };
        const history = await model.fit(data, steps);
        const own = history.epochs.map(({ loss }) => loss);
        compare("losses", own, losses);
        for (const { name, trainable, values } of model.weights) {
          compare(trainable ? "weights" : "moving statistics", values, after[name]!);
        }
        compare("predictions", await model.predict(data), example.predictions);
      } finally {
        model.dispose();
      }
    },
  );

  it("move every weight by far more than the error allowed", () => {
    const moved = Object.entries(after).map(([weight, values]) =>
      Math.max(...values.map((value, index) => Math.abs(value - before[weight]![index]! / 65536))),
    );
    expect(Math.min(...moved)).toBeGreaterThan(5 * BOUNDS.model);
    expect(losses.length).toBe(10);
    expect(losses.at(-1)).not.toBeCloseTo(losses[0]!, 2);
  });
});

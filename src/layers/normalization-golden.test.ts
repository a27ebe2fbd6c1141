// Batch and layer normalization against real Keras: tools/golden/normalization.py wrote what it made of the inputs.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { OpNode } from "../ops/node.js";
import { onEachVariant, runChain } from "../ops/op-lab.testing.js";
import { layers } from "./index.js";

interface Golden {
  readonly keras: string;
  readonly cases: readonly {
    readonly layer: { readonly class_name: string; readonly config: unknown };
    readonly training: boolean;
    /** With the batch. */
    readonly shape: readonly number[];
    readonly weights: readonly number[][];
    /** The weights behind the call. */
    readonly after: readonly number[][];
    /** Of the trained weights, which come first. */
    readonly gradients: readonly number[][];
    readonly x: readonly number[];
    readonly dy: readonly number[];
    readonly y: readonly number[];
    readonly dx: readonly number[];
  }[];
}

const file = new URL("../../tests/golden/normalization.json", import.meta.url);
const golden = JSON.parse(readFileSync(file, "utf8")) as Golden;
const named = golden.cases.map((example, number) => {
  const when = example.training ? "training" : "inference";
  return [`${number} ${example.layer.class_name} of [${example.shape}], ${when}`, example] as const;
});

describe(`Keras ${golden.keras}`, () => {
  onEachVariant("gives the same outputs, gradients and moving statistics", (engine) => {
    it.each(named)("%s", async (_, example) => {
      const [samples, ...shape] = example.shape;
      const layer = layers.deserialize("golden", example.layer);
      layer.build(shape, { name: layer.name, seed: 1, position: 0, weightsBefore: 0 });
      expect(layer.weights.length).toBe(example.weights.length);
      layer.weights.forEach((weight, index) => {
        weight.values.set(example.weights[index]!);
      });
      const result = await runChain(engine(), {
        nodes: layer.lower(shape) as readonly OpNode[],
        ...{ shape, samples: samples!, batchSize: samples! + 3, shards: 3, training: example.training },
        x: Float32Array.from(example.x),
        dy: Float32Array.from(example.dy),
      });
      expectEach(result.y, example.y);
      expectEach(result.dx, example.dx);
      expect(layer.weights.filter(({ trainable }) => trainable).length).toBe(example.gradients.length);
      example.gradients.forEach((expected, index) => {
        expectEach(result.gradient(layer.weights[index]), expected);
      });
      layer.weights.forEach((weight, index) => {
        expectEach(result.after(weight), example.after[index]!);
      });
    });
  });
});

/** Each value within 1e-5 of itself, or of one where it is smaller. */
function expectEach(actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  expect(actual.length).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs(actual[i]! - expected[i]!) / Math.max(1, Math.abs(expected[i]!));
    // Written so that NaN fails.
    if (!(error <= 1e-5)) expect.fail(`value ${i}: expected ${expected[i]}, received ${actual[i]}`);
  }
}

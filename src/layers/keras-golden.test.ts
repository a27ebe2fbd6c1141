// Layers against real Keras: the scripts of these names in tools/golden/ wrote what it made of the same inputs.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { OpNode } from "../ops/node.js";
import { onEachVariant, runChain } from "../ops/op-lab.testing.js";
import { layers } from "./index.js";

interface Golden {
  readonly keras: string;
  readonly cases: readonly {
    readonly layer: { readonly class_name: string; readonly config: unknown };
    /** Shapes with the batch. */
    readonly input: readonly number[];
    readonly output: readonly number[];
    readonly weights: readonly number[][];
    readonly gradients: readonly number[][];
    readonly x: readonly number[];
    readonly dy: readonly number[];
    readonly y: readonly number[];
    readonly dx: readonly number[];
  }[];
}

describe.each(["activations-pooling", "convolutions"])("Keras, %s", (name) => {
  const file = new URL(`../../tests/golden/${name}.json`, import.meta.url);
  const golden = JSON.parse(readFileSync(file, "utf8")) as Golden;
  onEachVariant("layers give its outputs and gradients", (engine) => {
    it.each(
      golden.cases.map((example, number) => [`${number} ${example.layer.class_name}`, example] as const),
    )("%s", async (_, example) => {
      const [samples, ...shape] = example.input;
      const layer = layers.deserialize("golden", example.layer);
      const output = layer.build(shape, { name: layer.name, seed: 1, position: 0, weightsBefore: 0 });
      expect([samples, ...output]).toEqual(example.output);
      expect(layer.weights.length).toBe(example.weights.length);
      layer.weights.forEach((weight, index) => {
        weight.values.set(example.weights[index]!);
      });
      const nodes = layer.lower(shape) as readonly OpNode[];
      // No op at all, such as a linear activation, has nothing to run.
      if (nodes.length === 0) {
        expect(example.y).toEqual(example.x);
        return;
      }
      const result = await runChain(engine(), {
        ...{ nodes, shape, samples: samples!, training: false },
        x: Float32Array.from(example.x),
        dy: Float32Array.from(example.dy),
      });
      expectEach(result.y, example.y);
      expectEach(result.dx, example.dx);
      layer.weights.forEach((weight, index) => {
        expectEach(result.gradient(weight), example.gradients[index]!);
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

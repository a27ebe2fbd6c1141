// Batch, layer and group normalization against real Keras: tools/golden/normalization.py wrote its results.
import { describe, expect, it } from "vitest";
import { againstKeras, readGolden } from "../base/golden.testing.js";
import type { OpNode } from "../ops/node.js";
import { onEachVariant, runChain } from "../ops/op-lab.testing.js";
import { layers } from "./index.js";

interface Golden {
  readonly keras: string;
  readonly cases: readonly {
    readonly layer: { readonly class_name: string; readonly config: unknown };
    readonly training: boolean;
    /** Batch included. */
    readonly shape: readonly number[];
    readonly weights: readonly number[][];
    /** The weights after the call. */
    readonly after: readonly number[][];
    /** Gradients of the trainable weights, which come first. */
    readonly gradients: readonly number[][];
    readonly x: readonly number[];
    readonly dy: readonly number[];
    readonly y: readonly number[];
    readonly dx: readonly number[];
  }[];
}

const golden = readGolden<Golden>("normalization");
const named = golden.cases.map((example, number) => {
  const when = example.training ? "training" : "inference";
  return [`${number} ${example.layer.class_name} of [${example.shape}], ${when}`, example] as const;
});

describe("normalization layers", () => {
  onEachVariant(`have the outputs, gradients and moving statistics of Keras ${golden.keras}`, (engine) => {
    it.each(named)("%s", async (id, example) => {
      const row = example.layer.class_name;
      const compare = againstKeras({ part: "layers", row, id, kernels: engine().variant });
      const [samples, ...shape] = example.shape;
      const layer = layers.deserialize("golden", example.layer);
      layer.build([shape], { name: layer.name, seed: 1, position: 0, weightsBefore: 0 });
      expect(layer.weights.length).toBe(example.weights.length);
      layer.weights.forEach((weight, index) => {
        weight.values.set(example.weights[index]!);
      });
      const result = await runChain(engine(), {
        nodes: layer.lower(shape) as readonly OpNode[],
        shape,
        samples: samples!,
        batchSize: samples! + 3,
        shards: 3,
        training: example.training,
        x: Float32Array.from(example.x),
        dy: Float32Array.from(example.dy),
      });
      compare("outputs", result.y, example.y);
      compare("gradients", result.dx, example.dx);
      expect(layer.weights.filter(({ trainable }) => trainable).length).toBe(example.gradients.length);
      example.gradients.forEach((expected, index) => {
        compare("gradients", result.gradient(layer.weights[index]), expected);
      });
      layer.weights.forEach((weight, index) => {
        if (weight.trainable) expect(result.after(weight)).toEqual(Float32Array.from(example.after[index]!));
        else compare("moving statistics", result.after(weight), example.after[index]!);
      });
    });
  });
});

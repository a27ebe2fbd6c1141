import { describe, expect, it } from "vitest";
import { againstKeras, readGolden } from "../base/golden.testing.js";
import { type Shape, sizeOf } from "../base/shape.js";
import type { OpNode } from "../ops/node.js";
import { onEachVariant, runChain } from "../ops/op-lab.testing.js";
import { layers, Normalization } from "./index.js";

/** Keras's results, written by tools/golden/preprocessing.py. */
const golden = readGolden<{
  layers: {
    class_name: string;
    config: Record<string, never>;
    training: boolean;
    shape: Shape;
    y_shape: Shape;
    y: number[];
    dx?: number[];
  }[];
  contrast: {
    factor: number;
    value_range: [number, number];
    shape: [number, number, number];
    y: number[];
    dx: number[];
  }[];
  adapted: { axis: number | number[] | null; shape: Shape; mean: number[]; variance: number[] }[];
}>("preprocessing/cases");

/** The script's rule: multiples of 1/16 within ±2. */
function numbers(count: number, factor: number): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: count }, (_, i) => (((i * factor + i * i * 11) % 65) - 32) / 16);
}

onEachVariant("preprocessing layers", (engine) => {
  it.each(golden.layers.map((one) => [`${one.class_name} ${JSON.stringify(one.config)}`, one] as const))(
    "%s has Keras's outputs and gradients",
    async (_, { class_name, config, training, shape, y_shape, y, dx }) => {
      const layer = layers.deserialize("test", { class_name, config });
      const context = { name: "layer", seed: 1, position: 0, weightsBefore: 0 };
      expect(layer.build([shape], context)).toEqual(y_shape);
      const result = await runChain(engine(), {
        // None of these layers merges values.
        nodes: layer.lower(shape) as OpNode[],
        shape,
        x: numbers(2 * sizeOf(shape), 37),
        dy: numbers(2 * sizeOf(y_shape), 23),
        samples: 2,
        training,
      });
      const place = { part: "preprocessing", row: class_name, kernels: engine().variant };
      const compare = againstKeras({ ...place, id: JSON.stringify([config, shape, training]) });
      compare("outputs", result.y, y);
      if (dx) compare("gradients", result.dx, dx);
    },
  );

  it.each(golden.contrast)("RandomContrast by $factor has Keras's outputs and gradients", async (one) => {
    const { factor, value_range: valueRange, shape, y, dx } = one;
    const count = 2 * sizeOf(shape);
    const node = { op: "randomContrast", owner: "contrast", layer: 0 } as const;
    const result = await runChain(engine(), {
      nodes: [{ ...node, factor: [factor, factor], valueRange }],
      shape,
      x: numbers(count, 37),
      dy: numbers(count, 23),
      samples: 2,
    });
    const place = { part: "preprocessing", row: "RandomContrast", kernels: engine().variant };
    const compare = againstKeras({ ...place, id: factor });
    compare("outputs", result.y, y);
    compare("gradients", result.dx, dx);
  });
});

describe("Normalization.adapt", () => {
  it.each(golden.adapted)("on axis $axis of $shape computes Keras's mean and variance", (one) => {
    const { axis, shape, mean, variance } = one;
    const normalization = new Normalization({ axis });
    normalization.adapt({ images: numbers(7 * sizeOf(shape), 37), shape });
    const id = `adapt ${axis} ${shape}`;
    const compare = againstKeras({ part: "preprocessing", row: "Normalization", id });
    compare("adapted statistics", normalization.mean!, mean);
    compare("adapted statistics", normalization.variance!, variance);
  });
});

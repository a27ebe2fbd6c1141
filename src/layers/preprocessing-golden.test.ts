import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type Shape, sizeOf } from "../base/shape.js";
import type { OpNode } from "../ops/node.js";
import { expectClose, onEachVariant, runChain } from "../ops/op-lab.testing.js";
import { layers, Normalization } from "./index.js";

/** What Keras answered: tools/golden/preprocessing.py. */
const golden = JSON.parse(
  readFileSync(new URL("../../tests/golden/preprocessing/cases.json", import.meta.url), "utf8"),
) as {
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
  adapted: { axis: -1 | null; shape: Shape; mean: number[]; variance: number[] }[];
};

/** The script's rule: multiples of 1/16 within ±2. */
function numbers(count: number, factor: number): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: count }, (_, i) => (((i * factor + i * i * 11) % 65) - 32) / 16);
}

onEachVariant("preprocessing layers", (engine) => {
  it.each(golden.layers.map((one) => [`${one.class_name} ${JSON.stringify(one.config)}`, one] as const))(
    "%s answers as Keras does",
    async (_, { class_name, config, training, shape, y_shape, y, dx }) => {
      const layer = layers.deserialize("test", { class_name, config });
      const context = { name: "layer", seed: 1, position: 0, weightsBefore: 0 };
      expect(layer.build(shape, context)).toEqual(y_shape);
      const result = await runChain(engine(), {
        // None of them reads several values.
        nodes: layer.lower(shape) as OpNode[],
        ...{ shape, x: numbers(2 * sizeOf(shape), 37), dy: numbers(2 * sizeOf(y_shape), 23) },
        ...{ samples: 2, training },
      });
      expectClose(result.y, y, 2e-6);
      if (dx) expectClose(result.dx, dx, 2e-6);
    },
  );

  it.each(golden.contrast)("contrast by $factor is Keras's, gradient included", async (one) => {
    const { factor, value_range: valueRange, shape, y, dx } = one;
    const count = 2 * sizeOf(shape);
    const node = { op: "randomContrast", owner: "contrast", layer: 0 } as const;
    const result = await runChain(engine(), {
      nodes: [{ ...node, factor: [factor, factor], valueRange }],
      ...{ shape, x: numbers(count, 37), dy: numbers(count, 23), samples: 2 },
    });
    expectClose(result.y, y, 1e-6);
    expectClose(result.dx, dx, 1e-6);
  });
});

describe("Normalization.adapt", () => {
  it.each(golden.adapted)("on axis $axis of $shape takes Keras's mean and variance", (one) => {
    const { axis, shape, mean, variance } = one;
    const normalization = new Normalization({ axis });
    normalization.adapt({ images: numbers(7 * sizeOf(shape), 37), shape });
    expectClose(normalization.mean!, mean, 1e-6);
    expectClose(normalization.variance!, variance, 1e-6);
  });
});

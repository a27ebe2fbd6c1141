// Layers against real Keras: the scripts of these names in tools/golden/ wrote Keras's results for the same inputs.
import { describe, expect, it } from "vitest";
import { againstKeras, readGolden } from "../base/golden.testing.js";
import type { JsonObject } from "../base/json.js";
import { sizeOf } from "../base/shape.js";
import type { MergeNode } from "../ops/merge.js";
import type { OpNode } from "../ops/node.js";
import { onEachVariant, runChain, runMerge } from "../ops/op-lab.testing.js";
import { layers } from "./index.js";

interface Saved {
  readonly class_name: string;
  readonly config: JsonObject;
}

interface Golden {
  readonly keras: string;
  readonly cases: readonly {
    readonly layer: Saved;
    /** Shapes, batch included. */
    readonly input: readonly number[];
    readonly output: readonly number[];
    readonly weights: readonly number[][];
    readonly gradients: readonly number[][];
    readonly x: readonly number[];
    readonly dy: readonly number[];
    readonly y: readonly number[];
    readonly dx: readonly number[];
  }[];
  readonly merges?: readonly {
    readonly layer: Saved;
    readonly inputs: readonly (readonly number[])[];
    readonly output: readonly number[];
    readonly xs: readonly (readonly number[])[];
    readonly dy: readonly number[];
    readonly y: readonly number[];
    readonly dxs: readonly (readonly number[])[];
    /** Of a layer with weights. */
    readonly weights?: readonly number[][];
    readonly gradients?: readonly number[][];
  }[];
}

/** A layer's place in the table: a rescaling is among the preprocessing layers, an activation under its name. */
function placeOf({ class_name: row, config }: Saved) {
  if (row === "Activation") return { part: "activations", row: String(config["activation"]) };
  return { part: row === "Rescaling" ? "preprocessing" : "layers", row };
}

const context = { name: "layer", seed: 1, position: 0, weightsBefore: 0 };

describe.each([
  "activations-pooling",
  "activation-layers",
  "convolutions",
  "layers",
  "shape-layers",
  "attention",
])("layers of Keras's %s cases", (name) => {
  const golden = readGolden<Golden>(name);

  onEachVariant("have its outputs and gradients", (engine) => {
    it.each(
      golden.cases.map((example, number) => [`${number} ${example.layer.class_name}`, example] as const),
    )("%s", async (title, example) => {
      const kernels = engine().variant;
      const compare = againstKeras({ ...placeOf(example.layer), id: `${name} ${title}`, kernels });
      const [samples, ...shape] = example.input;
      const layer = layers.deserialize("golden", example.layer);
      expect([samples, ...layer.build([shape], context)]).toEqual(example.output);
      expect(layer.weights.length).toBe(example.weights.length);
      layer.weights.forEach((weight, index) => {
        weight.values.set(example.weights[index]!);
      });
      const nodes = layer.lower(shape) as readonly OpNode[];
      // A layer without ops, such as a linear activation, has nothing to run.
      if (nodes.length === 0) {
        compare("outputs", example.x, example.y);
        compare("gradients", example.dy, example.dx);
        return;
      }
      const result = await runChain(engine(), {
        nodes,
        shape,
        samples: samples!,
        training: false,
        x: Float32Array.from(example.x),
        dy: Float32Array.from(example.dy),
      });
      compare("outputs", result.y, example.y);
      compare("gradients", result.dx, example.dx);
      layer.weights.forEach((weight, index) => {
        compare("gradients", result.gradient(weight), example.gradients[index]!);
      });
    });

    const merges = golden.merges?.map((example, number) => [
      `${number} ${example.layer.class_name}`,
      example,
    ]);
    it.each((merges ?? []) as [string, NonNullable<Golden["merges"]>[number]][])(
      "merging: %s",
      async (title, example) => {
        const kernels = engine().variant;
        const compare = againstKeras({ ...placeOf(example.layer), id: `${name} merge ${title}`, kernels });
        const shapes = example.inputs.map(([, ...shape]) => shape);
        const [samples, ...output] = example.output;
        const layer = layers.deserialize("golden", example.layer);
        expect(layer.build(shapes, context)).toEqual(output);
        const weights = example.weights ?? [];
        expect(layer.weights.length).toBe(weights.length);
        layer.weights.forEach((weight, index) => {
          weight.values.set(weights[index]!);
        });
        const [node, ...rest] = layer.lower(shapes[0]!) as readonly [MergeNode, ...OpNode[]];
        const result = await runMerge(engine(), {
          ...{ node, rest, shapes, samples: samples!, training: false, dy: Float32Array.from(example.dy) },
          xs: example.xs.map((values) => Float32Array.from(values)),
        });
        expect(sizeOf(output) * samples!).toBe(example.y.length);
        compare("outputs", result.y, example.y);
        example.dxs.forEach((dx, index) => {
          compare("gradients", result.dxs[index], dx);
        });
        layer.weights.forEach((weight, index) => {
          const gradient = result.gradient(weight);
          const expected = example.gradients![index]!;
          // A bias of keys moves all scores of a query alike: its gradient is 0, apart from rounding.
          if (expected.every((value) => Math.abs(value) < 1e-12)) {
            for (const value of gradient) expect(value).toBeCloseTo(0, 5);
          } else compare("gradients", gradient, expected);
        });
      },
    );
  });
});

// Feature maps and Grad-CAM against real Keras: tools/golden/explain.py wrote Keras's results for the same models.
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { modelFromJson } from "../model/load.js";
import type { Model } from "../model/model.js";
import { Trace } from "../model/trace.js";
import { featureMaps } from "./feature-maps.js";
import { gradCam } from "./grad-cam.js";

interface Golden {
  readonly keras: string;
  readonly cases: readonly {
    readonly model: { readonly config: { readonly name: string } };
    readonly weights: Readonly<Record<string, readonly (readonly number[])[]>>;
    readonly image: readonly number[];
    readonly layers: readonly {
      readonly name: string;
      readonly shape: number[];
      readonly values: number[];
    }[];
    readonly cams: readonly {
      readonly layer: string;
      readonly label: number;
      readonly shape: readonly [number, number];
      readonly gradient: number[];
      readonly values: number[];
      readonly elementwise: number[];
    }[];
  }[];
}

const file = new URL("../../../../tests/golden/explain.json", import.meta.url);
const golden = JSON.parse(readFileSync(file, "utf8")) as Golden;

describe.each(golden.cases.map((example, number) => [number, example] as const))(
  "explaining model %i agrees with Keras:",
  (_, example) => {
    let model: Model;
    let trace: Trace;
    beforeAll(async () => {
      model = modelFromJson("golden", example.model);
      for (const layer of model.layers) {
        layer.weights.forEach((weight, index) => {
          weight.values.set(example.weights[layer.name]![index]!);
        });
      }
      trace = await Trace.open(model, { threads: 2 });
    });
    afterAll(() => trace.close());
    const sample = () => ({
      images: Uint8Array.from(example.image),
      count: 1,
      shape: model.inputShape,
    });

    it("feature maps of every layer", async () => {
      const maps = await featureMaps(trace, sample());
      expect(maps.map(({ layer }) => layer)).toEqual(example.layers.map(({ name }) => name));
      maps.forEach(({ shape, values }, index) => {
        expect(shape).toEqual(example.layers[index]!.shape);
        expectEach(values, example.layers[index]!.values);
      });
    });

    it.each(example.cams.map((cam) => [cam.layer, cam.label, cam] as const))(
      "Grad-CAM of %s for class %i",
      async (layer, label, cam) => {
        const [map] = await gradCam(trace, sample(), [label], { layer });
        expect([map!.height, map!.width]).toEqual(cam.shape);
        expectEach(map!.values, cam.values);
        expectEach(map!.elementwise, cam.elementwise);
        const outputs = Float32Array.from({ length: model.outputShape[0]! }, (_, k) => (k === label ? 1 : 0));
        const { gradient } = await trace.run(sample(), { gradient: { layer, outputs } });
        expect(cam.gradient.some((value) => value !== 0)).toBe(true);
        expectEach(gradient!, cam.gradient);
      },
    );
  },
);

/** Checks that each value is within 1e-5 of the largest. */
function expectEach(actual: ArrayLike<number>, expected: readonly number[]): void {
  expect(actual.length).toBe(expected.length);
  const largest = expected.reduce((top, value) => Math.max(top, Math.abs(value)), 0);
  expected.forEach((value, index) => {
    // Written so that NaN fails.
    if (!(Math.abs(actual[index]! - value) <= 1e-5 * Math.max(largest, 1e-6)))
      expect.fail(`value ${index}: expected ${value}, received ${actual[index]}`);
  });
}

import { describe, expect, it } from "vitest";
import { HeddleError } from "../base/errors.js";
import type { Json, JsonObject } from "../base/json.js";
import { kerasModels } from "../model/keras-models.testing.js";
import { layerKeys } from "./ignored-keys.js";
import type { Layer } from "./layer.js";
import { Normalization } from "./normalization.js";
import { layers } from "./registry.js";

const wrong: readonly Json[] = [null, "", "0x10", "0.5", [], [[5]], true, false, 0.5, {}, Number.NaN];

/** What Keras's classes write themselves for these values: one number for a range, null for what they decide. */
const sameInKeras: Readonly<Record<string, readonly (readonly [value: Json, written: Json])[]>> = {
  activation: [[null, "linear"]],
  scale: [[0.5, [0, 0.5]]],
  factor: [
    [0.5, [-0.5, 0.5]],
    [0.5, [0, 0.5]],
  ],
  height_factor: [[0.5, [-0.5, 0.5]]],
  width_factor: [[0.5, [-0.5, 0.5]]],
  strides: [
    [null, [2, 2]],
    [null, [3, 3]],
  ],
  axis: [[null, []]],
  shared_axes: [[[], null]],
  value_dim: [[null, 3]],
};

/** The last layer of every class in models that Keras reads. */
const examples = new Map<string, Layer>(
  [...kerasModels().flatMap((model) => model.layers), new Normalization({ mean: 1, variance: 2 })].map(
    (layer) => [layer.className, layer] as const,
  ),
);

/** Creates a layer and returns its configuration, or the message of its refusal. */
function read(className: string, config: JsonObject): JsonObject | string {
  try {
    return layers.create("config.json", className, config).getConfig();
  } catch (error) {
    expect(error).toBeInstanceOf(HeddleError);
    return (error as Error).message;
  }
}

describe.each([...examples])("in a configuration of %s", (className, layer) => {
  const { activity_regularizer: _, ...own } = layer.getConfig();
  const ignored = Object.keys({ ...layerKeys.every, ...layerKeys.of?.[className] });

  it.each([...new Set([...Object.keys(own), ...ignored])])(
    "%s of a wrong type is refused by its name, and read as it is where Keras permits it",
    (key) => {
      for (const value of wrong) {
        const result = read(className, { ...own, [key]: value });
        if (typeof result === "string") {
          const camelCased = key.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
          expect(result).toMatch(new RegExp(`\\b(${key}|${camelCased})\\b`));
          continue;
        }
        const permitted = [
          own,
          ...[[value, value], ...(sameInKeras[key] ?? [])].flatMap(([from, written]) =>
            JSON.stringify(from) === JSON.stringify(value) ? [{ ...own, [key]: written! }] : [],
          ),
        ];
        expect(key in own && !ignored.includes(key) ? permitted.slice(1) : permitted).toContainEqual(result);
      }
    },
  );

  it("an unknown key is refused", () => {
    expect(read(className, { ...own, unknwon: 1 })).toContain(
      'expected keys that it has, received "unknwon".',
    );
  });

  it("fromConfig refuses what loading refuses", () => {
    const { fromConfig } = layer.constructor as unknown as { fromConfig(config: JsonObject): Layer };
    for (const mistake of [{ unknwon: 1 }, { dtype: "int8" }]) {
      const config = { ...own, ...mistake };
      expect(() => fromConfig(config)).toThrow(new HeddleError(String(read(className, config))));
    }
  });
});

it("every layer class is among them", () => {
  const [, classes] = /one of (.*), received/.exec(String(read("Nothing", {})))!;
  expect([...examples.keys()].sort()).toEqual(classes!.split(", ").sort());
});

it.each<[string, JsonObject, string]>([
  [
    "Rescaling",
    { scale: 1, sclae: 3 },
    'Rescaling: expected keys that it has, received "sclae". Did you mean scale?',
  ],
  [
    "BatchNormalization",
    { name: "bn", renorm: true },
    'BatchNormalization "bn": expected renorm to be false, received true. Nothing else is supported yet: change the model.',
  ],
  [
    "Dense",
    { units: 1, quantization_config: { bits: 4 } },
    'Dense: expected quantization_config to be null, received {"bits":4}. Nothing else is supported yet: change the model.',
  ],
  [
    "Conv2D",
    { filters: 1, kernel_size: 1, dtype: "int8" },
    'Conv2D: expected dtype to be "float32" or other floats, received "int8". Nothing else is supported yet: change the model.',
  ],
  [
    "Dense",
    { units: 1, kernel_initializer: { class_name: "HeNormal", config: { sed: 1 } } },
    'HeNormal: expected keys that it has, received "sed". Did you mean seed?',
  ],
  [
    "Dense",
    { units: 1, kernel_initializer: { class_name: "Constant", confg: { value: 1 } } },
    'Dense, kernel_initializer, Constant: expected keys that it has, received "confg". Did you mean config?',
  ],
])("%s refuses %j", (className, config, message) => {
  expect(read(className, config)).toBe(message);
});

it("what Keras 2 writes is read", () => {
  const common = { dtype: "float32", batch_input_shape: [null, 8, 8, 1], trainable: true };
  const rules = { kernel_initializer: { class_name: "GlorotUniform", config: { seed: null } } };
  expect(
    read("SeparableConv2D", { ...common, ...rules, filters: 2, kernel_size: [3, 3], groups: 1 }),
  ).toMatchObject({
    filters: 2,
  });
  expect(read("DepthwiseConv2D", { ...common, kernel_size: [3, 3], groups: 1 })).toMatchObject({
    trainable: true,
  });
});

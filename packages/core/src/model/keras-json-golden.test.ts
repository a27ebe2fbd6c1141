// Models go to real Keras and come back: tools/golden/keras-json.py reads them there and writes what Keras makes of them.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readGolden, relativeError } from "../base/golden.testing.js";
import { isJsonObject, type Json, type JsonObject } from "../base/json.js";
import * as constraints from "../constraints/index.js";
import * as initializers from "../initializers/index.js";
import { kerasNames } from "../layers/activation-names.js";
import * as layers from "../layers/index.js";
import { weightsFile } from "../network/weights-file.js";
import * as regularizers from "../regularizers/index.js";
import { kerasModels, noiseImages } from "./keras-models.testing.js";
import { modelFromJson } from "./load.js";
import { Model } from "./model.js";
import { Sequential } from "./sequential.js";

interface ByKeras {
  readonly models: readonly {
    readonly name: string;
    readonly model: JsonObject;
    readonly frozen: readonly string[];
    readonly predictions: readonly number[];
  }[];
}

const byKeras = readGolden<ByKeras>("keras-json/by-keras").models;
const models = kerasModels();
const folder = new URL("../../../../tests/golden/keras-json/", import.meta.url);

describe.each(models.map((model) => ({ name: model.name, model })))(
  "the golden model $name",
  ({ name, model }) => {
    const golden = byKeras.find((one) => one.name === name)!;

    it("is written exactly as the files that Keras read", () => {
      const written = readFileSync(new URL(`${name}.json`, folder), "utf8");
      expect(`${JSON.stringify(model.toJson())}\n`).toBe(written);
      const weights = readFileSync(new URL(`${name}.safetensors`, folder));
      expect(Buffer.compare(weights, weightsFile(model.weights))).toBe(0);
    });

    it("predicts what Keras predicts with it, within 1e-5", async () => {
      model.compile({ threads: 2 });
      const own = await model.predict(noiseImages(model.inputShape, 6));
      model.dispose();
      expect(own.length).toBe(golden.predictions.length);
      expect(relativeError(own, golden.predictions).error).toBeLessThan(1e-5);
      // The predictions differ between images, so each image was looked at.
      const firsts = golden.predictions.filter((_, index) => index % (own.length / 6) === 0);
      expect(new Set(firsts.map((value) => value.toFixed(3))).size).toBeGreaterThan(3);
    });

    it("is read back from Keras's JSON and from its get_config", () => {
      const config = golden.model["config"];
      const kind = model instanceof Sequential ? Sequential : Model;
      // Keras reads past what Heddle adds, and does not write it.
      const { heddle: _, ...inKeras } = model.toJson();
      for (const again of [
        modelFromJson("by-keras", golden.model),
        kind.fromConfig(config),
        kind.fromConfig(model.getConfig()),
      ]) {
        expect(again.toJson()).toEqual(inKeras);
        expect(again.weights.map(({ name, shape }) => [name, shape])).toEqual(
          model.weights.map(({ name, shape }) => [name, shape]),
        );
      }
    });

    it("has the same frozen layers in Keras", () => {
      const frozen = model.layers.filter(({ trainable }) => !trainable).map((layer) => layer.name);
      expect([...golden.frozen].sort()).toEqual(frozen.sort());
    });
  },
);

describe("the golden models together", () => {
  const found = new Set<Json>();
  const collect = (value: Json | undefined): void => {
    if (typeof value !== "object" || value === null) return;
    for (const inner of Object.values(value)) collect(inner);
    if (!isJsonObject(value)) return;
    for (const name of ["class_name", "activation"]) if (value[name] !== undefined) found.add(value[name]);
  };
  for (const model of models) collect(model.toJson());

  const classesOf = (module: object) =>
    Object.entries(module)
      .filter(([name, value]) => typeof value === "function" && /^[A-Z]/.test(name))
      .map(([name]) => (name === "ConstantInitializer" ? "Constant" : name))
      .filter((name) => !["Layer", "MergeLayer", "Tensor"].includes(name));

  it.each([
    ["layer", classesOf(layers)],
    ["initializer", classesOf(initializers)],
    ["regularizer", classesOf(regularizers)],
    ["constraint", classesOf(constraints)],
    // docs/keras-differences.md: Keras has it as a function only.
    ["activation", Object.values(kerasNames).filter((name) => name !== "gelu_tanh")],
  ])("have every %s", (_, names) => {
    expect(names.length).toBeGreaterThan(2);
    const missing = names.filter((name) => !found.has(name));
    expect(missing, "add it to kerasModels(), then run tools/golden/keras-json.mjs and .py").toEqual([]);
  });

  it("include one that knows its classes and how pictures become inputs", () => {
    expect(models.filter(({ classes, pictures }) => classes && pictures)).toHaveLength(1);
    expect(byKeras.some(({ model }) => "heddle" in model)).toBe(false);
  });

  it("have frozen layers", () => {
    expect(byKeras.flatMap(({ frozen }) => frozen)).toHaveLength(2);
  });
});

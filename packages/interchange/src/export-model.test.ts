import { Dense, Input, type Model, Sequential } from "@heddle/core";
import { expect, it } from "vitest";
import { type ExportFormat, exportModel } from "./export-model.js";
import type { ExportOptions } from "./format.js";
import { formats } from "./formats.js";
import { importModel } from "./import-model.js";
import { importWeights } from "./import-weights.js";

const model = (): Model => new Sequential([new Input([2]), new Dense(2, { activation: "softmax" })]);

it("the type of formats names those that are written", () => {
  const named: Record<ExportFormat, true> = {
    keras: true,
    "weights.h5": true,
    h5: true,
    tfjs: true,
    safetensors: true,
    onnx: true,
    mjs: true,
    html: true,
  };
  expect(
    formats.flatMap(({ name, alias, write }) => (write ? [name, alias ?? []].flat() : [])).sort(),
  ).toEqual(Object.keys(named).sort());
});

it("a misspelt format is refused with the nearest one", async () => {
  await expect(exportModel(model(), "kers" as ExportFormat)).rejects.toThrow(
    'exportModel: expected format to be one of keras, weights.h5, tfjs, safetensors, onnx, mjs, html, received "kers". Did you mean keras?',
  );
  await expect(exportModel(model(), "torch" as ExportFormat)).rejects.toThrow('"torch". Choose one of them.');
});

it("unknown options are refused with the nearest one", async () => {
  await expect(exportModel(model(), "keras", { recipt: false } as ExportOptions)).rejects.toThrow(
    'exportModel: expected options that it has, received "recipt". Did you mean receipt?',
  );
  await expect(exportModel(model(), "mjs", { weights: "f61" as "f16" })).rejects.toThrow(
    'exportModel: expected weights to be "f32", "f16" or "int8", received "f61". Did you mean "f16"?',
  );
  await expect(importWeights(model(), {}, { maping: {} } as object)).rejects.toThrow(
    'importWeights: expected options that it has, received "maping". Did you mean mapping?',
  );
  const files = await exportModel(model(), "keras", { name: "a" });
  await expect(importModel(files, { clases: ["a", "b"] } as object)).rejects.toThrow(
    'received "clases". Did you mean classes?',
  );
});

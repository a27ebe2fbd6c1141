import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import * as heddle from "@heddle/core";
import { afterEach, describe, expect, it } from "vitest";
import { exportModel } from "../export-model.js";
import { importModel } from "../import-model.js";
import { importWeights } from "../import-weights.js";
import { openExport } from "../receipts/open-export.js";
import type { WeightMapping } from "../weight-mapping.js";

interface TorchCase {
  readonly name: string;
  readonly file: string;
  readonly shape: readonly [number, number, number];
  readonly x: readonly number[];
  readonly predictions: readonly number[];
}

const path = fileURLToPath(new URL("../../../../tests/golden/torch-state.json", import.meta.url));
const cases = new Map<string, TorchCase>(
  JSON.parse(await readFile(path, "utf8")).cases.map((one: TorchCase) => [one.name, one]),
);
const fileOf = (name: string) => ({
  "net.safetensors": new Uint8Array(Buffer.from(cases.get(name)!.file, "base64")),
});

const { BatchNormalization, Conv2D, Dense, DepthwiseConv2D, Flatten, Input, PReLU } = heddle;
const epsilon = 1e-5;
const models: heddle.Model[] = [];
afterEach(() => {
  for (const model of models.splice(0)) model.dispose();
});

function chain(...layers: (heddle.Input | heddle.Layer)[]): heddle.Model {
  const model = new heddle.Sequential(layers);
  model.compile({ threads: 1 });
  models.push(model);
  return model;
}

const net = () =>
  chain(
    new Input([10, 8, 3]),
    new Conv2D(4, 3, { padding: "same", useBias: false }),
    new BatchNormalization({ epsilon }),
    new PReLU({ sharedAxes: [1, 2] }),
    new heddle.MaxPooling2D(2),
    new DepthwiseConv2D(3, { depthMultiplier: 2 }),
    new PReLU({ sharedAxes: [1, 2] }),
    new Conv2D(6, 1),
    new Conv2D(6, 3, { padding: "same", groups: 3 }),
    new Flatten(),
    new Dense(7),
    new BatchNormalization({ epsilon }),
    new heddle.ReLU(),
    new Dense(3, { activation: "softmax" }),
  );

const mapping = {
  layers: {
    conv2d: "features.0",
    batch_normalization: "features.1",
    p_re_lu: "features.2",
    depthwise_conv2d: "features.4",
    p_re_lu_1: "features.5",
    conv2d_1: "features.6",
    conv2d_2: "features.7",
    dense: "head.0",
    batch_normalization_1: "head.1",
    dense_1: "head.3",
  },
  ignore: ["aux.*"],
} as const satisfies WeightMapping;

async function predicted(model: heddle.Model, name: string, mapped: WeightMapping) {
  const { shape, x, predictions } = cases.get(name)!;
  await importWeights(model, fileOf(name), { mapping: mapped });
  const own = await model.predict({ images: Float32Array.from(x), count: 4, shape });
  expect(own).toHaveLength(predictions.length);
  return predictions.reduce((most, value, at) => Math.max(most, Math.abs(value - own[at]!)), 0);
}

describe("state dictionaries of PyTorch", () => {
  it.each(["net-f32", "net-f16", "net-bf16", "net-f64"])(
    "predict what PyTorch predicts: %s",
    async (name) => {
      expect(await predicted(net(), name, mapping)).toBeLessThan(1e-6);
    },
  );

  it("have separable convolutions as two modules, and features in the order of PyTorch's flattening", async () => {
    const model = chain(
      new Input([3, 2, 4]),
      new heddle.SeparableConv2D(5, 3, { depthMultiplier: 2, padding: "same" }),
      new Flatten(),
      new BatchNormalization({ epsilon }),
      new Dense(4),
    );
    const layers = {
      separable_conv2d: { depthwise: "depthwise", pointwise: "pointwise" },
      batch_normalization: "norm",
      dense: "out",
    };
    expect(await predicted(model, "separable", { layers })).toBeLessThan(1e-6);
    // In the file's own order the features are others.
    expect(await predicted(model, "separable", { layers, flattened: "channels_last" })).toBeGreaterThan(1e-3);
  });

  it("have attention in one module", async () => {
    const x = heddle.input([2, 3, 6]);
    const rows = new heddle.Reshape([6, 6]).apply(x);
    const normal = new heddle.LayerNormalization({ epsilon }).apply(rows);
    const attended = new heddle.MultiHeadAttention(2, 3).apply([normal, normal, normal]);
    const sum = new heddle.Add().apply([rows, attended]);
    const outputs = new Dense(3).apply(new heddle.GlobalAveragePooling1D().apply(sum));
    const model = new heddle.Model({ inputs: x, outputs });
    model.compile({ threads: 1 });
    models.push(model);
    const layers = { layer_normalization: "norm", multi_head_attention: "attn", dense: "out" };
    expect(await predicted(model, "attention", { layers })).toBeLessThan(1e-6);
  });

  it.each<[string, WeightMapping, string]>([
    [
      "what is left over on both sides",
      { ...mapping, layers: { ...mapping.layers, dense_1: "head.2" }, ignore: [] },
      "net.safetensors: expected a value for each weight of the model, and no others, received no values for dense_1/kernel (head.2.weight), dense_1/bias (head.2.bias); values that no weight takes, aux.bias, aux.weight, head.3.bias, head.3.weight. Check that the weights belong to this model.",
    ],
    [
      "other shapes",
      { ...mapping, layers: { ...mapping.layers, dense: "head.3", dense_1: "head.0" } },
      "net.safetensors: expected a value for each weight of the model, and no others, received other shapes for dense/kernel [36, 7] from [3, 7] of head.3.weight, dense/bias [7] from [3] of head.3.bias, dense_1/kernel [7, 3] from [7, 36] of head.0.weight, dense_1/bias [3] from [7] of head.0.bias. Check that the weights belong to this model.",
    ],
    [
      "an unknown layer",
      { layers: { conv2d_9: "features.0" } },
      "net.safetensors, mapping: expected layers of the model: conv2d, batch_normalization, p_re_lu, depthwise_conv2d, p_re_lu_1, conv2d_1, conv2d_2, dense, batch_normalization_1, dense_1, received conv2d_9. Correct the mapping; docs/interchange.md describes it.",
    ],
    [
      "an unknown weight",
      { weights: { "conv2d/gamma": "features.0.weight" } },
      "net.safetensors, mapping: expected weights of the model, such as conv2d/kernel, received conv2d/gamma. Correct the mapping; docs/interchange.md describes it.",
    ],
    [
      "an unknown key",
      { layer: {} } as WeightMapping,
      'Mapping: expected the keys layers, weights, ignore, flattened, received "layer". docs/interchange.md describes mappings.',
    ],
  ])("are refused with %s, and change nothing", async (_, wrong, message) => {
    const model = net();
    const before = await model.weightsSha256();
    await expect(importWeights(model, fileOf("net-f32"), { mapping: wrong })).rejects.toMatchObject({
      message,
    });
    expect(await model.weightsSha256()).toBe(before);
  });

  it("are mapped weight by weight where that is needed", async () => {
    const { dense_1: _, ...layers } = mapping.layers;
    const weights = {
      "dense_1/kernel": { tensor: "head.3.weight", transpose: [1, 0] },
      "dense_1/bias": "head.3.bias",
    };
    expect(await predicted(net(), "net-f32", { ...mapping, layers, weights })).toBeLessThan(1e-6);
  });
});

describe("models as safetensors", () => {
  it("come back whole, in 32 bits to the bit, in 16 bits rounded", async () => {
    const model = net();
    model.classes = ["a", "b", "c"];
    const exact = await exportModel(model, "safetensors", { name: "boots" });
    const same = await importModel(exact);
    models.push(same);
    expect(await same.weightsSha256()).toBe(await model.weightsSha256());
    expect(same.classes).toEqual(model.classes);
    const halves = await exportModel(model, "safetensors", { name: "boots", weights: "f16" });
    expect(halves["boots.safetensors"]!.length).toBeLessThan(exact["boots.safetensors"]!.length);
    const rounded = await importModel(halves);
    models.push(rounded);
    const differences = model.weights.flatMap((weight, place) => {
      const values = rounded.weights[place]!.read();
      return [...weight.read()].map((value, at) => Math.abs(values[at]! - value));
    });
    expect(Math.max(...differences)).toBeLessThan(1e-3);
    expect(Math.max(...differences)).toBeGreaterThan(0);
    // What rounding changes is allowed, and little more.
    const [first, second] = await Promise.all([exact, halves].map((files) => openExport(files)));
    expect(first!.receipt.tolerance).toBe(1e-5);
    expect(second!.receipt.tolerance).toBeGreaterThan(1e-5);
    expect(second!.receipt.tolerance).toBeLessThan(1e-2);
    await expect(exportModel(model, "safetensors", { weights: "int8" })).rejects.toThrow(
      'exportModel: expected `weights` of "f32" or "f16" with the format "safetensors", received "int8". Omit it, or export as "mjs" or "html".',
    );
  });

  it("are refused without a configuration, and with a weight too large for 16 bits", async () => {
    await expect(importModel(fileOf("net-f32"))).rejects.toThrow(
      "net.safetensors: expected a whole model, as heddle export writes it, received weights alone, 25 of them. Set them in a model: name one with `model`, or call importWeights.",
    );
    const model = net();
    model.weights[0]!.assign(model.weights[0]!.read().slice().fill(7e4, 0, 1));
    await expect(exportModel(model, "safetensors", { weights: "f16" })).rejects.toThrow(
      "conv2d/kernel: expected numbers of at most 65,504, which 16 bits can hold, received 70000. Keep 32 bits.",
    );
  });
});

import {
  Add,
  Concatenate,
  ConfusionMatrix,
  Conv2D,
  CosineDecay,
  Dense,
  Flatten,
  Input,
  input,
  Model,
  OneCycle,
  RandomCrop,
  Sequential,
  SGD,
} from "@heddle/core";
import { zipFiles } from "@heddle/core/internal/formats/zip.js";
import { describe, expect, it } from "vitest";
import { readHdf5 } from "../containers/hdf5/read.js";
import { exportModel } from "../export-model.js";
import { importModel } from "../import-model.js";
import { variablesIn } from "./variables.js";

const data = {
  images: Float32Array.from({ length: 8 * 16 }, (_, index) => (index * 37) % 11),
  labels: Int32Array.from({ length: 8 }, (_, index) => index % 3),
  count: 8,
  shape: [4, 4, 1],
};

function chain() {
  return new Sequential([new Input([4, 4, 1]), new Flatten(), new Dense(3, { activation: "softmax" })], {
    classes: ["a", "b", "c"],
  });
}

/** Layers in an order that Keras changes: it sorts them by their distance from the output. */
function graph() {
  const x = input([4, 4, 1]);
  const late = new Conv2D(2, 1, { name: "late" }).apply(x);
  const early = new Conv2D(2, 3, { padding: "same", name: "early" }).apply(x);
  const middle = new Conv2D(2, 3, { padding: "same", name: "middle" }).apply(early);
  const sum = new Add().apply([late, middle]);
  const both = new Concatenate().apply([sum, early]);
  return new Model({ inputs: x, outputs: new Dense(3, { name: "head" }).apply(new Flatten().apply(both)) });
}

async function contents(model: Model) {
  const warnings: string[] = [];
  const files = await exportModel(model, "keras", {
    name: "a",
    onWarning: (message) => warnings.push(message),
  });
  const entries = new Map(zipFiles(files["a.keras"]!, "a").map((entry) => [entry.name, entry]));
  const config = new TextDecoder().decode(await entries.get("config.json")!.read());
  const weights = readHdf5("weights", await entries.get("model.weights.h5")!.read());
  return { files, names: [...entries.keys()], config, weights, warnings };
}

describe("writing a Keras archive", () => {
  it("refuses an activation that Keras has no name for, and warns of what Keras does not crop", async () => {
    const named = new Sequential([
      new Input([4, 4, 1]),
      new Flatten(),
      new Dense(3, { activation: "geluTanh" }),
    ]);
    await expect(contents(named)).rejects.toThrow(
      'Model "sequential": expected layers that Keras reads, received Dense "dense" with the activation gelu_tanh. Use gelu, or export as ONNX.',
    );
    const cropped = new Sequential([new Input([4, 4, 1]), new RandomCrop(2, 2), new Flatten(), new Dense(3)]);
    expect((await contents(cropped)).warnings).toEqual([
      'RandomCrop "random_crop": outside of training Keras crops nothing, and Heddle the middle: answers differ.',
    ]);
  });

  it("places layers and their weights where Keras looks for them", async () => {
    const { names, weights, config } = await contents(graph());
    expect(names).toEqual(["metadata.json", "config.json", "model.weights.h5", "heddle.json"]);
    const layers = weights.children.get("layers");
    const placed = [...(layers?.kind === "group" ? layers.children : [])].map(([group, { kind, ...one }]) => {
      const vars = kind === "group" && "children" in one ? one.children.get("vars") : undefined;
      return `${group}: ${vars?.attributes.get("name")}`;
    });
    expect(placed).toEqual([
      ...["add: add", "concatenate: concatenate", "conv2d: early", "conv2d_1: late", "conv2d_2: middle"],
      ...["dense: head", "flatten: flatten", "input_layer: input"],
    ]);
    expect(JSON.parse(config).compile_config).toEqual({});
    expect([...variablesIn(weights).keys()]).not.toContain("optimizer/vars/0");
  });

  it("keeps weights to the bit, classes, the way of training and the optimizer's state", async () => {
    const model = chain();
    const learningRate = new CosineDecay({ initialLearningRate: 0.01, decaySteps: 50 });
    model.compile({
      optimizer: new SGD({ learningRate, momentum: 0.5 }),
      loss: "sparseCategoricalCrossentropy",
    });
    const options = { epochs: 2, batchSize: 4, shuffle: false };
    await model.fit(data, options);
    const { files, warnings, config } = await contents(model);
    expect(warnings).toEqual([]);
    // Keras takes 1 for no float.
    expect(config).toMatch(/"momentum":0\.5,.*"nesterov":false|"nesterov":false,.*"momentum":0\.5/);
    const again = await importModel(files);
    expect(again.getWeights()).toEqual(model.getWeights());
    expect(again.classes).toEqual(["a", "b", "c"]);
    await model.fit(data, options);
    await again.fit(data, options);
    expect(again.getWeights()).toEqual(model.getWeights());
    expect((await again.optimizerState())?.steps).toBe(8);
    model.dispose();
    again.dispose();
  });

  it("writes a whole number as a float, except for steps", async () => {
    const model = chain();
    model.compile({ optimizer: new SGD({ learningRate: 1, emaOverwriteFrequency: 5, useEma: true }) });
    const { config } = await contents(model);
    expect(config).toContain('"learning_rate":1.0');
    expect(config).toContain('"momentum":0.0');
    expect(config).toContain('"ema_overwrite_frequency":5,');
  });

  it("names what Keras does not have", async () => {
    const model = chain();
    model.compile({ optimizer: new SGD({ learningRate: new OneCycle(0.1) }) });
    const { warnings, config } = await contents(model);
    expect(warnings).toEqual([
      "Keras has no OneCycle: the file has the learning rate at which it ends, 0.001.",
    ]);
    expect(JSON.parse(config).compile_config.optimizer.config.learning_rate).toBeCloseTo(0.001, 6);
    model.compile({ metrics: [new ConfusionMatrix()] });
    const other = await contents(model);
    expect(other.warnings).toEqual([
      "The metric confusionMatrix is left out: Keras has none like it for this loss.",
    ]);
    expect(JSON.parse(other.config).compile_config.metrics).toEqual(["accuracy"]);
  });
});

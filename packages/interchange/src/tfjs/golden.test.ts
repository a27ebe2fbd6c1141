import { afterEach, describe, expect, it } from "vitest";
import { companionsOf, importModel } from "../import-model.js";
import { samplesOf, tfjsCases } from "./golden-models.testing.js";

const cases = await tfjsCases();
let model: Awaited<ReturnType<typeof importModel>> | undefined;
afterEach(() => model?.dispose());

async function imported(name: string) {
  const warnings: string[] = [];
  model = await importModel(cases.get(name)!.files, { onWarning: (message) => warnings.push(message) });
  return { model, warnings };
}

describe("layers models of TensorFlow.js", () => {
  it.each([...cases.keys()])("predict what the real program predicts: %s", async (name) => {
    const one = cases.get(name)!;
    const { model, warnings } = await imported(name);
    // One thread: these are small.
    model.compile({ threads: 1 });
    const own = await model.predict(samplesOf(one));
    const error = one.predictions.reduce((most, value, at) => Math.max(most, Math.abs(value - own[at]!)), 0);
    expect(error).toBeLessThan(2e-6);
    expect(own).toHaveLength(one.predictions.length);
    if (name !== "chain-trained") expect(warnings).toEqual([]);
  });

  it("are compiled as they were trained, and say that the optimizer starts afresh", async () => {
    const { model, warnings } = await imported("chain-trained");
    expect(model.training.optimizer.getConfig()).toMatchObject({ learning_rate: 1e-3, beta_2: 0.999 });
    expect(model.training.loss.className).toBe("SparseCategoricalCrossentropy");
    expect(warnings).toEqual([
      "model.json: The optimizer starts afresh: what TensorFlow.js kept of it is not read.",
    ]);
  });

  it("name the files that belong to them", () => {
    expect(companionsOf({ "model.json": cases.get("graph-uint8")!.files["model.json"]! })).toEqual([
      "group1-shard1of1.bin",
      "group2-shard1of2.bin",
      "group2-shard2of2.bin",
    ]);
  });
});

describe("layers models of TensorFlow.js that are not whole", () => {
  /** A case's files with another `model.json`. */
  function changed(name: string, change: (json: Json) => void) {
    const { files } = cases.get(name)!;
    const json = JSON.parse(new TextDecoder().decode(files["model.json"]));
    change(json);
    return { ...files, "model.json": new TextEncoder().encode(JSON.stringify(json)) };
  }
  // biome-ignore lint/suspicious/noExplicitAny: any JSON
  type Json = any;
  const weightsOf = (json: Json) => json.weightsManifest[0].weights;

  it.each<[string, (json: Json) => void, string]>([
    [
      "a graph model",
      (json) => Object.assign(json, { format: "graph-model" }),
      "model.json: expected a layers model of TensorFlow.js, received a graph model, which has operations and no layers. Convert the Keras model again in the format tfjs_layers_model, or read it as .keras or ONNX.",
    ],
    [
      "names that are left over on both sides",
      (json) => Object.assign(weightsOf(json)[0], { name: "other/kernel" }),
      "model.json: expected a value for each weight of the model, and no others, received no values for first/kernel; values that no weight takes, other/kernel. Check that the weights belong to this model.",
    ],
    [
      "another shape",
      (json) => Object.assign(weightsOf(json)[0], { shape: [3, 3, 4, 3] }),
      "model.json: expected a value for each weight of the model, and no others, received other shapes for first/kernel [3, 3, 3, 4] from [3, 3, 4, 3]. Check that the weights belong to this model.",
    ],
    [
      "a missing file",
      (json) => Object.assign(json.weightsManifest[0], { paths: ["group1.bin"] }),
      "model.json: expected all files that it names, group1.bin among them, received model.json, model.weights.bin. Pass them together.",
    ],
    [
      "too few bytes",
      (json) => weightsOf(json).push({ name: "more", shape: [1], dtype: "float32" }),
      "model.json: expected more within model.weights.bin, received less. The file is damaged: get it again.",
    ],
    [
      "too many bytes",
      (json) => weightsOf(json).pop(),
      expect.stringMatching(/^model\.json: expected \d+ bytes in model\.weights\.bin, received \d+\./),
    ],
    [
      "an unknown quantization",
      (json) => Object.assign(weightsOf(json)[0], { quantization: { dtype: "uint4", scale: 1, min: 0 } }),
      'model.json, first/kernel: expected quantization to uint8, uint16 or float16, received "uint4". Convert the model again without quantization, or with another.',
    ],
    [
      "texts",
      (json) => Object.assign(weightsOf(json)[0], { dtype: "string" }),
      'model.json, first/kernel: expected numbers: float32, int32 or bool, received "string". Convert the model again without quantization, or with another.',
    ],
    [
      "layers that it computes in its own way",
      (json) =>
        json.modelTopology.config.layers.push({
          class_name: "Resizing",
          config: { name: "r", height: 2, width: 2 },
        }),
      "model.json: expected layers that compute what Keras's do, received Resizing, whose corners TensorFlow.js aligns, unlike Keras. Build the model on pictures of its own size, without that layer.",
    ],
    [
      "no weights",
      (json) => Reflect.deleteProperty(json, "weightsManifest"),
      "model.json: expected a model with weights, received a model.json without weightsManifest. Save the model again with model.save; modelFromJson builds it with fresh weights.",
    ],
    [
      "no topology",
      (json) => Object.assign(json, { modelTopology: null }),
      "model.json: expected a modelTopology with class_name and config, received null. Save or convert the whole model again: the file has weights alone, or is damaged.",
    ],
  ])("are refused: %s", async (_, change, message) => {
    await expect(importModel(changed("chain", change))).rejects.toMatchObject({ message });
  });

  it("are found by what is in them, whatever they are called", async () => {
    const { "model.json": json, ...files } = cases.get("graph")!.files;
    model = await importModel({ "boots.json": json!, ...files });
    expect(model.name).toBe("graph");
  });
});

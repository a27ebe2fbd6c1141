import { afterEach, describe, expect, it } from "vitest";
import { exportModel } from "../export-model.js";
import { companionsOf, importModel } from "../import-model.js";
import { importWeights } from "../import-weights.js";
import { kerasCases, kerasFile, largestDifference, samplesOf } from "./golden-files.testing.js";

const cases = await kerasCases();
const silent = (message: string) => expect.fail(message);
let model: Awaited<ReturnType<typeof importModel>> | undefined;
afterEach(() => model?.dispose());

const cnn = async () => ({ "cnn.keras": await kerasFile("cnn.keras") });

/** The same model with other weights. */
async function changed() {
  model = await importModel(await cnn());
  for (const weight of model.weights) weight.assign(weight.read().map((value) => value + 1));
  return model;
}

describe("whole models in HDF5", () => {
  it.each([
    ["cnn.h5", "cnn.keras"],
    ["nested.h5", "nested.keras"],
    ["keras2.h5", "cnn.keras"],
    ["attention.h5", "attention.keras"],
    ["deflated.keras", "cnn.keras"],
  ])("predict what real Keras predicts: %s", async (name, source) => {
    const one = cases.get(source)!;
    model = await importModel({ [name]: await kerasFile(name) }, { onWarning: silent });
    expect(largestDifference(await model.predict(samplesOf(one)), one.predictions)).toBeLessThan(1e-6);
    expect(model.isCompiled).toBe(true);
    expect((await model.optimizerState())?.steps).toBe(name === "keras2.h5" ? undefined : 8);
  });
});

describe("weights alone", () => {
  it.each(["cnn.weights.h5", "shards.weights.json", "gzip.weights.h5", "big-endian.weights.h5", "cnn.keras"])(
    "are set in a model: %s",
    async (name) => {
      const files: Record<string, Uint8Array> = { [name]: await kerasFile(name) };
      for (const shard of companionsOf(files)) files[shard] = await kerasFile(shard);
      expect(Object.keys(files).length).toBe(name.endsWith(".json") ? 4 : 1);
      const own = await changed();
      await importWeights(own, files, { onWarning: silent });
      const original = await importModel(await cnn());
      expect(own.getWeights()).toEqual(original.getWeights());
    },
  );

  it.each(["attention.weights.h5", "attention.keras", "written"])(
    "of attention are set by the places of its inner layers: %s",
    async (name) => {
      const source = { "attention.keras": await kerasFile("attention.keras") };
      const original = await importModel(source);
      model = await importModel(source);
      for (const weight of model.weights) weight.assign(weight.read().map((value) => value + 1));
      const written = () => exportModel(original, "weights.h5", { name: "a" });
      await importWeights(model, name === "written" ? await written() : { [name]: await kerasFile(name) });
      expect(model.getWeights()).toEqual(original.getWeights());
    },
  );

  it.each<["weights.h5" | "h5", object, string[]]>([
    ["weights.h5", {}, ["a.weights.h5"]],
    ["h5", {}, ["a.weights.h5"]],
    ["h5", { shardBytes: 300 }, ["a.weights.json", "a_00000.weights.h5", "a_00001.weights.h5"]],
  ])("come back to the bit from files that Heddle wrote: %s %j", async (format, options, names) => {
    const original = await importModel(await cnn());
    const files = await exportModel(original, format, { name: "a", ...options });
    expect(Object.keys(files).slice(0, 3)).toEqual(names);
    expect(companionsOf(files)).toEqual(names.length > 1 ? Object.keys(files).slice(1) : []);
    const own = await changed();
    await importWeights(own, files);
    expect(own.getWeights()).toEqual(original.getWeights());
    expect((await own.optimizerState())?.slots.size).toBe(own.weights.length - 2);
  });

  it("are indexed as Keras does, and refused where one is larger than a file may be", async () => {
    const original = await importModel(await cnn());
    const files = await exportModel(original, "h5", { name: "a", shardBytes: 300, receipt: false });
    expect(JSON.parse(new TextDecoder().decode(files["a.weights.json"]))).toMatchObject({
      metadata: { total_size: 1668 },
      weight_map: {
        "/layers/conv2d/vars": ["a_00000.weights.h5"],
        "/layers/conv2d_1/vars": ["a_00001.weights.h5"],
      },
    });
    await expect(exportModel(original, "h5", { name: "a", shardBytes: 100 })).rejects.toThrow(
      "a.weights.json: expected weights of at most 100 B each, as `shardBytes` says, received layers/conv2d/vars/0 of 108 B. Allow larger files.",
    );
    await expect(exportModel(original, "onnx", { shardBytes: 100 })).rejects.toThrow(
      'exportModel: expected no `shardBytes` with the format "onnx", received 100. Omit it, or export as "weights.h5".',
    );
  });

  it("are refused with all that is left over on either side, and none is changed", async () => {
    const own = await changed();
    const before = own.getWeights();
    const refused = async (name: string) => {
      const files = { [name]: await kerasFile(name) };
      const message = await importWeights(own, files).catch((thrown: Error) => thrown.message);
      expect(own.getWeights()).toEqual(before);
      return message;
    };
    expect(await refused("nested.keras")).toBe(
      "nested.keras: expected a value for each weight of the model, and no others, received " +
        "no values for conv2d_1/kernel (layers/conv2d/vars/0), batch_normalization/gamma " +
        "(layers/batch_normalization/vars/0), batch_normalization/beta (layers/batch_normalization/vars/1), " +
        "batch_normalization/moving_mean (layers/batch_normalization/vars/2), batch_normalization/moving_variance " +
        "(layers/batch_normalization/vars/3), conv2d/kernel (layers/conv2d_1/vars/0), conv2d/bias " +
        "(layers/conv2d_1/vars/1); other shapes for dense/kernel [16, 3] from [4, 5] of layers/dense/vars/0, dense/bias " +
        "[3] from [5] of layers/dense/vars/1; values that no weight takes, layers/dense_1/vars/0, " +
        "layers/dense_1/vars/1, layers/functional/layers/batch_normalization/vars/0, " +
        "layers/functional/layers/batch_normalization/vars/1, layers/functional/layers/batch_normalization/vars/2, " +
        "layers/functional/layers/batch_normalization/vars/3, layers/functional/layers/depthwise_conv2d/vars/0, " +
        "layers/normalization/vars/0 and 8 more. Check that the weights belong to this model.",
    );
    expect(await refused("lzf.weights.h5")).toBe(
      "lzf.weights.h5: expected datasets that are stored as they are or by gzip, received one by LZF. " +
        "Write the file again without compression.",
    );
    expect(await refused("shards.weights.json")).toMatch(
      /^shards.weights.json: expected all files that it names, shards_00000.weights.h5, .* among them, received/,
    );
    await expect(importModel({ "a.weights.h5": await kerasFile("cnn.weights.h5") })).rejects.toThrow(
      "a.weights.h5: expected a whole model of Keras, with model_config and model_weights, received an HDF5 file " +
        "without, such as weights alone. Set them in a model: heddle import with `model`, or importWeights in code; or " +
        "save the whole model as .keras.",
    );
  });
});

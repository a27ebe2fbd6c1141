import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { HeddleError } from "../base/errors.js";
import { Conv2D, Dense, Dropout, Flatten, MaxPooling2D } from "../layers/index.js";
import { Input } from "../network/input.js";
import { readWeightsFile, weightsFile } from "../network/weights-file.js";
import { L1, L1L2 } from "../regularizers/index.js";
import { loadModel, modelFromJson } from "./load.js";
import { Sequential } from "./sequential.js";
import { tinyCnn, tinyImages } from "./tiny-model.testing.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "heddle-model-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe("a saved model", () => {
  it("predicts the same after loading, to the last bit, and can be trained further", async () => {
    const [train, test] = [tinyImages(60, 1), tinyImages(20, 2)];
    const model = tinyCnn({ seed: 3 });
    model.compile({ threads: 2 });
    await model.fit(train, { batchSize: 16 });
    await model.save(folder);
    const loaded = await Sequential.load(folder);
    expect((await readdir(folder)).sort()).toEqual(["config.json", "weights.safetensors"]);
    expect(await loaded.weightsSha256()).toBe(await model.weightsSha256());
    loaded.compile({ threads: 2 });
    expect(await loaded.predict(test)).toEqual(await model.predict(test));
    expect(loaded.toJson()).toEqual(model.toJson());
    expect(loaded.summary()).toBe(model.summary());
    await loaded.fit(train, { batchSize: 16 });
    expect(await loaded.weightsSha256()).not.toBe(await model.weightsSha256());
    for (const used of [model, loaded]) used.dispose();
  });

  it("keeps every option of its layers", async () => {
    const model = new Sequential(
      [
        new Input([9, 8, 2]),
        new Conv2D(3, [3, 2], {
          strides: [1, 2],
          padding: "same",
          useBias: false,
          kernelRegularizer: new L1(0.5),
          name: "Schnörkel",
        }),
        new MaxPooling2D([3, 2], { strides: [2, 1], padding: "same" }),
        new Dropout(0.3),
        new Flatten(),
        new Dense(4, {
          activation: "softmax",
          kernelInitializer: "heUniform",
          kernelRegularizer: new L1L2({ l1: 1e-3, l2: 2e-3 }),
        }),
      ],
      { name: "odd", seed: 11 },
    );
    await model.save(folder);
    const loaded = await loadModel(folder);
    expect(loaded.name).toBe("odd");
    expect(loaded.toJson()).toEqual(model.toJson());
    expect(loaded.weights).toEqual(model.weights);
    expect(loaded.getWeights()).toEqual(model.getWeights());
    expect(loaded.lower()).toEqual(model.lower());
  });

  it("gives back its classes and how pictures become inputs", async () => {
    const model = tinyCnn();
    const classes = Array.from(model.weights.at(-1)!.read(), (_, label) => `kind ${label}`);
    model.classes = classes;
    model.pictures = { range: [-1, 1], grey: "rec601", invertLight: false };
    await model.save(folder);
    const loaded = await loadModel(folder);
    expect(loaded.classes).toEqual(classes);
    expect(loaded.pictures).toEqual(model.pictures);
  });

  it("is written as Keras's JSON", () => {
    const model = new Sequential([new Input([4, 4, 1]), new Conv2D(2, 3, { activation: "relu" })]);
    expect(JSON.parse(JSON.stringify(model.toJson()))).toEqual({
      module: "keras",
      class_name: "Sequential",
      registered_name: null,
      config: {
        name: "sequential",
        trainable: true,
        layers: [
          {
            module: "keras.layers",
            class_name: "InputLayer",
            config: { batch_shape: [null, 4, 4, 1], dtype: "float32", name: "input" },
            registered_name: null,
          },
          {
            module: "keras.layers",
            class_name: "Conv2D",
            registered_name: null,
            config: {
              ...{
                name: "conv2d",
                trainable: true,
                filters: 2,
                kernel_size: [3, 3],
                strides: [1, 1],
                padding: "valid",
              },
              ...{ dilation_rate: [1, 1], groups: 1, activation: "relu", use_bias: true },
              kernel_initializer: { class_name: "GlorotUniform", config: {} },
              bias_initializer: { class_name: "Zeros", config: {} },
              kernel_regularizer: null,
              ...{ bias_regularizer: null, kernel_constraint: null, bias_constraint: null },
            },
          },
        ],
      },
    });
  });

  it("may have the older key of the input's shape, batch_input_shape", () => {
    const input = { class_name: "InputLayer", config: { batch_input_shape: [null, 4] } };
    const json = {
      class_name: "Sequential",
      config: { layers: [input, { class_name: "Dense", config: { units: 2 } }] },
    };
    expect(modelFromJson("test", json)).toMatchObject({
      name: "sequential",
      inputShape: [4],
      outputShape: [2],
    });
  });
});

describe("JSON that is no model is refused:", () => {
  const next = "Pass the JSON of a sequential or functional Keras model, or one that Heddle saved.";
  it.each([
    [null, 'class_name "Sequential" or "Functional", received null'],
    [[], 'class_name "Sequential" or "Functional", received []'],
    [{ class_name: "Dense" }, 'class_name "Sequential" or "Functional", received "Dense"'],
    [{ class_name: "Model" }, "a list of layers, received nothing"],
    [{ class_name: "Functional" }, "a list of layers, received nothing"],
    [{ class_name: "Functional", config: { layers: [] } }, "an InputLayer, received nothing"],
    [
      { class_name: "Functional", config: { layers: [{ class_name: "Add" }] } },
      'layers with names, received {"class_name":"Add"}',
    ],
    [{ class_name: "Sequential" }, "a list of layers, received nothing"],
    [{ class_name: "Sequential", config: { layers: 5 } }, 'a list of layers, received {"layers":5}'],
    [
      { class_name: "Sequential", config: { layers: [] } },
      "an InputLayer with a batch_shape first, received nothing",
    ],
    [
      {
        class_name: "Sequential",
        config: { layers: [{ class_name: "InputLayer", config: { batch_shape: [null] } }] },
      },
      'an InputLayer with a batch_shape first, received {"class_name":"InputLayer","config":{"batch_shape":[null]}}',
    ],
  ])("%j", (json, message) => {
    expect(() => modelFromJson("config.json", json)).toThrow(
      new HeddleError(`config.json: expected ${message}. ${next}`),
    );
  });

  it("unknown layers, and sizes that are not numbers", () => {
    const layersOf = (...layers: unknown[]) => ({
      class_name: "Sequential",
      config: { layers: [{ class_name: "InputLayer", config: { batch_shape: [null, 4] } }, ...layers] },
    });
    expect(() => modelFromJson("config.json", layersOf({ class_name: "LSTM", config: {} }))).toThrow(
      "config.json: expected a model of layers and options that Heddle has, received JSON of Keras 3 with the layer LSTM, which Heddle does not read. Replace them in the model; docs/keras-differences.md says what there is.",
    );
    expect(() => modelFromJson("config.json", layersOf("Dense"))).toThrow(
      'config.json: expected layer as an object with class_name and config, received "Dense". Check the configuration file.',
    );
    const broken = {
      class_name: "Sequential",
      config: { layers: [{ class_name: "InputLayer", config: { batch_shape: [null, "4"] } }] },
    };
    expect(() => modelFromJson("config.json", broken)).toThrow(
      "config.json: expected each size of batch_shape to be a whole number of at least 1, received 4.",
    );
  });
});

describe("damaged model files", () => {
  const small = () =>
    new Sequential([
      new Input([3, 3, 1]),
      new Conv2D(2, 3, { activation: "relu" }),
      new Flatten(),
      new Dense(2),
    ]);

  it("are not saved to an empty path, or over another program's config.json", async () => {
    for (const path of ["", " ", undefined])
      await expect(small().save(path as string)).rejects.toThrow(/^Model: expected a path, received/);
    const config = join(folder, "config.json");
    for (const text of ['{"port":8080}', "[]", "not JSON"]) {
      await writeFile(config, text);
      await expect(small().save(folder)).rejects.toThrow(
        `File ${config}: expected the configuration of a model, which is replaced, received one of something else. Choose another folder.`,
      );
      expect(await readFile(config, "utf8")).toBe(text);
    }
    expect(await readdir(folder)).toEqual(["config.json"]);
    await rm(config);
    await small().save(folder);
    await small().save(folder);
  });

  it("are named if they are missing, not JSON, or another model's", async () => {
    await expect(loadModel(folder)).rejects.toThrow(
      `File ${folder}/config.json: expected a file that can be read, received no such file or folder.`,
    );
    await small().save(folder);
    const config = join(folder, "config.json");
    const text = await readFile(config, "utf8");
    await writeFile(config, text.slice(0, 20));
    await expect(loadModel(folder)).rejects.toThrow(`${config}: expected JSON, received `);
    await writeFile(config, text.replaceAll('"dense"', '"other"'));
    await expect(loadModel(folder)).rejects.toThrow(
      `${join(folder, "weights.safetensors")}: expected weight other/kernel [2, 2], received none of that name among 4. Load the weights into the model that they were saved from.`,
    );
    await writeFile(config, text.replaceAll('"units": 2', '"units": 3'));
    await expect(loadModel(folder)).rejects.toThrow(
      "expected weight dense/kernel [2, 3], received [2, 2]. Load the weights into the model that they were saved from.",
    );
  });

  it("throw only HeddleErrors, whatever is changed in the configuration", async () => {
    const text = JSON.stringify(small().toJson());
    let refused = 0;
    const attempt = (changed: string) => {
      try {
        const json: unknown = JSON.parse(changed);
        modelFromJson("config.json", json);
      } catch (thrown) {
        if (thrown instanceof SyntaxError) return;
        expect(thrown).toBeInstanceOf(HeddleError);
        refused++;
      }
    };
    // Values in place of one another, which keeps most of the texts JSON.
    const values = ["null", "-1", "0", "1.5", "7", '"x"', "[]", "[1]", "[2,3]", "{}", "true", '""', "1e30"];
    const places = [...text.matchAll(/(?<=[:[,])("[^"]*"(?!:)|[\d.]+|true|null|\[[^[\]]*\])/g)];
    expect(places.length).toBeGreaterThan(30);
    for (const { index, 0: old } of places) {
      for (const value of values) attempt(text.slice(0, index) + value + text.slice(index + old.length));
    }
    expect(refused).toBeGreaterThan(200);
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.string({ minLength: 1, maxLength: 1 }), (at, letter) =>
        attempt(text.slice(0, at) + letter + text.slice(at + 1)),
      ),
      { numRuns: 300 },
    );
  });

  it("change no weight unless they hold every weight in its shape", () => {
    const model = small();
    const before = model.weights.map(({ values }) => values.slice());
    // The first weight has the right shape, a later one does not.
    const other = new Sequential([new Input([3, 3, 1]), new Conv2D(2, 3), new Flatten(), new Dense(5)], {
      seed: 9,
    });
    expect(() => readWeightsFile("w", weightsFile(other.weights), model.weights)).toThrow(
      "w: expected weight dense/kernel [2, 2], received [2, 5]. Load the weights into the model that they were saved from.",
    );
    expect(model.weights.map(({ values }) => values)).toEqual(before);
    readWeightsFile("w", weightsFile(small().weights), other.weights.slice(0, 2));
    expect(other.weights[0]!.values).toEqual(before[0]);
  });
});

// What fit refuses, each with the whole message: who, expected, received, next.
import { afterAll, describe, expect, it } from "vitest";
import { EarlyStopping, ReduceLROnPlateau } from "../callbacks/index.js";
import { Conv2D, Dense, Flatten } from "../layers/index.js";
import type { LossName } from "../losses/index.js";
import { Input } from "../network/input.js";
import { Adam } from "../optimizers/index.js";
import { OneCycle } from "../schedules/index.js";
import type { TrainingSamples } from "../training/samples.js";
import { Sequential } from "./sequential.js";

const models: Sequential[] = [];
afterAll(() => {
  for (const model of models) model.dispose();
});

/** Classifies images of 2×2 into three classes. */
function classifier(loss: LossName, activation: "softmax" | "linear" = "softmax"): Sequential {
  const model = new Sequential([new Input([2, 2, 1]), new Flatten(), new Dense(3, { activation })]);
  model.compile({ loss, threads: 1 });
  models.push(model);
  return model;
}

const images = new Uint8Array(16);
const samples = { images, labels: Uint8Array.of(0, 1, 2, 1), count: 4, shape: [2, 2, 1] };
const sparse = "sparseCategoricalCrossentropy";

describe("fit refuses samples:", () => {
  it.each<[string, LossName, TrainingSamples, string]>([
    [
      "of a different shape",
      sparse,
      { ...samples, shape: [4, 1, 1] },
      "fit: expected images of 2×2×1, received images of 4×1×1. Resize the images, or build the model for their size.",
    ],
    [
      "with too few values",
      sparse,
      { ...samples, count: 5 },
      "fit: expected 5 images of 2×2×1 values: 20 in all, received 16. Correct count, shape or the array.",
    ],
    [
      "that are a number",
      sparse,
      42 as never,
      "fit: expected samples with images as Uint8Array or Float32Array, their count and shape, received 42. Pass { images, labels, count, shape }, or a stream of { images, labels }.",
    ],
    [
      "of 32-bit integers",
      sparse,
      { ...samples, images: new Int32Array(16) as never },
      "fit: expected samples with images as Uint8Array or Float32Array, their count and shape, received images as Int32Array. Pass { images, labels, count, shape }, or a stream of { images, labels }.",
    ],
    [
      "without labels",
      sparse,
      { images, count: 4, shape: [2, 2, 1] } as never,
      "fit: expected labels or targets as a typed array, received an object with images, count, shape. Pass the expected outputs, too.",
    ],
    [
      "of which there are none",
      sparse,
      { ...samples, images: new Uint8Array(), count: 0 },
      "fit: expected at least one image, received a count of 0. Pass at least one image.",
    ],
    [
      "with more classes than the model has outputs",
      sparse,
      { ...samples, labels: Uint8Array.of(0, 1, 3, 1) },
      "fit: expected labels from 0 to 2, received 3 at image 2. Set the units of the last layer to the number of classes.",
    ],
    [
      "with a label below 0",
      sparse,
      { ...samples, labels: Int32Array.of(0, -1, 2, 1) },
      "fit: expected labels from 0 to 2, received -1 at image 1. Set the units of the last layer to the number of classes.",
    ],
    [
      "with too few labels",
      sparse,
      { ...samples, labels: Uint8Array.of(0, 1) },
      "fit: expected 4 class numbers as bytes or Int32Array, received 2 values in a Uint8Array. Pass one label for each image, or use categoricalCrossentropy for distributions.",
    ],
    [
      "with distributions where the loss takes class numbers",
      sparse,
      { ...samples, labels: new Float32Array(12) },
      "fit: expected 4 class numbers as bytes or Int32Array, received 12 values in a Float32Array. Pass one label for each image, or use categoricalCrossentropy for distributions.",
    ],
    [
      "with class numbers where the loss takes distributions",
      "categoricalCrossentropy",
      samples,
      "fit: expected targets [4, 3] as Float32Array, received 4 values in a Uint8Array. Use toCategorical(labels, classes), or sparseCategoricalCrossentropy for class numbers.",
    ],
    [
      "with a distribution that holds more than 1",
      "categoricalCrossentropy",
      { images, targets: Float32Array.of(1, 0, 0, 0, 1, 0, 0, 2, 0, 1, 0, 0), count: 4, shape: [2, 2, 1] },
      "fit: expected targets from 0 to 1, as cross-entropies need them, received 2 at image 2. Correct it; divide pixels by 255, and number two classes 0 and 1.",
    ],
    [
      "with labels where the loss takes values",
      "mse",
      samples,
      "fit: expected 4 targets of 3 values: 12 in all, received 4. Pass targets of the model's output shape, or build the model for their shape.",
    ],
  ])("%s", async (_, loss, training, message) => {
    await expect(classifier(loss).fit(training)).rejects.toThrow(message);
  });

  it("for a loss that does not match the model's last layer", async () => {
    await expect(classifier(sparse, "linear").fit(samples)).rejects.toThrow(
      'SparseCategoricalCrossentropy: expected a model that ends in a softmax, received one that does not. Set `activation: "softmax"` on the last layer, or `fromLogits: true` on the loss.',
    );
    const model = new Sequential([new Input([2, 2, 1]), new Conv2D(3, 1, { activation: "softmax" })]);
    model.compile({ threads: 1 });
    models.push(model);
    await expect(model.fit(samples)).rejects.toThrow(
      "fit: expected a model with one output for each class, for SparseCategoricalCrossentropy, received outputs of 2×2×3. End the model in Flatten and Dense, or choose a loss of values such as meanSquaredError.",
    );
  });
});

describe("fit refuses options:", () => {
  it.each<[Parameters<Sequential["fit"]>[1], string]>([
    [{ batchSize: 0 }, "fit: expected batchSize to be a whole number of at least 1, received 0."],
    [{ batchSize: 2.5 }, "fit: expected batchSize to be a whole number of at least 1, received 2.5."],
    [{ epochs: 0 }, "fit: expected epochs to be a whole number of at least 1, received 0."],
    [{ epochs: Number.NaN }, "fit: expected epochs to be a whole number of at least 1, received NaN."],
    [{ initialEpoch: -1 }, "fit: expected initialEpoch to be a whole number of at least 0, received -1."],
    [{ stepsPerEpoch: 0 }, "fit: expected stepsPerEpoch to be a whole number of at least 1, received 0."],
    [
      { validationFreq: 0 },
      "fit: expected validationFreq to be a whole number of at least 1 or a list of them, received 0.",
    ],
    [
      { validationFreq: [1, 2.5] },
      "fit: expected validationFreq to be a whole number of at least 1 or a list of them, received [1,2.5].",
    ],
    [
      { validationSplit: 1 },
      "fit: expected validationSplit to leave samples for training and for validation, received 1 of 4. Set `validationSplit` to a share between 0 and 1, or pass more samples.",
    ],
    [
      { validationSplit: 0.5, validationData: samples },
      "fit: expected validationData or validationSplit, received both. Remove one of them.",
    ],
    [
      { validationData: { ...samples, count: 3 } },
      "fit, validationData: expected 3 images of 2×2×1 values: 12 in all, received 16.",
    ],
    [
      { sampleWeight: [1, 2] },
      "fit: expected sampleWeight [4], received 2 values. Pass one weight for each sample.",
    ],
    [
      { sampleWeight: [1, 2, Number.NaN, 1] },
      "fit: expected finite weights, received NaN at sample 2. Correct `sampleWeight`.",
    ],
    [
      { classWeight: { 1: Number.NaN } },
      "fit: expected finite weights, received NaN for class 1. Correct `classWeight`.",
    ],
    [
      { classWeight: { 1: -2 } },
      "fit: expected weights of at least 0, received -2 for class 1. Correct `classWeight`.",
    ],
    [
      { classWeight: { 99: 2 } },
      'fit: expected classWeight to name classes, 0 to 2, received "99". Correct `classWeight`.',
    ],
    [
      { classWeight: { "1.0": 2 } as never },
      'fit: expected classWeight to name classes, 0 to 2, received "1.0". Correct `classWeight`.',
    ],
    [
      { callbacks: [{ onEpochEnds: () => {} } as never] },
      'fit: expected callbacks with known hooks, received "onEpochEnds". Did you mean onEpochEnd?',
    ],
    [
      { callbacks: [{ onTrainEnd: () => {}, on_epoch_begin: () => {} } as never] },
      'fit: expected callbacks with known hooks, received "on_epoch_begin". Did you mean onEpochBegin?',
    ],
    [
      { callbacks: [{ onBatchEnd: () => {} } as never] },
      'fit: expected callbacks with known hooks, received "onBatchEnd". Batches have no hooks: use `onProgress`, or `onPause`.',
    ],
    [
      { classWeight: { 1: 2 }, sampleWeight: [1, 1, 1, 1] },
      "fit: expected classWeight or sampleWeight, received both. Multiply them into one `sampleWeight`.",
    ],
    [{ verbose: 3 as never }, "fit: expected verbose to be 0, 1 or 2, received 3. Correct verbose."],
    [
      { callbacks: [EarlyStopping as never] },
      "fit: expected callbacks to be a list of objects, received the class EarlyStopping. Pass a list such as [new EarlyStopping()].",
    ],
    [
      { callbacks: [undefined as never] },
      "fit: expected callbacks to be a list of objects, received undefined. Pass a list such as [new EarlyStopping()].",
    ],
    [
      { callbacks: new EarlyStopping() as never },
      "fit: expected callbacks to be a list of objects, received object. Pass a list such as [new EarlyStopping()].",
    ],
    [
      { callbacks: [new EarlyStopping({ monitor: "valF1" })] },
      'EarlyStopping: expected monitor to be one of loss, accuracy, learning_rate, received "val_f1". Pass `validationData` or `validationSplit`, or monitor a measurement of the training.',
    ],
  ])("%j", async (options, message) => {
    await expect(classifier(sparse).fit(samples, options)).rejects.toThrow(message);
  });

  it("a callback that sets the learning rate while a schedule does, before the first step", async () => {
    const model = classifier(sparse);
    model.compile({ optimizer: new Adam({ learningRate: new OneCycle(0.1) }), threads: 1 });
    const before = await model.weightsSha256();
    const callbacks = [new ReduceLROnPlateau({ monitor: "loss" })];
    await expect(model.fit(samples, { callbacks })).rejects.toThrow(
      "setLearningRate: expected an optimizer with a constant learning rate, received one that follows OneCycle. Remove the schedule, or the callback that sets the rate.",
    );
    expect(await model.weightsSha256()).toBe(before);
  });

  it("0 threads", () => {
    expect(() => classifier(sparse).compile({ threads: 0 })).toThrow("compile: expected threads");
  });
});

describe("a value of a wrong type is refused by its name:", () => {
  it.each<[string, object]>([
    ["epochs", { epochs: "3" }],
    ["batchSize", { batchSize: 2.5 }],
    ["batchSize", { batchSize: null }],
    ["initialEpoch", { initialEpoch: true }],
    ["stepsPerEpoch", { stepsPerEpoch: "2" }],
    ["validationSplit", { validationSplit: "0.5" }],
    ["validationFreq", { validationFreq: {} }],
    ["shuffle", { shuffle: 1 }],
    ["verbose", { verbose: "1" }],
    ["callbacks", { callbacks: [5] }],
    ["signal", { signal: {} }],
    ["signal", { signal: null }],
  ])("fit, %s in %j", async (name, options) => {
    await expect(classifier(sparse).fit(samples, options)).rejects.toThrow(
      new RegExp(`^fit: expected .*\\b${name}\\b`),
    );
  });

  it("evaluate and predict refuse a signal that is none", async () => {
    const model = classifier(sparse);
    const options = { signal: {} as AbortSignal };
    const text = "expected signal to be an AbortSignal, received {}. Correct signal.";
    await expect(model.evaluate(samples, options)).rejects.toThrow(`evaluate: ${text}`);
    await expect(model.predict(samples, options)).rejects.toThrow(`predict: ${text}`);
  });

  it("compile, fast that is a number", () => {
    expect(() => classifier(sparse).compile({ fast: 1 as never })).toThrow(
      "compile: expected fast to be true or false, received 1. Correct fast.",
    );
  });

  it("labels of 64 bits", async () => {
    const labels = new BigInt64Array(4) as never;
    await expect(classifier(sparse).fit({ ...samples, labels })).rejects.toThrow(
      "fit: expected labels or targets as Uint8Array, Int32Array or Float32Array, received a BigInt64Array. Convert them: Int32Array.from(labels, Number).",
    );
  });
});

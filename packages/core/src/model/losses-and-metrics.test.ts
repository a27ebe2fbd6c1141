import { afterEach, describe, expect, it } from "vitest";
import { Conv2D, Dense, Flatten, Rescaling } from "../layers/index.js";
import { BinaryCrossentropy, Huber, type LossName, SparseCategoricalCrossentropy } from "../losses/index.js";
import {
  AUC,
  ConfusionMatrix,
  F1Score,
  MeanSquaredErrorMetric,
  Precision,
  TopKCategoricalAccuracy,
} from "../metrics/index.js";
import { Input } from "../network/input.js";
import { toCategorical } from "../training/samples.js";
import type { CompileOptions } from "./compile-options.js";
import { Sequential } from "./sequential.js";
import { tinyImages } from "./tiny-model.testing.js";

const made: Sequential[] = [];
afterEach(() => {
  for (const model of made.splice(0)) model.dispose();
});

function compiled(model: Sequential, options: CompileOptions): Sequential {
  made.push(model);
  model.compile({ threads: 2, ...options });
  return model;
}

/** 8×8 images to 8×8 images. */
function autoencoder(options: CompileOptions): Sequential {
  const model = new Sequential([
    new Input([8, 8, 1]),
    new Rescaling(1 / 255),
    new Conv2D(4, 3, { padding: "same", activation: "relu" }),
    new Conv2D(1, 3, { padding: "same", activation: "sigmoid" }),
  ]);
  return compiled(model, options);
}

function classifier(units: number, activation: "softmax" | "sigmoid" | "linear", options: CompileOptions) {
  const model = new Sequential([
    new Input([8, 8, 1]),
    new Rescaling(1 / 255),
    new Flatten(),
    new Dense(units, { activation }),
  ]);
  return compiled(model, options);
}

const samples = tinyImages(70);
const pixels = { ...samples, targets: Float32Array.from(samples.images, (value) => value / 255) };

describe("autoencoders", () => {
  it.each<LossName | Huber>(["binaryCrossentropy", "mse", "mae", new Huber({ delta: 0.1 })])(
    "learn with %o",
    async (loss) => {
      const model = autoencoder({ loss, metrics: [new MeanSquaredErrorMetric({ name: "error" })] });
      const before = await model.evaluate(pixels);
      const history = await model.fit(pixels, { epochs: 8, batchSize: 16, validationData: pixels });
      const after = await model.evaluate(pixels);
      expect(after.loss).toBeLessThan(before.loss);
      expect(history.epochs.at(-1)).toMatchObject({ valLoss: after.loss, valMetrics: after.metrics });
      const outputs = await model.predict(pixels);
      let error = 0;
      outputs.forEach((value, at) => {
        error += (value - pixels.targets[at]!) ** 2;
      });
      expect(after.metrics["error"]).toBeCloseTo(error / outputs.length, 8);
      if (loss === "mse") expect(after.loss).toBeCloseTo(error / outputs.length, 6);
    },
  );

  it("train to the same weights on any number of threads", async () => {
    const hashes = [];
    for (const threads of [1, 2, 3]) {
      const model = autoencoder({ loss: "binaryCrossentropy", threads });
      await model.fit(pixels, { batchSize: 32 });
      hashes.push(await model.weightsSha256());
    }
    expect(new Set(hashes).size).toBe(1);
  });
});

describe("accuracy", () => {
  it("with one output is the share of samples on the right side of ½", async () => {
    const labels = samples.labels.map((label) => Number(label === 1));
    const model = classifier(1, "sigmoid", { loss: "binaryCrossentropy" });
    await model.fit({ ...samples, labels }, { epochs: 20, batchSize: 8 });
    const { accuracy } = await model.evaluate({ ...samples, labels });
    const outputs = await model.predict(samples);
    const right = outputs.filter((value, at) => Number(value > 0.5) === labels[at]);
    expect(accuracy).toBe(right.length / samples.count);
    expect(accuracy).toBeGreaterThan(0.9);
  });

  it("with a loss of values is measured only if metrics name it, in training too", async () => {
    const data = { ...samples, targets: toCategorical(samples.labels, 3) };
    const without = classifier(3, "softmax", { loss: "mse" });
    const [row] = (await without.fit(data)).epochs;
    expect(row!.accuracy).toBeNaN();
    expect(await without.evaluate(data)).toMatchObject({ accuracy: Number.NaN, metrics: {} });
    const measured = classifier(3, "softmax", { loss: "mse", metrics: ["accuracy"] });
    const { epochs } = await measured.fit(data, { epochs: 15, batchSize: 8 });
    expect(epochs.at(-1)!.accuracy).toBeGreaterThan(0.8);
    expect(epochs.at(-1)!.loss).toBeLessThan(epochs[0]!.loss);
  });
});

describe("metrics", () => {
  const list = (): CompileOptions["metrics"] & object => [
    new TopKCategoricalAccuracy({ k: 2 }),
    "auc",
    new ConfusionMatrix(),
    new F1Score(),
  ];

  it("are computed from the model's predictions, and reported with loss and accuracy", async () => {
    const model = classifier(3, "softmax", { metrics: ["accuracy", ...list()] });
    await model.fit(samples, { epochs: 2, batchSize: 16 });
    const { accuracy, metrics } = await model.evaluate(samples);
    expect(Object.keys(metrics)).toEqual(["topKCategoricalAccuracy", "auc", "confusionMatrix", "f1Score"]);
    const outputs = await model.predict(samples);
    const expected = new ConfusionMatrix().begin([3]);
    expected.add(outputs, toCategorical(samples.labels, 3));
    expect(metrics["confusionMatrix"]).toEqual(expected.result());
    const table = expected.result() as number[][];
    expect(accuracy).toBe((table[0]![0]! + table[1]![1]! + table[2]![2]!) / samples.count);
    const auc = new AUC().begin();
    auc.add(outputs, toCategorical(samples.labels, 3));
    expect(metrics["auc"]).toBeCloseTo(auc.result() as number, 10);
  });

  it("see probabilities even if the loss takes logits", async () => {
    const ends = classifier(3, "softmax", { metrics: list() });
    const logits = classifier(3, "linear", {
      loss: new SparseCategoricalCrossentropy({ fromLogits: true }),
      metrics: list(),
    });
    expect(await logits.evaluate(samples)).toEqual(await ends.evaluate(samples));
  });

  it("add up over evaluations that take several runs of the program", async () => {
    const model = classifier(3, "softmax", { metrics: list() });
    const times = 250;
    const images = new Uint8Array(times * samples.images.length);
    const labels = new Uint8Array(times * samples.count);
    for (let time = 0; time < times; time++) {
      images.set(samples.images, time * samples.images.length);
      labels.set(samples.labels, time * samples.count);
    }
    // More samples than one run's tables hold.
    const many = await model.evaluate({ ...samples, images, labels, count: times * samples.count });
    const { metrics } = await model.evaluate(samples);
    const table = metrics["confusionMatrix"] as number[][];
    expect(many.metrics["confusionMatrix"]).toEqual(table.map((row) => row.map((value) => times * value)));
  });

  it("are not measured by fit without validation data", async () => {
    const model = classifier(3, "softmax", { metrics: list() });
    const [row] = (await model.fit(samples)).epochs;
    expect(row).not.toHaveProperty("valMetrics");
  });
});

describe("a sigmoid before binary cross-entropy", () => {
  it("trains as logits do, to the bit", async () => {
    const targets = toCategorical(samples.labels, 3);
    const hashes = [];
    const losses = [];
    for (const [activation, fromLogits] of [
      ["sigmoid", false],
      ["linear", true],
    ] as const) {
      const model = classifier(3, activation, {
        loss: new BinaryCrossentropy({ fromLogits, labelSmoothing: 0.1 }),
      });
      const { epochs } = await model.fit({ ...samples, targets }, { epochs: 2, batchSize: 16 });
      losses.push(epochs.map(({ loss }) => loss));
      hashes.push(await model.weightsSha256());
    }
    expect(hashes[0]).toBe(hashes[1]);
    expect(losses[0]).toEqual(losses[1]);
  });

  it("is not required: probabilities of another activation are clipped", async () => {
    const targets = toCategorical(samples.labels, 3);
    const model = classifier(3, "softmax", { loss: "binaryCrossentropy" });
    const { epochs } = await model.fit({ ...samples, targets }, { epochs: 5, batchSize: 8 });
    expect(epochs.at(-1)!.loss).toBeLessThan(epochs[0]!.loss);
  });
});

describe("losses and metrics refuse", () => {
  it("targets that do not match the outputs", async () => {
    await expect(autoencoder({ loss: "mse" }).fit(samples)).rejects.toThrow(
      "fit: expected 70 targets of 8×8×1 values: 4480 in all, received 70. " +
        "Pass targets of the model's output shape, or build the model for their shape.",
    );
    await expect(autoencoder({ loss: "categoricalCrossentropy" }).evaluate(pixels)).rejects.toThrow(
      "evaluate: expected a model with one output for each class, for CategoricalCrossentropy, received outputs of 8×8×1. " +
        "End the model in Flatten and Dense, or choose a loss of values such as meanSquaredError.",
    );
  });

  it("models that do not end in the activation that the loss needs", async () => {
    const loss = new BinaryCrossentropy({ fromLogits: true });
    await expect(autoencoder({ loss }).fit(pixels)).rejects.toThrow(
      "BinaryCrossentropy: expected a model that outputs logits, received one that ends in a sigmoid. " +
        "Remove `fromLogits`, or the sigmoid.",
    );
    await expect(classifier(3, "linear", {}).fit(samples)).rejects.toThrow(
      "SparseCategoricalCrossentropy: expected a model that ends in a softmax, received one that does not. " +
        'Set `activation: "softmax"` on the last layer, or `fromLogits: true` on the loss.',
    );
  });

  it("wrong metrics when the model is compiled", () => {
    const compile =
      (...metrics: CompileOptions["metrics"] & object) =>
      () =>
        classifier(3, "softmax", { metrics });
    expect(compile("acuracy" as never)).toThrow(
      "compile: expected metric to be one of accuracy, BinaryAccuracy",
    );
    expect(compile("topKCategoricalAccuracy")).toThrow(
      "expected k to be at most the number of classes, 3, received 5",
    );
    expect(compile("precision", new Precision({ classId: 1 }))).toThrow(
      "compile: expected metrics of different names, none of them called accuracy, " +
        'received "precision" twice. Set `name` on one of them.',
    );
    expect(compile(new AUC({ name: "accuracy" }))).toThrow('received "accuracy" for a metric');
  });
});

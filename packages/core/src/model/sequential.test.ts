import { afterEach, describe, expect, it } from "vitest";
import { HeddleError } from "../base/errors.js";
import { Activation, Conv2D, Dense, Dropout, Flatten, MaxPooling2D } from "../layers/index.js";
import { CategoricalCrossentropy, SparseCategoricalCrossentropy } from "../losses/index.js";
import { Input } from "../network/input.js";
import type { ModelOptions } from "../network/network.js";
import { Adam } from "../optimizers/index.js";
import { toCategorical } from "../training/samples.js";
import { Sequential } from "./sequential.js";
import { asFloats, studyCnn, tinyCnn, tinyImages } from "./tiny-model.testing.js";

const models: Sequential[] = [];
afterEach(() => {
  for (const model of models.splice(0)) model.dispose();
});

function cnn(options: ModelOptions & { rate?: number } = {}): Sequential {
  const model = tinyCnn(options);
  model.compile({ threads: 2, optimizer: new Adam({ learningRate: 0.01 }) });
  models.push(model);
  return model;
}

/** The mean loss and the accuracy of predictions. */
function judge(predictions: Float32Array, labels: ArrayLike<number>, classes: number) {
  let loss = 0;
  let right = 0;
  const count = predictions.length / classes;
  for (let n = 0; n < count; n++) {
    const row = [...predictions.subarray(n * classes, (n + 1) * classes)];
    loss -= Math.log(row[labels[n]!]!);
    right += Number(row.indexOf(Math.max(...row)) === labels[n]);
  }
  return { loss: loss / count, accuracy: right / count };
}

describe("a model", () => {
  it("summarizes the study's CNN as Keras does, with multiply-adds", () => {
    const model = studyCnn();
    expect(model.parameters).toBe(50_890);
    expect(model.summary()).toBe(
      [
        'Model: "sequential"',
        "─────────────────────────────────────────────────────────────────────",
        "Layer (type)                  Output shape         Param #       MACs",
        "─────────────────────────────────────────────────────────────────────",
        "rescaling (Rescaling)         [batch, 28, 28, 1]         0          0",
        "conv2d (Conv2D)               [batch, 26, 26, 16]      160     97,344",
        "conv2d_1 (Conv2D)             [batch, 24, 24, 32]    4,640  2,654,208",
        "max_pooling2d (MaxPooling2D)  [batch, 12, 12, 32]        0          0",
        "dropout (Dropout)             [batch, 12, 12, 32]        0          0",
        "flatten (Flatten)             [batch, 4608]              0          0",
        "dense (Dense)                 [batch, 10]           46,090     46,080",
        "─────────────────────────────────────────────────────────────────────",
        "Total params: 50,890 (198.79 KiB)",
        "Multiply-adds an image: 2,797,632",
      ].join("\n"),
    );
  });

  it("names layers as Keras does, and avoids names that are taken", () => {
    const layers = [
      new Flatten(),
      new Dense(3, { name: "dense" }),
      new Dense(3),
      new Dense(3),
      new Dense(3, { name: "head" }),
    ];
    const model = new Sequential([new Input([2, 2, 1]), ...layers]);
    expect(model.layers.map((layer) => layer.name)).toEqual([
      "flatten",
      "dense",
      "dense_1",
      "dense_2",
      "head",
    ]);
    expect(model.weights.map((weight) => weight.name).slice(0, 4)).toEqual([
      ...["dense/kernel", "dense/bias", "dense_1/kernel", "dense_1/bias"],
    ]);
  });

  it("draws initial weights from its seed, each from a stream of its own", async () => {
    const sha = (seed: number) => tinyCnn({ seed }).weightsSha256();
    expect(await sha(1)).toBe(await sha(1));
    expect(await sha(1)).not.toBe(await sha(2));
    const twins = new Sequential([new Input([4]), new Dense(4), new Dense(4)]);
    expect(twins.weights[0]!.values).not.toEqual(twins.weights[2]!.values);
  });
});

describe("fit, evaluate and predict", () => {
  const [train, test] = [tinyImages(200, 1), tinyImages(50, 2)];

  it("learn: the loss falls and the accuracy rises", async () => {
    const model = cnn();
    const before = await model.evaluate(test);
    const { epochs } = await model.fit(train, { epochs: 8, batchSize: 16, validationData: test });
    const after = await model.evaluate(test);
    expect(epochs.map((row) => row.epoch)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(epochs.at(-1)!.loss).toBeLessThan(epochs[0]!.loss / 2);
    expect(after.loss).toBeLessThan(before.loss / 2);
    expect(after.accuracy).toBeGreaterThan(0.9);
    expect(epochs.at(-1)).toMatchObject({
      valLoss: after.loss,
      valAccuracy: after.accuracy,
      learningRate: 0.01,
    });
    expect(epochs.every((row) => row.seconds > 0 && row.imagesPerSecond > 0)).toBe(true);
  });

  it("agree: loss and accuracy follow from the predicted probabilities, for bytes and floats", async () => {
    const model = cnn();
    await model.fit(train, { batchSize: 16 });
    const predictions = await model.predict(test);
    expect(predictions.length).toBe(test.count * 3);
    for (let n = 0; n < test.count; n++) {
      const sum = predictions.subarray(3 * n, 3 * n + 3).reduce((total, value) => total + value, 0);
      expect(sum).toBeCloseTo(1, 6);
    }
    const expected = judge(predictions, test.labels, 3);
    const { loss, accuracy } = await model.evaluate(test);
    expect(accuracy).toBe(expected.accuracy);
    expect(loss).toBeCloseTo(expected.loss, 5);
    expect(await model.predict(asFloats(test))).toEqual(predictions);
    expect(await model.evaluate(asFloats(test))).toEqual({ loss, accuracy, metrics: {} });
  });

  it("agree on the loss of an epoch in which nothing is learnt, for any batch size", async () => {
    // At a learning rate of 0 without dropout, the epoch's loss is that of evaluate.
    for (const batchSize of [1, 7, 64, 150]) {
      const model = tinyCnn({ rate: 0 });
      models.push(model);
      model.compile({ threads: 2, optimizer: new Adam({ learningRate: 0 }) });
      const { epochs } = await model.fit(train, { batchSize });
      const { loss, accuracy } = await model.evaluate(train);
      expect(epochs[0]!.loss).toBeCloseTo(loss, 6);
      expect(epochs[0]!.accuracy).toBe(accuracy);
    }
  });

  it("treat a batch size larger than the data as all of it", async () => {
    const [large, exact] = [cnn(), cnn()];
    await large.fit(test, { batchSize: 1000, epochs: 2 });
    await exact.fit(test, { batchSize: test.count, epochs: 2 });
    expect(await large.weightsSha256()).toBe(await exact.weightsSha256());
  });

  it("continue where the last fit ended: one epoch twice is two epochs", async () => {
    const [once, twice] = [cnn(), cnn()];
    const { epochs } = await once.fit(train, { epochs: 2, batchSize: 16 });
    const first = await twice.fit(train, { batchSize: 16 });
    await twice.evaluate(test);
    const second = await twice.fit(train, { batchSize: 16 });
    expect(await twice.weightsSha256()).toBe(await once.weightsSha256());
    expect([...first.epochs, ...second.epochs].map(({ epoch, loss }) => [epoch, loss])).toEqual(
      epochs.map(({ epoch, loss }) => [epoch, loss]),
    );
  });

  it("shuffle unless shuffle is false", async () => {
    const shas = [];
    for (const shuffle of [true, false]) {
      const model = cnn();
      await model.fit(train, { batchSize: 16, shuffle });
      shas.push(await model.weightsSha256());
    }
    expect(shas[0]).not.toBe(shas[1]);
  });

  it("take one-hot targets, with the result of the class numbers that they stand for", async () => {
    const oneHot = { ...train, labels: toCategorical(train.labels, 3) };
    const [sparse, categorical] = [cnn(), cnn()];
    categorical.compile({
      threads: 2,
      optimizer: new Adam({ learningRate: 0.01 }),
      loss: "categoricalCrossentropy",
    });
    await sparse.fit(train, { batchSize: 16 });
    await categorical.fit(oneHot, { batchSize: 16 });
    const [a, b] = [await sparse.evaluate(train), await categorical.evaluate(oneHot)];
    expect(b.loss).toBeCloseTo(a.loss, 5);
    expect(b.accuracy).toBe(a.accuracy);
  });

  it("train on logits to the same weights as on their softmax", async () => {
    const make = (last: "softmax" | "linear") => {
      const layers = [new Flatten(), new Dense(3, { activation: last })];
      const model = new Sequential([new Input([8, 8, 1]), ...layers], { seed: 4 });
      models.push(model);
      const loss = new SparseCategoricalCrossentropy({ fromLogits: last === "linear" });
      model.compile({ threads: 2, loss });
      return model;
    };
    const [softmax, logits] = [make("softmax"), make("linear")];
    for (const model of [softmax, logits]) await model.fit(train, { batchSize: 16 });
    expect(await logits.weightsSha256()).toBe(await softmax.weightsSha256());
    expect(await logits.evaluate(test)).toEqual(await softmax.evaluate(test));
    expect(await logits.predict(test)).not.toEqual(await softmax.predict(test));
  });

  it("handle strides, padding, Activation layers and dropout in a row", async () => {
    const model = new Sequential([
      new Input([8, 8, 1]),
      new Conv2D(4, 3, { padding: "same", strides: 2, useBias: false }),
      new Activation("relu"),
      new MaxPooling2D(3, { strides: 1, padding: "same" }),
      new Dropout(0.1),
      new Flatten(),
      new Dense(9, { activation: "relu", kernelInitializer: "heUniform" }),
      new Dropout(0.1),
      new Dense(3),
      new Activation("softmax"),
    ]);
    models.push(model);
    model.compile({ threads: 2 });
    const { epochs } = await model.fit(asFloats(train), { epochs: 6, batchSize: 16 });
    expect(epochs.at(-1)!.loss).toBeLessThan(epochs[0]!.loss);
  });

  it("call callbacks at each epoch, in order, with the logs that fit returns", async () => {
    const model = cnn();
    const calls: unknown[] = [];
    const history = await model.fit(train, {
      ...{ epochs: 2, batchSize: 16 },
      callbacks: [
        { onEpochBegin: (epoch) => void calls.push(epoch), onEpochEnd: async (row) => void calls.push(row) },
        { onEpochEnd: async () => void calls.push(await model.weightsSha256()) },
      ],
    });
    const shas = calls.filter((call) => typeof call === "string");
    expect(calls).toEqual([1, history.epochs[0], shas[0], 2, history.epochs[1], shas[1]]);
    expect(shas[1]).toBe(await model.weightsSha256());
    expect(shas[0]).not.toBe(shas[1]);
  });
});

describe("a clear error says why", () => {
  const data = tinyImages(6);
  const refused = (make: () => unknown, message: string) =>
    expect(Promise.resolve().then(make)).rejects.toThrow(new HeddleError(message));

  it("a model cannot be built", async () => {
    await refused(
      () => new Sequential([new Dense(3)]),
      "Sequential: expected an Input first and layers after it, received [Dense]. Start with new Input([height, width, channels]).",
    );
    await refused(
      () => new Sequential([new Input([4])]),
      "Sequential: expected an Input first and layers after it, received [Input]. Start with new Input([height, width, channels]).",
    );
    await refused(
      () => new Sequential([new Input([4]), new Dense(3), new Input([3])]),
      "Sequential: expected an Input first and layers after it, received [Input, Dense, Input]. Start with new Input([height, width, channels]).",
    );
    await refused(
      () => new Sequential([new Input([28, 0, 1]), new Flatten()]),
      "Input: expected each size of the shape to be a whole number of at least 1, received 0. Correct each size of the shape.",
    );
    await refused(
      () => new Sequential([new Input([4]), new Dense(3)], { seed: 0.5 }),
      "Sequential: expected seed to be a whole number of at least 0, received 0.5. Correct seed.",
    );
    const layer = new Dense(4);
    await refused(
      () => new Sequential([new Input([4]), layer, layer]),
      "Sequential: expected each layer once, received Dense twice. Create another layer, or build a Model, in which a layer may be used again and shares its weights.",
    );
    await refused(
      () => new Sequential([new Input([4]), new Dense(4, { name: "a" }), new Dense(4, { name: "a" })]),
      'Sequential: expected layers with different names, received two named "a". Rename one of them.',
    );
  });

  it("samples cannot be trained on", async () => {
    const model = cnn();
    const training =
      (samples: object, options = {}) =>
      () =>
        model.fit({ ...data, ...samples }, options);
    await refused(
      training({ shape: [4, 16, 1] }),
      "fit: expected images of 8×8×1, received images of 4×16×1. Resize the images, or build the model for their size.",
    );
    await refused(
      training({ count: 7 }),
      "fit: expected 7 images of 8×8×1 values: 448 in all, received 384. Correct count, shape or the array.",
    );
    await refused(
      training({ images: new Uint8Array(0), labels: new Uint8Array(0), count: 0 }),
      "fit: expected at least one image, received a count of 0. Pass at least one image.",
    );
    await refused(
      training({ labels: new Uint8Array([0, 1, 2, 3, 0, 1]) }),
      "fit: expected labels from 0 to 2, received 3 at image 3. Set the units of the last layer to the number of classes.",
    );
    await refused(
      training({ labels: new Int32Array([0, -1, 2, 3, 0, 1]) }),
      "fit: expected labels from 0 to 2, received -1 at image 1. Set the units of the last layer to the number of classes.",
    );
    await refused(
      training({ labels: new Uint8Array(5) }),
      "fit: expected 6 class numbers as bytes or Int32Array, received 5 values in a Uint8Array. Pass one label for each image, or use categoricalCrossentropy for distributions.",
    );
    await refused(
      training({}, { batchSize: 0 }),
      "fit: expected batchSize to be a whole number of at least 1, received 0. Correct batchSize.",
    );
    await refused(
      training({}, { epochs: 1.5 }),
      "fit: expected epochs to be a whole number of at least 1, received 1.5. Correct epochs.",
    );
    await refused(
      training({}, { validationData: { ...data, shape: [8, 8, 3] } }),
      "fit, validationData: expected images of 8×8×1, received images of 8×8×3. Resize the images, or build the model for their size.",
    );
    await refused(
      () => model.predict({ ...data, shape: [64] }),
      "predict: expected images of 8×8×1, received images of 64. Resize the images, or build the model for their size.",
    );
    // The model still works.
    expect((await model.fit(data)).epochs.length).toBe(1);
  });

  it("a loss or a number of threads cannot be used", async () => {
    const model = cnn();
    model.compile({ loss: new CategoricalCrossentropy() });
    await refused(
      () => model.evaluate(data),
      "evaluate: expected targets [6, 3] as Float32Array, received 6 values in a Uint8Array. Use toCategorical(labels, classes), or sparseCategoricalCrossentropy for class numbers.",
    );
    model.compile({ loss: new SparseCategoricalCrossentropy({ fromLogits: true }) });
    await refused(
      () => model.fit(data),
      "SparseCategoricalCrossentropy: expected a model that outputs logits, received one that ends in a softmax. Remove `fromLogits`, or the softmax.",
    );
    const linear = new Sequential([new Input([8, 8, 1]), new Flatten(), new Dense(3)]);
    models.push(linear);
    await refused(
      () => linear.evaluate(data),
      'SparseCategoricalCrossentropy: expected a model that ends in a softmax, received one that does not. Set `activation: "softmax"` on the last layer, or `fromLogits: true` on the loss.',
    );
    await refused(
      () => model.compile({ loss: "hinge" as never }),
      'compile: expected loss to be one of SparseCategoricalCrossentropy, CategoricalCrossentropy, BinaryCrossentropy, MeanSquaredError, MeanAbsoluteError, Huber, mse, mae, received "hinge". Choose one of them.',
    );
    for (const threads of [0, 65]) {
      await refused(
        async () => model.compile({ threads }),
        `compile: expected threads to be a whole number from 1 to 64, received ${threads}. Correct threads.`,
      );
    }
    model.compile({ threads: 2 });
    expect((await model.predict(data)).length).toBe(18);
  });

  it("a batch does not fit in memory, and how much it takes", async () => {
    const side = 4096;
    const model = new Sequential([
      new Input([side, side, 1]),
      new Conv2D(8, 3),
      new Flatten(),
      new Activation("softmax"),
    ]);
    models.push(model);
    model.compile({ threads: 1 });
    const images = { images: new Uint8Array(side * side), count: 1, shape: [side, side, 1] };
    // A sample's pixels as floats take 64 MiB, its outputs eight times as much, and a run keeps those of 16,384 samples.
    await expect(model.predict(images)).rejects.toThrow(
      /^Engine: expected a model and batch within 2\.0 GiB, received 8\.\d TiB up to prediction, outputs\. Use a smaller batch/,
    );
  });
});

describe("toCategorical", () => {
  it("makes one row for each label, and refuses labels that have no column", () => {
    expect(toCategorical([2, 0], 3)).toEqual(new Float32Array([0, 0, 1, 1, 0, 0]));
    for (const label of [3, -1, 0.5]) {
      expect(() => toCategorical([0, label], 3)).toThrow(
        `toCategorical: expected labels from 0 to 2, received ${label} at 1. Pass the number of classes.`,
      );
    }
  });
});

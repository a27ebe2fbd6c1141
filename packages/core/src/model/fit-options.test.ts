// The options of fit that Keras has too, callbacks, and numbers that stop being finite.
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Callback, Progress } from "../callbacks/callback.js";
import { EarlyStopping, LearningRateScheduler, TerminateOnNaN } from "../callbacks/index.js";
import { Conv2D, Dense, Flatten } from "../layers/index.js";
import { Input } from "../network/input.js";
import { Adam, type Optimizer, SGD } from "../optimizers/index.js";
import { OneCycle } from "../schedules/index.js";
import { Sequential } from "./sequential.js";
import { asFloats, tinyCnn, tinyImages } from "./tiny-model.testing.js";

const models: Sequential[] = [];
afterEach(() => {
  for (const model of models.splice(0)) model.dispose();
});
function compiled(model: Sequential, optimizer: Optimizer): Sequential {
  model.compile({ threads: 2, optimizer });
  models.push(model);
  return model;
}
const cnn = (optimizer: Optimizer = new Adam({ learningRate: 0.01 })) => compiled(tinyCnn(), optimizer);
const data = tinyImages(70);
const batchSize = 16;

describe("fit", () => {
  it("resumes at initialEpoch with the weights of an uninterrupted training", async () => {
    const [whole, parts] = [cnn(), cnn()];
    await whole.fit(data, { batchSize, epochs: 4 });
    await parts.fit(data, { batchSize, epochs: 2 });
    const { epochs } = await parts.fit(data, { batchSize, epochs: 4, initialEpoch: 2 });
    expect(epochs.map(({ epoch }) => epoch)).toEqual([3, 4]);
    expect(await parts.weightsSha256()).toBe(await whole.weightsSha256());
  });

  it("takes stepsPerEpoch batches an epoch: short epochs train what full ones do", async () => {
    const [whole, halves] = [cnn(), cnn()];
    // A pass has five batches.
    await whole.fit(data, { batchSize, epochs: 2 });
    const progress: Progress[] = [];
    const callbacks = [{ onProgress: (one: Progress) => progress.push(one) }];
    const { epochs } = await halves.fit(data, { batchSize, epochs: 5, stepsPerEpoch: 2, callbacks });
    expect(epochs.length).toBe(5);
    for (const { step, steps, samples } of progress) {
      expect(steps).toBe(2);
      expect(step).toBeLessThanOrEqual(2);
      expect(samples).toBeLessThanOrEqual(32);
    }
    expect(await halves.weightsSha256()).toBe(await whole.weightsSha256());
  });

  it("validates on the last samples with validationSplit, in the epochs of validationFreq", async () => {
    const model = cnn();
    const { epochs } = await model.fit(data, {
      ...{ batchSize, epochs: 3, validationSplit: 0.3, validationFreq: [1, 3] },
    });
    expect(epochs.map(({ valLoss }) => valLoss !== undefined)).toEqual([true, false, true]);
    const last = {
      ...data,
      images: data.images.subarray(49 * 64),
      labels: data.labels.subarray(49),
      count: 21,
    };
    const { loss, accuracy } = await model.evaluate(last);
    expect([epochs[2]!.valLoss, epochs[2]!.valAccuracy]).toEqual([loss, accuracy]);
  });

  it("trains as usual with sample weights of 1, and learns nothing with class weights of 0", async () => {
    const [plain, ones, zeros] = [cnn(new SGD({})), cnn(new SGD({})), cnn(new SGD({}))];
    const run = { batchSize: 70, epochs: 2, shuffle: false };
    await plain.fit(data, run);
    await ones.fit(data, { ...run, sampleWeight: new Float32Array(70).fill(1) });
    expect(await ones.weightsSha256()).toBe(await plain.weightsSha256());
    const start = await zeros.weightsSha256();
    const { epochs } = await zeros.fit(data, { ...run, classWeight: { 0: 0, 1: 0, 2: 0 } });
    expect(epochs[1]!.loss).toBe(0);
    expect(await zeros.weightsSha256()).toBe(start);
  });

  it("prints Keras's lines only if verbose is set", async () => {
    const log = vi.spyOn(console, "log").mockImplementation(() => {});
    try {
      await cnn().fit(data, { batchSize, validationSplit: 0.2 });
      expect(log).not.toHaveBeenCalled();
      await cnn().fit(data, { batchSize, validationSplit: 0.2, verbose: 1 });
      await cnn().fit(data, { batchSize, verbose: 2 });
      const lines = log.mock.calls.map(([line]) => String(line));
      const number = String.raw`\d+\.\d{4}`;
      expect(lines[0]).toBe("Epoch 1/1");
      expect(lines[1]).toMatch(
        new RegExp(
          `^4/4 ━{20} [\\d.]+s [\\d,]+ images/s - loss: ${number} - accuracy: ${number} - val_loss: ${number} - val_accuracy: ${number}$`,
        ),
      );
      expect(lines[3]).toMatch(/^5\/5 - [\d.]+s [\d,]+ images\/s - loss: /);
      expect(lines.length).toBe(4);
    } finally {
      log.mockRestore();
    }
  });

  it("refuses options that contradict each other or the samples", async () => {
    const model = cnn();
    await expect(model.fit(data, { validationSplit: 1.5 })).rejects.toThrow(
      "fit: expected validationSplit to leave samples for training and for validation, received 1.5 of 70. Set `validationSplit` to a share between 0 and 1, or pass more samples.",
    );
    await expect(model.fit(data, { validationSplit: 0.5, validationData: data })).rejects.toThrow(
      "fit: expected validationData or validationSplit, received both. Remove one of them.",
    );
    const sampleWeight = new Float32Array(70).fill(1);
    await expect(model.fit(data, { sampleWeight, classWeight: { 1: 2 } })).rejects.toThrow(
      "fit: expected classWeight or sampleWeight, received both. Multiply them into one `sampleWeight`.",
    );
    await expect(model.fit(data, { sampleWeight: [1, 2] })).rejects.toThrow(
      "fit: expected sampleWeight [70], received 2 values. Pass one weight for each sample.",
    );
    await expect(model.fit(data, { classWeight: { 1: Number.NaN } })).rejects.toThrow(
      "fit: expected finite weights, received NaN for class 1. Correct `classWeight`.",
    );
    await expect(model.fit(data, { stepsPerEpoch: 0 })).rejects.toThrow(
      "fit: expected stepsPerEpoch to be a whole number of at least 1, received 0.",
    );
  });
});

describe("callbacks of fit", () => {
  it("are called in order, can stop the training, and read and set weights", async () => {
    const events: string[] = [];
    const callback: Callback = {
      onTrainBegin: ({ epoch, epochs, steps }) =>
        void events.push(`begin ${epoch} of ${epochs}, ${steps} steps`),
      onEpochBegin: (epoch) => void events.push(`epoch ${epoch}`),
      onEpochEnd: (logs, training) => {
        events.push(`end ${logs.epoch}`);
        if (logs.epoch === 2) training.stop();
      },
      onTrainEnd: (training) => {
        events.push("trained");
        training.setWeights(training.getWeights().map((values) => values.fill(0.5)));
      },
    };
    const model = cnn();
    const { epochs } = await model.fit(data, { batchSize, epochs: 9, callbacks: [callback] });
    expect(events).toEqual(["begin 0 of 9, 5 steps", "epoch 1", "end 1", "epoch 2", "end 2", "trained"]);
    expect(epochs.length).toBe(2);
    expect(model.weights.every(({ values }) => values.every((value) => value === 0.5))).toBe(true);
    const wrong: Callback = { onTrainBegin: (training) => training.setWeights([]) };
    await expect(model.fit(data, { callbacks: [wrong] })).rejects.toThrow(
      /^setWeights: expected \d+ arrays of /,
    );
  });

  it("can restore the best epoch's weights: EarlyStopping", async () => {
    const model = cnn();
    const shas: string[] = [];
    const stopping = new EarlyStopping({
      monitor: "loss",
      mode: "max",
      restoreBestWeights: true,
      patience: 1,
    });
    const keep: Callback = { onEpochEnd: async () => void shas.push(await model.weightsSha256()) };
    await model.fit(data, { batchSize, epochs: 9, callbacks: [keep, stopping] });
    expect(stopping.stoppedEpoch).toBe(2);
    expect(await model.weightsSha256()).toBe(shas[0]);
    expect(shas[0]).not.toBe(shas[1]);
  });

  it("can set a learning rate, which the next fit keeps and compile resets", async () => {
    const model = cnn();
    const start = await model.weightsSha256();
    const callbacks = [new LearningRateScheduler(() => 0)];
    const { epochs } = await model.fit(data, { batchSize, callbacks });
    expect(epochs[0]!.learningRate).toBe(0);
    await model.fit(data, { batchSize });
    expect(await model.weightsSha256()).toBe(start);
    model.compile({ threads: 2 });
    await model.fit(data, { batchSize });
    expect(await model.weightsSha256()).not.toBe(start);
  });

  it("cannot set a learning rate that a schedule decides, or a negative one", async () => {
    const callbacks = [new LearningRateScheduler(() => 0.1)];
    await expect(cnn(new SGD({ learningRate: new OneCycle(0.1) })).fit(data, { callbacks })).rejects.toThrow(
      "setLearningRate: expected an optimizer with a constant learning rate, received one that follows OneCycle. Remove the schedule, or the callback that sets the rate.",
    );
    await expect(cnn().fit(data, { callbacks: [new LearningRateScheduler(() => -1)] })).rejects.toThrow(
      "setLearningRate: expected a learning rate of at least 0, received -1. Correct what computes the rate.",
    );
  });
});

describe("fit, on numbers that are not finite,", () => {
  const floats = asFloats(data);
  const dense = (optimizer: Optimizer) =>
    compiled(
      new Sequential([
        new Input([8, 8, 1]),
        new Conv2D(4, 3, { name: "eyes" }),
        new Flatten(),
        new Dense(3, { activation: "softmax", name: "head" }),
      ]),
      optimizer,
    );
  const run = { batchSize, shuffle: false, epochs: 3 };

  it("names the step and the image that contains NaN", async () => {
    const images = floats.images.slice();
    images[64 * 37 + 5] = Number.NaN;
    const model = dense(new SGD({ learningRate: 0 }));
    const start = await model.weightsSha256();
    await expect(model.fit({ ...floats, images }, run)).rejects.toThrow(
      "fit: expected finite numbers in step 3 (epoch 1), received a loss of NaN: image 37 contains NaN. Lower the learning rate, clip the gradients, or check images and labels. The model keeps the weights from before this epoch.",
    );
    expect(await model.weightsSha256()).toBe(start);
  });

  it("names the layer if the learning rate was far too high; the model keeps its weights and can be trained again", async () => {
    const model = dense(new SGD({ learningRate: 1e30, momentum: 0.9 }));
    const start = await model.weightsSha256();
    await expect(model.fit(floats, run)).rejects.toThrow(
      /expected finite numbers in step [2-5] \(epoch 1\), received a loss of NaN: the weights eyes\/\w+ of layer "eyes" are not finite/,
    );
    expect(await model.weightsSha256()).toBe(start);
    const callbacks = [new LearningRateScheduler(() => 1e-7)];
    const { epochs } = await model.fit(floats, { ...run, callbacks });
    expect(epochs.length).toBe(3);
  });

  it("names the first layer whose outputs are not finite if its weights were not finite at the start", async () => {
    const model = dense(new SGD({}));
    model.weights.find(({ name }) => name === "head/bias")!.values[1] = Number.POSITIVE_INFINITY;
    await expect(model.fit(floats, run)).rejects.toThrow(
      'in step 1 (epoch 1), received a loss of NaN: layer "head" has outputs that are not finite',
    );
  });

  it("ends without an error with TerminateOnNaN", async () => {
    const images = floats.images.slice();
    images[0] = Number.POSITIVE_INFINITY;
    const callback = new TerminateOnNaN();
    const { epochs } = await dense(new SGD({})).fit({ ...floats, images }, { ...run, callbacks: [callback] });
    expect(epochs).toEqual([]);
    expect(callback.fault!.message).toContain("image 0 contains Infinity");
  });
});

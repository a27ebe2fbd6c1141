import { describe, expect, it } from "vitest";
import type { Callback, TrainingControl, TrainingState } from "../callbacks/callback.js";
import { type ImageSet, imagesAt } from "../data/dataset.js";
import { generateFashionSketch } from "../data/fashion-sketch/index.js";
import { datasetInMemory } from "../data/images.js";
import { BatchNormalization, Conv2D, Dense, Flatten, MaxPooling2D, Rescaling } from "../layers/index.js";
import type { Model } from "../model/model.js";
import { headOf } from "../model/new-head.js";
import { Sequential } from "../model/sequential.js";
import { Input } from "../network/input.js";
import { trainingOf } from "./build-training.js";
import { fitTraining } from "./fit-training.js";
import { prepareTraining } from "./prepare-training.js";
import { resolveSettings } from "./resolve-settings.js";
import type { GivenSettings } from "./settings.js";

const shape = [6, 6, 1] as const;
const images = Uint8Array.from({ length: 40 * 36 }, (_, at) => (at * 37) % 251);
const labels = Uint8Array.from({ length: 40 }, (_, at) => at % 3);
const set = { images, labels, count: 40, shape };
const dataset = datasetInMemory({
  name: "stripes",
  title: "Stripes",
  classNames: ["a", "b", "c"],
  source: { kind: "generated", files: [] },
  train: set,
  test: set,
});
const base = new Sequential(
  [new Input(shape), new Conv2D(2, 3), new Flatten(), new Dense(5, { activation: "softmax" })],
  { seed: 3 },
);

function fineTuning(settings: { readonly frozenEpochs?: number; readonly epochs: number }, model = base) {
  const resolved = resolveSettings({ from: "base", batchSize: 10, ...settings }, {});
  return trainingOf(resolved, dataset, { threads: 1, base: { model, range: [0, 255] } });
}

async function trained(
  settings: Parameters<typeof fineTuning>[0],
  callbacks: (from: TrainingState | undefined) => readonly Callback[] = () => [],
  from?: TrainingState,
): Promise<Model> {
  const training = fineTuning(settings);
  try {
    await fitTraining(training, prepareTraining(training), { callbacks, from });
  } finally {
    training.model.dispose();
  }
  return training.model;
}

const kernelOf = (model: Model) => [...model.layers[0]!.weights[0]!.read()];
const headWeights = (model: Model) => [...headOf(model).weights[0]!.read()];

describe("fitTraining of a fine-tuning", () => {
  it("trains the new layer alone in the frozen epochs, and every layer after them", async () => {
    const first = fineTuning({ epochs: 2 }).model;
    const frozen = await trained({ epochs: 2, frozenEpochs: 2 });
    expect(kernelOf(frozen)).toEqual(kernelOf(base));
    expect(headWeights(frozen)).not.toEqual(headWeights(first));
    expect(frozen.layers.every(({ trainable }) => trainable)).toBe(true);
    expect(kernelOf(await trained({ epochs: 3, frozenEpochs: 2 }))).not.toEqual(kernelOf(base));
  });

  it("leaves batch normalization as it was, whose moving averages few images cannot replace", async () => {
    const normalized = new Sequential([
      new Input(shape),
      new Conv2D(2, 3),
      new BatchNormalization(),
      new Flatten(),
      new Dense(5, { activation: "softmax" }),
    ]);
    const training = fineTuning({ epochs: 2, frozenEpochs: 1 }, normalized);
    const { model } = training;
    const weights = () => model.layers[1]!.weights.map((weight) => [...weight.read()]);
    const [before, kernel] = [weights(), kernelOf(model)];
    await fitTraining(training, prepareTraining(training), { callbacks: () => [] });
    model.dispose();
    expect(weights()).toEqual(before);
    expect(kernelOf(model)).not.toEqual(kernel);
    expect(model.layers.every(({ trainable }) => trainable)).toBe(true);
  });

  it("resumes to the same weights from either part, and from between them", async () => {
    const settings = { epochs: 4, frozenEpochs: 2 };
    const states: TrainingState[] = [];
    const keep: Callback = {
      onEpochEnd: async (_logs, training: TrainingControl) => {
        states.push(await training.getState());
      },
    };
    const whole = await trained(settings, () => [keep]);
    expect(states.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4]);
    for (const state of states) {
      const resumed = await trained(
        settings,
        (from) => [{ onTrainBegin: (training: TrainingControl) => from && training.setState(from) }],
        state,
      );
      expect(await resumed.weightsSha256()).toBe(await whole.weightsSha256());
    }
  });
});

describe("a model that was trained on five classes of clothes", () => {
  const sketch = generateFashionSketch({ train: 400, test: 200, seed: 9 });
  const known = [0, 2, 4, 6, 8];
  const others = [1, 3, 5, 7, 9];

  const ofClasses = (set: ImageSet, classes: readonly number[], perClass: number): ImageSet => {
    const counts = new Map<number, number>();
    const places = [...set.labels.keys()].filter((place) => {
      const label = set.labels[place]!;
      counts.set(label, (counts.get(label) ?? 0) + 1);
      return classes.includes(label) && counts.get(label)! <= perClass;
    });
    const images = imagesAt(set, places);
    return { ...images, labels: Uint8Array.from(images.labels, (label) => classes.indexOf(label)) };
  };
  const part = (classes: readonly number[], perClass: number) =>
    datasetInMemory({
      ...sketch,
      classNames: classes.map((label) => sketch.classNames[label]!),
      train: ofClasses(sketch.train, classes, perClass),
      test: ofClasses(sketch.test, classes, 100),
    });
  const network = new Sequential([
    new Input([28, 28, 1]),
    new Rescaling(1 / 255),
    new Conv2D(8, 3, { activation: "relu" }),
    new MaxPooling2D(2),
    new Conv2D(16, 3, { activation: "relu" }),
    new MaxPooling2D(2),
    new Flatten(),
    new Dense(5, { activation: "softmax" }),
  ]).toJson();
  const accuracyOf = async (data: ReturnType<typeof part>, settings: GivenSettings, from?: Model) => {
    const chosen = resolveSettings(from ? { from: "base" } : { model: network }, settings);
    const training = trainingOf(chosen, data, {
      threads: 1,
      ...(from && { base: { model: from, range: [0, 255] } }),
    });
    try {
      await fitTraining(training, prepareTraining(training), { callbacks: () => [] });
      const { accuracy } = await training.model.evaluate(data.test.inMemory!);
      return { accuracy, model: training.model };
    } finally {
      training.model.dispose();
    }
  };

  it("learns five other ones from four images of each in sixteen steps, by 15 points better than from scratch", async () => {
    const { model } = await accuracyOf(part(known, 40), { epochs: 12, batchSize: 16 });
    const few = part(others, 4);
    let gain = 0;
    for (const seed of [1, 2]) {
      const settings = { epochs: 4, batchSize: 5, seed };
      const scratch = await accuracyOf(few, settings);
      const tuned = await accuracyOf(few, settings, model);
      gain += (tuned.accuracy - scratch.accuracy) / 2;
    }
    expect(gain).toBeGreaterThan(0.15);
  });
});

import { describe, expect, it } from "vitest";
import type { Callback, TrainingControl, TrainingState } from "../callbacks/callback.js";
import { datasetInMemory } from "../data/images.js";
import { Conv2D, Dense, Flatten } from "../layers/index.js";
import type { Model } from "../model/model.js";
import { headOf } from "../model/new-head.js";
import { Sequential } from "../model/sequential.js";
import { Input } from "../network/input.js";
import { trainingOf } from "./build-training.js";
import { fitTraining } from "./fit-training.js";
import { prepareTraining } from "./prepare-training.js";
import { resolveSettings } from "./resolve-settings.js";

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

function fineTuning(settings: { readonly frozenEpochs?: number; readonly epochs: number }) {
  const resolved = resolveSettings({ from: "base", batchSize: 10, ...settings }, {});
  return trainingOf(resolved, dataset, { threads: 1, base: { model: base, range: [0, 255] } });
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

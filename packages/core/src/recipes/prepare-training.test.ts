import { describe, expect, it } from "vitest";
import { EarlyStopping } from "../callbacks/index.js";
import { generateFashionSketch } from "../data/fashion-sketch/index.js";
import { datasetInMemory } from "../data/images.js";
import { trainingOf } from "./build-training.js";
import { balancedWeights, prepareTraining } from "./prepare-training.js";
import { resolveSettings } from "./resolve-settings.js";

const dataset = datasetInMemory(generateFashionSketch({ train: 120, test: 20 }));

describe("prepareTraining", () => {
  it("validates on the images held out, weights classes and stops early if the settings say so", () => {
    const settings = resolveSettings(
      { limit: 100, validationSplit: 0.2, earlyStopping: 2, classWeights: "balanced" },
      { epochs: 3 },
    );
    const training = trainingOf(settings, dataset);
    const { samples, fit } = prepareTraining(training);
    expect([training.train.count, training.validation!.count]).toEqual([80, 20]);
    expect(samples).toBe(training.train.inMemory);
    expect(fit.validationData).toBe(training.validation);
    expect(fit.callbacks).toEqual([expect.any(EarlyStopping)]);
    expect(fit.classWeight).toEqual(balancedWeights(training.train));
    expect(fit.epochs).toBe(3);
  });

  it("does none of that by default", () => {
    const { samples, fit } = prepareTraining(trainingOf(resolveSettings({}, {}), dataset));
    expect(samples).toBe(dataset.train.inMemory);
    expect(fit).toEqual({ epochs: 28, batchSize: fit.batchSize, callbacks: [] });
  });
});

describe("balancedWeights", () => {
  it("makes classes count the same, and an image 1 on average", () => {
    const labels = Uint8Array.from([0, 0, 0, 2]);
    const weights = balancedWeights({ labels, count: 4 });
    expect(weights).toEqual({ 0: 4 / 6, 2: 2 });
    expect(labels.reduce((sum, label) => sum + weights[label]!, 0)).toBeCloseTo(4, 12);
  });
});

import { describe, expect, it } from "vitest";
import { generateFashionSketch } from "../data/fashion-sketch/index.js";
import { measureThroughput } from "../tuning/throughput.js";
import { trainingOf } from "./build-training.js";
import { balancedWeights, imagesOf, prepareFit } from "./prepare-training.js";
import { resolveSettings } from "./resolve-settings.js";

const dataset = generateFashionSketch({ train: 120, test: 20 });
const settings = resolveSettings(
  { limit: 100, validationSplit: 0.2, earlyStopping: 2, classWeights: "balanced" },
  { epochs: 3 },
);

describe("prepareFit", () => {
  it("holds images out, weighs classes and stops early where that is asked for", () => {
    const { train, validation, fit } = prepareFit(trainingOf(settings, dataset));
    expect(train.count + validation!.count).toBe(100);
    expect(fit.validationData).toBe(validation);
    expect(fit.callbacks).toHaveLength(1);
    expect(fit.classWeight).toEqual(balancedWeights(train));
    const plain = prepareFit(trainingOf(resolveSettings({}, {}), dataset));
    expect(plain.train).toBe(dataset.train);
    expect([plain.validation, plain.fit.validationData, plain.fit.classWeight]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(plain.fit.callbacks).toEqual([]);
  });

  it("makes classes count the same", () => {
    const labels = Uint8Array.from([0, 0, 0, 2]);
    const weights = balancedWeights({ labels, count: 4 });
    expect(weights).toEqual({ 0: 4 / 6, 2: 2 });
    // On average an image counts 1.
    expect(labels.reduce((sum, label) => sum + weights[label]!, 0)).toBeCloseTo(4, 12);
  });
});

it("throughput is measured on a copy", async () => {
  const training = trainingOf(settings, dataset);
  const before = await training.model.weightsSha256();
  const { imagesPerSecond, evaluatedPerSecond } = await measureThroughput(training, { seconds: 0.05 });
  expect(imagesPerSecond).toBeGreaterThan(0);
  expect(evaluatedPerSecond).toBeGreaterThan(0);
  expect(await training.model.weightsSha256()).toBe(before);
  await expect(measureThroughput(training, { signal: AbortSignal.abort() })).rejects.toThrow();
  expect(imagesOf(training).train.count).toBeGreaterThan(0);
});

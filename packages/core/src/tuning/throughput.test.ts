import { expect, it } from "vitest";
import { generateFashionSketch } from "../data/fashion-sketch/index.js";
import { datasetInMemory } from "../data/images.js";
import { trainingOf } from "../recipes/build-training.js";
import { resolveSettings } from "../recipes/resolve-settings.js";
import { measureThroughput } from "./throughput.js";

const dataset = datasetInMemory(generateFashionSketch({ train: 120, test: 20 }));

it("measures throughput on a copy of the model, which keeps its weights", async () => {
  const training = trainingOf(resolveSettings({ validationSplit: 0.2 }, {}), dataset);
  const before = await training.model.weightsSha256();
  const { imagesPerSecond, evaluatedPerSecond } = await measureThroughput(training, { seconds: 0.05 });
  expect(Number.isFinite(imagesPerSecond) && imagesPerSecond > 0).toBe(true);
  expect(Number.isFinite(evaluatedPerSecond) && evaluatedPerSecond > 0).toBe(true);
  expect(await training.model.weightsSha256()).toBe(before);
});

it("stops measuring when its signal fires", async () => {
  const training = trainingOf(resolveSettings({}, {}), dataset);
  await expect(measureThroughput(training, { signal: AbortSignal.abort() })).rejects.toThrow("Stopped");
});

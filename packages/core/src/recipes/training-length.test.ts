import { describe, expect, it } from "vitest";
import { imagesInMemory } from "../data/images.js";
import { tinyImages } from "../model/tiny-model.testing.js";
import { resolveSettings } from "./resolve-settings.js";
import { trainingLength, withFittingLength } from "./training-length.js";

describe("trainingLength", () => {
  it.each([3, 30, 60, 200, 686, 1000, 5000, 9999])("gives %i images at least 300 steps", (images) => {
    const { epochs, batchSize } = trainingLength(images);
    expect(epochs * Math.ceil(images / batchSize)).toBeGreaterThanOrEqual(300);
    expect(epochs).toBeLessThanOrEqual(300);
  });

  it("cuts batches and adds epochs for few images, and keeps the defaults for many", () => {
    expect(trainingLength(60)).toEqual({ batchSize: 8, epochs: 38 });
    expect(trainingLength(600)).toEqual({ batchSize: 32, epochs: 28 });
    expect(trainingLength(1024)).toEqual({ batchSize: 64, epochs: 28 });
    expect(trainingLength(60_000)).toEqual({ batchSize: 64, epochs: 28 });
  });

  it("keeps what is chosen, and fits the other to it", () => {
    expect(trainingLength(60, { epochs: 2 })).toEqual({ batchSize: 8, epochs: 2 });
    expect(trainingLength(60, { batchSize: 64 })).toEqual({ batchSize: 64, epochs: 300 });
    expect(trainingLength(60_000, { batchSize: 128 })).toEqual({ batchSize: 128, epochs: 28 });
  });
});

/** A model with batch normalization, as far as lengths depend on it. */
const normalized = (momentum?: number) => ({
  class_name: "Sequential",
  config: { layers: [{ class_name: "BatchNormalization", config: { ...(momentum && { momentum }) } }] },
});

it("trainingLength gives moving averages the steps that they need", () => {
  const lengthOf = (images: number, model: ReturnType<typeof normalized>, from?: string) =>
    trainingLength(images, {}, { model, from });
  expect(lengthOf(100, normalized())).toEqual({ batchSize: 8, epochs: 53 });
  expect(lengthOf(100, normalized(0.9))).toEqual(trainingLength(100));
  expect(lengthOf(100, normalized(), "latest")).toEqual(trainingLength(100));
  expect(lengthOf(5000, normalized())).toEqual(trainingLength(5000));
  expect(lengthOf(9, normalized(0.999))).toEqual({ batchSize: 8, epochs: 300 });
});

describe("withFittingLength", () => {
  const dataset = (count: number) => {
    const images = tinyImages(count);
    const labels = Uint8Array.from(images.labels);
    return { train: imagesInMemory({ ...images, labels, shape: [8, 8, 1] }) };
  };

  it("counts the images that are trained on, and says what it chose and why", () => {
    const limited = resolveSettings({}, { limit: 60 });
    const { settings, note } = withFittingLength(limited, dataset(80), {});
    expect(settings).toEqual({ ...limited, epochs: 38, batchSize: 8 });
    expect(note).toBe(
      "60 training images: 38 epochs in batches of 8, 304 steps, because 28 in batches of 64 would be 28. `epochs` and `batchSize` choose them.",
    );
    const split = withFittingLength(resolveSettings({}, { validationSplit: 0.5 }), dataset(120), {});
    expect(split.note).toContain("59 training images: 38 epochs");
  });

  it("says what moving averages need, and that they began elsewhere where a training is too short for them", () => {
    const { note } = withFittingLength(resolveSettings({ model: normalized() }, {}), dataset(60), {});
    expect(note).toBe(
      "60 training images: 86 epochs in batches of 8, 688 steps, because the moving averages of BatchNormalization, by which the model is tested, need 688. `epochs` and `batchSize` choose them.",
    );
    const chosen = { epochs: 10, batchSize: 16 };
    const short = withFittingLength(
      resolveSettings({ model: normalized(), ...chosen }, {}),
      dataset(60),
      chosen,
    );
    expect(short.note).toBe(
      "The moving averages of BatchNormalization, by which the model is tested, follow its values slowly: after 40 steps, 66.90% of them is still what they began with. Train for more `epochs`, or lower the layer's momentum.",
    );
  });

  it("changes nothing that is chosen, and says nothing then", () => {
    const chosen = { epochs: 2, batchSize: 16 };
    const settings = resolveSettings(chosen, {});
    expect(withFittingLength(settings, dataset(60), chosen)).toEqual({ settings, note: undefined });
  });
});

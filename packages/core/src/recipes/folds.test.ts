import { describe, expect, it } from "vitest";
import { imagesAt } from "../data/dataset.js";
import { generateFashionSketch } from "../data/fashion-sketch/index.js";
import { datasetInMemory } from "../data/images.js";
import { dealFolds, trainingOfFold, withFittingFolds } from "./folds.js";
import { resolveSettings } from "./resolve-settings.js";
import { studyModel } from "./study-recipe.js";

const sketch = generateFashionSketch({ train: 60, test: 20, seed: 3 });
const dataset = datasetInMemory(sketch);

describe("dealFolds", () => {
  it("judges each image once, by a model that is trained on all others", async () => {
    const folds = await dealFolds(sketch.train, 5);
    expect(folds.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5]);
    const judged = folds.flatMap(({ heldOut }) => heldOut);
    expect(judged.toSorted((a, b) => a - b)).toEqual([...Array(60).keys()]);
    for (const { train, heldOut } of folds) {
      expect([...train, ...heldOut].toSorted((a, b) => a - b)).toEqual([...Array(60).keys()]);
    }
    expect(await dealFolds(sketch.train, 5)).toEqual(folds);
  });

  it("keeps copies of an image in one fold", async () => {
    const doubled = imagesAt(sketch.train, [...Array(60).keys(), ...Array(60).keys()]);
    for (const { heldOut } of await dealFolds(doubled, 5)) {
      for (const image of heldOut) expect(heldOut).toContain((image + 60) % 120);
    }
  });

  it("refuses more folds than images", async () => {
    await expect(dealFolds(sketch.train, 61)).rejects.toThrow(
      "`folds`: expected at most 60, one for each training image, received 61. Lower `folds`, or add images.",
    );
  });
});

describe("trainingOfFold", () => {
  it("holds the images of a fold out of training and validation", async () => {
    const settings = resolveSettings({ validationSplit: 0.2 }, {});
    const [fold] = await dealFolds(sketch.train, 3);
    const model = studyModel({ input: sketch.train.shape, classes: 10, seed: 1 });
    const training = trainingOfFold(
      settings,
      { dataset, threads: 1 },
      { model, images: sketch.train, fold: fold! },
    );
    expect(training.dataset.train.count).toBe(fold!.train.length);
    expect(training.train.count + training.validation!.count).toBe(fold!.train.length);
    const own = imagesAt(sketch.train, fold!.train).images;
    expect(training.dataset.train.inMemory!.images).toEqual(own);
    model.dispose();
  });
});

describe("withFittingFolds", () => {
  const settings = resolveSettings({}, {});

  it("judges few images in five folds, and says so", () => {
    const fitted = withFittingFolds(settings, dataset, {});
    expect(fitted.settings.folds).toBe(5);
    expect(fitted.note).toBe(
      "20 test images tell little: 5 more models are each trained without a part of the training images and judged by it (cross-validation). `folds` sets how many; 0 turns it off.",
    );
  });

  it("leaves a training whose length is chosen as it is, with advice", () => {
    expect(withFittingFolds(settings, dataset, { epochs: 3 })).toEqual({
      settings,
      note: "20 test images tell little: `folds: 5` also judges by all 60 training images.",
    });
  });

  it("leaves folds that are chosen, and many images, as they are", () => {
    const many = { ...dataset, test: { ...dataset.test, count: 940 } };
    expect(withFittingFolds(settings, dataset, { folds: 0 })).toEqual({ settings, note: undefined });
    expect(withFittingFolds(settings, many, {})).toEqual({ settings, note: undefined });
  });
});

import { describe, expect, it } from "vitest";
import type { IdxArray, IdxData, IdxElementType } from "../../formats/idx.js";
import { datasetFromIdx, type IdxDatasetOptions } from "./dataset.js";

const options: IdxDatasetOptions = { name: "mine", title: "Mine", source: { kind: "files", files: [] } };

const array = (elementType: IdxElementType, shape: number[], data: IdxData): IdxArray => ({
  elementType,
  shape,
  data,
});
const bytes = (shape: number[], ...values: number[]) => array("uint8", shape, Uint8Array.from(values));

/** A dataset of two training images and one test image of 1×2 pixels, in which some arrays are replaced. */
const build = (
  replaced: Partial<Record<"trainImages" | "trainLabels" | "testImages" | "testLabels", IdxArray>> = {},
  more: Partial<IdxDatasetOptions> = {},
) => {
  const arrays = {
    trainImages: bytes([2, 1, 2], 1, 2, 3, 4),
    trainLabels: bytes([2], 0, 2),
    testImages: bytes([1, 1, 2], 5, 6),
    testLabels: bytes([1], 1),
    ...replaced,
  };
  const named = (name: keyof typeof arrays) => ({ name, array: arrays[name] });
  return datasetFromIdx(
    {
      trainImages: named("trainImages"),
      trainLabels: named("trainLabels"),
      testImages: named("testImages"),
      testLabels: named("testLabels"),
    },
    { ...options, ...more },
  );
};

describe("datasetFromIdx", () => {
  it("uses bytes in place and numbers the classes", () => {
    const trainImages = bytes([2, 1, 2], 1, 2, 3, 4);
    const dataset = build({ trainImages });
    expect(dataset.train.images).toBe(trainImages.data);
    expect(dataset.train).toMatchObject({ count: 2, shape: [1, 2, 1] });
    expect(dataset.classNames).toEqual(["0", "1", "2"]);
    expect(dataset.test.count).toBe(1);
  });

  it("accepts colour images, floats and large labels", () => {
    const dataset = build({
      trainImages: array("int16", [2, 1, 1, 3], Int16Array.of(-1, 0, 300, 4, 5, 6)),
      trainLabels: array("int16", [2], Int16Array.of(0, 300)),
      testImages: array("float64", [1, 1, 1, 3], Float64Array.of(-0.5, 1, 2)),
      testLabels: array("int32", [1], Int32Array.of(299)),
    });
    expect(dataset.train.images).toEqual(Float32Array.of(-1, 0, 300, 4, 5, 6));
    expect(dataset.test.images).toEqual(Float32Array.of(-0.5, 1, 2));
    // More than half of the numbers up to 300 occur as no label, so they are not classes.
    expect(dataset.classNames).toEqual(["0", "299", "300"]);
    expect([...dataset.train.labels, ...dataset.test.labels]).toEqual([0, 2, 1]);
    expect(dataset.train.shape).toEqual([1, 1, 3]);
  });

  it("numbers labels that start at 1, like those of EMNIST's letters, with a warning", () => {
    const warnings: string[] = [];
    const labels = { trainLabels: bytes([2], 1, 3), testLabels: bytes([1], 2) };
    const dataset = build(labels, { onWarning: (line) => warnings.push(line) });
    expect(dataset.classNames).toEqual(["1", "2", "3"]);
    expect([...dataset.train.labels, ...dataset.test.labels]).toEqual([0, 2, 1]);
    expect(warnings).toEqual([
      "The smallest label is 1: there is no class 0.",
      "No training image belongs to class 2.",
      "No test image belongs to classes 1, 3.",
      'The largest pixel value is 6, far below 255. If the values span 0..15, set `range: "0..15"`.',
    ]);
    // Named classes count from 0.
    const names = { classNames: ["a", "b", "c", "d"] };
    expect([...build(labels, names).train.labels]).toEqual([1, 3]);
  });

  it("reads the first of the eight numbers that QMNIST has for each image", () => {
    const dataset = build({
      trainLabels: array("int32", [2, 8], Int32Array.of(1, 9, 9, 9, 9, 9, 9, 9, 0, 9, 9, 9, 9, 9, 9, 9)),
      testLabels: array("int32", [1, 8], Int32Array.of(1, 8, 8, 8, 8, 8, 8, 8)),
    });
    expect([[...dataset.train.labels], [...dataset.test.labels]]).toEqual([[1, 0], [1]]);
    const { choices } = dataset.source.reading!;
    expect(choices).toContainEqual({ about: "label", choice: "the first of 8 numbers, as QMNIST has it" });
  });

  it("exchanges the rows and columns of transposed files", () => {
    const trainImages = bytes([2, 2, 3], 1, 2, 3, 4, 5, 6, 11, 12, 13, 14, 15, 16);
    const testImages = bytes([1, 2, 3], 7, 8, 9, 10, 11, 12);
    const { train, test } = build({ trainImages, testImages }, { transposed: true });
    expect(train.shape).toEqual([3, 2, 1]);
    expect([...train.images]).toEqual([1, 4, 2, 5, 3, 6, 11, 14, 12, 15, 13, 16]);
    expect([...test.images]).toEqual([7, 10, 8, 11, 9, 12]);
  });

  const faults: [name: string, () => unknown, message: string][] = [
    [
      "more labels than images",
      () => build({ trainLabels: bytes([3], 0, 1, 2) }),
      "trainLabels: expected 2 labels, one for each image of trainImages, received 3. Use both files of the same split of the same dataset.",
    ],
    [
      "a label outside the named classes",
      () => build({}, { classNames: ["a", "b"] }),
      "trainLabels: expected labels from 0 to 1, one of 2 classes, received label 2 at image 1. Check that these labels belong to this dataset.",
    ],
    [
      "five channels",
      () => build({ trainImages: bytes([2, 1, 1, 5], 1, 2, 3, 4, 5, 6, 7, 8, 9, 10) }),
      "trainImages: expected images of 1 to 4 channels, received 5 channels. Check that this file holds images.",
    ],
    [
      "a negative label",
      () => build({ trainLabels: array("int8", [2], Int8Array.of(0, -1)) }),
      "received label -1 at image 1",
    ],
    [
      "a label that would mean billions of classes",
      () => build({ trainLabels: array("int32", [2], Int32Array.of(0, 2_000_000_000)) }),
      "trainLabels: expected labels from 0 to 65535, received label 2000000000 at image 1.",
    ],
    [
      "a label between two classes",
      () => build({ trainLabels: array("float32", [2], Float32Array.of(0, 0.5)) }),
      "trainLabels: expected whole numbers as labels, received label 0.5 at image 1.",
    ],
    [
      "a pixel that is not a number",
      () => build({ trainImages: array("float32", [2, 1, 1], Float32Array.of(0, Number.NaN)) }),
      "trainImages: expected finite pixel values, received NaN at element 1. Remove or repair the image.",
    ],
    [
      "splits of different sizes",
      () => build({ testImages: bytes([1, 2, 2], 1, 2, 3, 4) }),
      "testImages: expected images of 1 × 2 × 1 as in trainImages, received 2 × 2 × 1. Use both splits of the same dataset.",
    ],
    [
      "labels in the place of images",
      () => build({ trainImages: bytes([2], 1, 2) }),
      "trainImages: expected images of 3 dimensions (count, height, width) or 4 (with channels), received 1: 2.",
    ],
    [
      "images in the place of labels",
      () => build({ trainLabels: bytes([2, 1, 1], 1, 2) }),
      "trainLabels: expected labels of 1 dimension, received 3: 2 × 1 × 1. Check that this file holds labels.",
    ],
  ];
  for (const [name, make, message] of faults) {
    it(`refuses ${name}`, () => expect(make).toThrow(message));
  }
});

import { type ImageSet, imagesAt } from "@heddle/core/internal/data/dataset.js";
import { describe, expect, it } from "vitest";
import { joined, meanImages, someOfClass } from "./images.js";
import { balanceOf, channelNames, histogramOf } from "./statistics.js";

const set: ImageSet = {
  images: Uint8Array.of(1, 2, 3, 4, 10, 20, 30, 40, 5, 6, 7, 8),
  labels: Uint8Array.of(0, 2, 0),
  count: 3,
  shape: [2, 2, 1],
};

describe("images of a data report", () => {
  it("are selected and joined with their labels", () => {
    const picked = imagesAt(set, [1, 0]);
    expect([...picked.images]).toEqual([10, 20, 30, 40, 1, 2, 3, 4]);
    expect([...picked.labels]).toEqual([2, 0]);
    const both = joined([picked, imagesAt(set, [2])]);
    expect([both.count, [...both.labels], [...both.images.subarray(8)]]).toEqual([
      3,
      [2, 0, 0],
      [5, 6, 7, 8],
    ]);
  });

  it("of a class are drawn with the seed", () => {
    const many: ImageSet = {
      images: new Uint8Array(100),
      labels: Uint8Array.from({ length: 100 }, (_, at) => at % 2),
      count: 100,
      shape: [1, 1, 1],
    };
    const some = someOfClass(many, 1, 10, 42);
    expect(some).toHaveLength(10);
    expect(new Set(some).size).toBe(10);
    for (const position of some) expect(position % 2).toBe(1);
    expect([...some].sort((a, b) => a - b)).toEqual(some);
    expect(someOfClass(many, 1, 10, 42)).toEqual(some);
    expect(someOfClass(many, 1, 10, 43)).not.toEqual(some);
    expect(someOfClass(many, 7, 10, 42)).toEqual([]);
  });

  it("have a mean image for each class that has any", () => {
    const { set: means, labels } = meanImages(set, 3);
    expect(labels).toEqual([0, 2]);
    expect([...means.images]).toEqual([3, 4, 5, 6, 10, 20, 30, 40]);
  });
});

describe("statistics of a data report", () => {
  it("name the largest and the smallest class", () => {
    expect(balanceOf([3, 6, 3])).toEqual({
      largest: { label: 1, images: 6, share: 0.5 },
      smallest: { label: 0, images: 3, share: 0.25 },
      ratio: 2,
      missing: [],
    });
    expect(balanceOf([0, 4, 0])).toMatchObject({ ratio: null, missing: [0, 2] });
  });

  it("count the pixels of each channel", () => {
    const colours: ImageSet = {
      images: Uint8Array.of(0, 128, 255, 3, 131, 255),
      labels: Uint8Array.of(0, 1),
      count: 2,
      shape: [1, 1, 3],
    };
    const [red, green, blue] = histogramOf(colours, [0, 256]);
    expect([red![0], green![32], blue![63]]).toEqual([1, 1, 1]);
    const floats = { ...colours, images: Float32Array.of(0, 0.5, 1, Number.NaN, -3, 9) };
    const shares = histogramOf(floats, [0, 1]);
    expect(shares[0]![0]).toBe(1);
    expect([shares[1]![0], shares[1]![32], shares[2]![63]]).toEqual([0.5, 0.5, 1]);
  });

  it("name the channels", () => {
    expect([1, 2, 3, 4].map((channels) => channelNames(channels).join())).toEqual([
      "grey",
      "channel 1,channel 2",
      "red,green,blue",
      "red,green,blue,alpha",
    ]);
  });
});

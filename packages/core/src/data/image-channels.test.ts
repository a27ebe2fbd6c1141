import { describe, expect, it } from "vitest";
import { toClasses } from "./assemble.js";
import type { Channels } from "./dataset.js";
import type { LabelledImages } from "./labelled-images.js";

function pixels(name: string, channels: Channels, images: readonly number[]): LabelledImages {
  const count = images.length / channels / 2;
  return {
    ...{ name, images: Uint8Array.from(images), shape: [1, 2, channels], count },
    ...{ labelTexts: ["a", "b"], labels: Int32Array.from({ length: count }, (_, image) => image % 2) },
  };
}

const coloured = [255, 0, 0, 0, 255, 0, 9, 9, 9, 0, 0, 255];

describe("the channels of a dataset", () => {
  it("are those that the option names, in both splits", () => {
    const train = pixels("train", 3, coloured);
    const grey = toClasses({ train, test: train }, { channels: 1 });
    expect([grey.train.shape, [...grey.train.images]]).toEqual([
      [1, 2, 1],
      [76, 150, 9, 29],
    ]);
    expect([...grey.test!.images]).toEqual([76, 150, 9, 29]);
    const choice = "1, grey, from red, green and blue";
    expect(grey.reading.choices[0]).toEqual({ about: "channels", choice, option: "channels" });
  });

  it("hold the images of both splits where these differ, with a warning", () => {
    const warnings: string[] = [];
    const { train, test } = toClasses(
      { train: pixels("train", 3, coloured), test: pixels("test", 1, [1, 2, 3, 250]) },
      { onWarning: (line) => warnings.push(line) },
    );
    expect([train.shape, test!.shape]).toEqual([
      [1, 2, 3],
      [1, 2, 3],
    ]);
    expect([...test!.images]).toEqual([1, 1, 1, 2, 2, 2, 3, 3, 3, 250, 250, 250]);
    expect(warnings).toEqual([
      "Channels: 3, red, green and blue; the training images are red, green and blue, the test images grey (`channels`).",
    ]);
  });

  it("are changed after values are brought to 0 to 255, so that opacity counts in full", () => {
    const train = { ...pixels("train", 2, [0, 1, 0, 0, 1, 1, 0, 1]), elements: "floats" as const };
    const { images } = toClasses({ train }, { channels: 1 }).train;
    expect([...images]).toEqual([0, 255, 255, 0]);
  });

  it("must be 1, 2, 3 or 4", () => {
    const train = pixels("train", 1, [1, 2, 3, 4]);
    expect(() => toClasses({ train }, { channels: 5 as 4 })).toThrow("expected channels to be 1, 2, 3 or 4");
  });
});

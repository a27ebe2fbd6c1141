import { describe, expect, it } from "vitest";
import type { LabelledImages } from "./labelled-images.js";
import { parseRange, toByteRange } from "./value-range.js";

const floats = (name: string, ...values: number[]): LabelledImages => split(name, Float32Array.from(values));
const bytes = (name: string, ...values: number[]): LabelledImages => split(name, Uint8Array.from(values));

function split(name: string, images: Uint8Array | Float32Array): LabelledImages {
  const labels = new Int32Array(images.length);
  return { name, images, shape: [1, 1, 1], count: images.length, labelTexts: ["a"], labels };
}

/** The pixels of each split as they are used, and every warning. */
function scale(splits: readonly LabelledImages[], range?: `${number}..${number}`) {
  const warnings: string[] = [];
  const scaled = toByteRange(splits, { range, onWarning: (line) => warnings.push(line) });
  return {
    pixels: scaled.map(({ set }) => set.images),
    readings: scaled.map((one) => one.reading),
    warnings,
  };
}

describe("toByteRange", () => {
  it("keeps whole numbers from 0 to 255, as bytes", () => {
    const { pixels, warnings } = scale([bytes("train", 0, 255), floats("test", 0, 7, 255)]);
    expect(pixels).toEqual([Uint8Array.of(0, 255), Uint8Array.of(0, 7, 255)]);
    expect(warnings).toEqual([]);
  });

  it("brings a split of floats from 0 to 1 to the range of the other split, and names both", () => {
    const { pixels, readings, warnings } = scale([bytes("train", 0, 255), floats("test", 0, 0.2, 1)]);
    expect(pixels).toEqual([Uint8Array.of(0, 255), Uint8Array.of(0, 51, 255)]);
    expect(readings).toMatchObject([{ from: "train" }, { from: "test", scaledFrom: [0, 1] }]);
    expect(warnings).toEqual([
      "The splits have different ranges: test holds floats from 0 to 1, train whole numbers from 0 to 255. The first were multiplied by 255.",
    ]);
  });

  it("takes floats that are all 0 or 1 as floats from 0 to 1, even if a reader stored them as bytes", () => {
    const stored: LabelledImages = { ...bytes("a.npz", 0, 1), elements: "floats" };
    const { pixels, warnings } = scale([stored]);
    expect(pixels).toEqual([Uint8Array.of(0, 255)]);
    expect(warnings).toEqual(["Pixel values from 0 to 1 were multiplied by 255."]);
  });

  it.each([
    [1, "0..1"],
    [16, "0..16"],
    [60, "0..63"],
  ] as const)("warns of whole numbers that reach only %d, and names the option", (most, range) => {
    const { pixels, warnings } = scale([bytes("train", 0, most)]);
    expect(pixels).toEqual([Uint8Array.of(0, most)]);
    expect(warnings).toEqual([
      `The largest pixel value is ${most}, far below 255. If the values span ${range}, set \`range: "${range}"\`.`,
    ]);
  });

  it.each([
    [0, 4000, "0..4095"],
    [0, 65535, "0..65535"],
    [-1, 1, "-1..1"],
  ] as const)("warns of values from %d to %d, and names the option", (low, high, range) => {
    const { pixels, warnings } = scale([floats("train", low, high)]);
    expect(pixels).toEqual([Float32Array.of(low, high)]);
    expect(warnings[0]).toContain(`If they span ${range}, set \`range: "${range}"\`.`);
  });

  it("warns of percentages and of signed bytes, and names their options", () => {
    expect(scale([floats("train", 0.5, 85.9)]).warnings).toEqual([
      'The largest pixel value is 85.9, far below 255. If the values span 0..100, set `range: "0..100"`.',
    ]);
    expect(scale([{ ...floats("train", -128, 91), elements: "whole numbers" }]).warnings[0]).toContain(
      'If they span -128..127, set `range: "-128..127"`.',
    );
  });

  it("warns of standardized values without an option, because they span no range", () => {
    const { warnings } = scale([floats("train", -0.5, 2.5)]);
    expect(warnings).toEqual([
      "Pixel values are outside 0 to 255, the range for models that start with Rescaling(1/255): floats from -0.5 to 2.5.",
    ]);
  });

  it.each([
    ["whole numbers from 0 to 1 beside bytes", bytes("train", 0, 255), bytes("test", 0, 1)],
    ["whole numbers from 0 to 1 beside floats from 0 to 1", floats("train", 0, 0.5), bytes("test", 0, 1)],
    ["bytes beside whole numbers that reach only 16", bytes("train", 0, 16), bytes("test", 0, 255)],
    ["standardized values beside bytes", bytes("train", 0, 255), floats("test", -1.5, 2)],
    ["16 bits beside standardized values", floats("train", 0, 65535), floats("test", -1.5, 2)],
  ])("refuses %s", (_, train, test) => {
    expect(() => toByteRange([train, test])).toThrow(/^test: expected pixel values of one range, such as/);
  });

  it("keeps a test split far below a training split of bytes, and names both ranges and the option", () => {
    const { pixels, warnings } = scale([bytes("train", 0, 255), bytes("test", 0, 20)]);
    expect(pixels).toEqual([Uint8Array.of(0, 255), Uint8Array.of(0, 20)]);
    expect(warnings).toEqual([
      'The splits may have different ranges: test holds whole numbers from 0 to 20, train whole numbers from 0 to 255. Both stay as they are. If both span 0..255, set `range: "0..255"`; otherwise save them in one range.',
    ]);
    expect(scale([bytes("train", 0, 255), bytes("test", 0, 20)], "0..255").warnings).toEqual([]);
  });

  it.each([
    [255, 31, true],
    [255, 32, false],
    [64, 8, true],
    [64, 9, false],
  ])(
    "warns of a test split far below the training split only up to an eighth: %d, %d",
    (train, test, low) => {
      const { warnings } = scale([bytes("train", 0, train), floats("test", 0, test)]);
      expect(warnings.length > 0).toBe(low);
    },
  );

  it.each([
    [255, 20],
    [255, 1],
    [20, 255],
    [1, 255],
  ])("never asks about picture files, whose format fixes their range: %d, %d", (train, test) => {
    const picture = { fromPictures: true };
    const { pixels, warnings } = scale([
      { ...bytes("train", 0, train), ...picture },
      { ...bytes("test", 0, test), ...picture },
    ]);
    expect(pixels).toEqual([Uint8Array.of(0, train), Uint8Array.of(0, test)]);
    expect(warnings).toEqual([]);
  });

  it("brings floats from 0 to 1 to the range of nearly black pictures", () => {
    const { pixels } = scale([floats("train", 0, 1), { ...bytes("test", 0, 1), fromPictures: true }]);
    expect(pixels).toEqual([Uint8Array.of(0, 255), Uint8Array.of(0, 1)]);
  });

  it.each([
    ["0..1", [0, 1, 0.5], [0, 255, 127.5]],
    ["-1..1", [-1, 1, 0], [0, 255, 127.5]],
    ["0..4095", [0, 4095, 819], [0, 255, 51]],
    ["0..255", [0, 1, 3], [0, 1, 3]],
  ] as const)("brings values that span %s to 0..255", (range, values, expected) => {
    const { pixels, warnings } = scale([floats("train", ...values), floats("test", values[0])], range);
    expect([...pixels[0]!]).toEqual(expected);
    expect([...pixels[1]!]).toEqual([0]);
    expect(warnings).toEqual([]);
  });

  it("refuses values outside the range that is set", () => {
    expect(() => toByteRange([bytes("train.csv", 0, 255)], { range: "0..1" })).toThrow(
      "train.csv: expected pixel values from 0 to 1, as `range` says, received whole numbers from 0 to 255. Correct `range`.",
    );
  });
});

describe("parseRange", () => {
  it("reads two numbers in their order", () => {
    expect(parseRange("-1..1")).toEqual([-1, 1]);
    expect(parseRange("0..0.5")).toEqual([0, 0.5]);
    for (const text of ["1..0", "0..0", "0-1", "..1", "0..", "0..1..2"]) {
      expect(parseRange(text), text).toBeUndefined();
    }
  });
});

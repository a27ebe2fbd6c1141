import { describe, expect, it } from "vitest";
import { imageInputOf, imageShapeFor, imageShapeOf } from "./image-input.js";

describe("the images that an input takes", () => {
  it.each([
    ["an image", [28, 20, 3], [28, 20, 3]],
    ["rows", [28, 28], [28, 28, 1]],
    ["numbers", [784], [28, 28, 1]],
    ["numbers of colours", [3072], [32, 32, 3]],
    ["channels first, of one", [1, 28, 20], [28, 20, 1]],
    ["further axes of size 1", [28, 28, 3, 1], [28, 28, 3]],
    ["numbers that are no square", [560], undefined],
    ["features", [14, 14, 32], undefined],
    ["channels first, of colours", [3, 28, 28], undefined],
    ["a video", [5, 28, 28, 3], undefined],
  ])("are told from its shape: %s", (_, input, image) => {
    expect(imageShapeOf(input)).toEqual(image);
  });

  it("are asked for in the model's name", () => {
    expect(imageInputOf({ name: "m", inputShape: [784] })).toEqual([28, 28, 1]);
    expect(() => imageInputOf({ name: "m", inputShape: [560] })).toThrow(
      'Model "m": expected one that takes images',
    );
  });

  it.each([
    ["its own, where they fit", [28, 28, 3], [28, 28, 3], 3],
    ["grey ones for rows", [28, 28], [28, 28, 3], 1],
    ["grey ones for numbers", [784], [28, 28, 4], 1],
    ["coloured ones for numbers", [2352], [28, 28, 1], 3],
    ["its own numbers, where these fit", [560], [28, 20, 1], 1],
    ["its own, where nothing fits", [784], [32, 32, 3], 3],
  ])("have the channels that it takes: %s", (_, input, own, channels) => {
    const [height, width, before] = own as [number, number, number];
    expect(imageShapeFor(input, [height, width, before])).toEqual([height, width, channels]);
  });
});

import { describe, expect, it, vi } from "vitest";
import { Dense, Flatten, Rescaling } from "../layers/index.js";
import { Input } from "../network/input.js";
import type { PictureSource } from "../pictures/picture-source.js";
import { Sequential } from "./sequential.js";

/** A model whose second class follows the first pixel. */
function followsPixel(): Sequential {
  const model = new Sequential([new Input([1, 1, 1]), new Flatten(), new Dense(2, { name: "out" })]);
  model.setWeights([
    { shape: [1, 2], values: Float32Array.of(0, 1) },
    { shape: [2], values: Float32Array.of(0, 0) },
  ]);
  model.compile({ threads: 1 });
  return model;
}

const white = { data: Uint8Array.of(255), width: 1, height: 1 };

describe("model.classify", () => {
  it("names every class, likeliest first, for pixels in the range that the model takes", async () => {
    const model = followsPixel();
    model.classes = ["dark", "light"];
    model.pictures = { range: [-1, 1], grey: "rec601", invertLight: false };
    const answers = await model.classify(white);
    expect(answers.map(({ label }) => label)).toEqual(["light", "dark"]);
    expect(answers[0]!.probability).toBeCloseTo(1 / (1 + Math.exp(-1)), 6);
    model.pictures = { ...model.pictures, invertLight: true };
    const inverted = await model.classify(white);
    expect(inverted[0]!.label).toBe("dark");
    model.dispose();
  });

  it("works without names and rules: bytes, and nothing is inverted", async () => {
    const model = followsPixel();
    const grey = await model.classify({
      data: Uint8ClampedArray.of(127, 127, 127, 255),
      width: 1,
      height: 1,
    });
    expect([...grey]).toEqual([
      { label: "class 1", probability: 1 },
      { label: "class 0", probability: expect.closeTo(0) },
    ]);
    expect(await model.classify(white)).toMatchObject({ 0: { label: "class 1" }, inverted: false });
    model.dispose();
  });

  it("says once which values a model is given that does not know its range", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    const model = followsPixel();
    await model.classify(white);
    await model.classify(white);
    expect(warn.mock.calls).toEqual([
      [
        'classify: model "sequential" has neither `pictures` nor a Rescaling layer: it is given pixel values from 0 to 255. ' +
          'If it was trained on others, set its range: model.pictures = { range: [0, 1], grey: "rec601", invertLight: false }.',
      ],
    ]);
    const scaled = new Sequential([
      new Input([1, 1, 1]),
      new Rescaling(1 / 255),
      new Flatten(),
      new Dense(2),
    ]);
    await scaled.classify(white);
    const knows = followsPixel();
    knows.pictures = { range: [0, 1], grey: "rec601", invertLight: false };
    await knows.classify(white);
    expect(warn).toHaveBeenCalledOnce();
    warn.mockRestore();
    for (const one of [model, scaled, knows]) one.dispose();
  });

  it("says that a picture of one value is empty", async () => {
    const model = new Sequential([new Input([1, 2, 1]), new Flatten(), new Dense(2)]);
    model.compile({ threads: 1 });
    const classify = async (...data: number[]) =>
      (await model.classify({ data: Uint8Array.from(data), width: 2, height: 1 })).empty;
    expect([await classify(9, 9), await classify(9, 8)]).toEqual([true, false]);
    model.dispose();
  });

  it.each([[[2, 2]], [[4]], [[2, 2, 1, 1]]])(
    "gives pictures to inputs of %j, as grey ones",
    async (input) => {
      const picture = { data: Uint8Array.of(9, 1, 3, 5), width: 2, height: 2 };
      const [image, other] = [[2, 2, 1], input].map(
        (shape) =>
          new Sequential([new Input(shape), new Flatten(), new Dense(2, { activation: "softmax" })], {
            seed: 3,
          }),
      );
      expect(await other!.classify(picture)).toEqual(await image!.classify(picture));
      for (const model of [image, other]) model!.dispose();
    },
  );

  it("refuses what is not a picture, and models of other things", async () => {
    const model = followsPixel();
    await expect(model.classify(7 as unknown as PictureSource)).rejects.toThrow(
      "Picture: expected pixels { data, width, height }, a canvas, image, video or ImageBitmap, or a picture file, received 7.",
    );
    const flat = new Sequential([new Input([5]), new Dense(2)]);
    await expect(flat.classify(white)).rejects.toThrow(
      "or the numbers of a square, received one that takes [5].",
    );
    model.dispose();
  });
});

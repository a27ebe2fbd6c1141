import type { ImageSet } from "@heddle/core/internal/data/dataset.js";
import { imagesInMemory } from "@heddle/core/internal/data/images.js";
import type { SplitReading } from "@heddle/core/internal/data/reading.js";
import { Dense, Flatten, Rescaling } from "@heddle/core/internal/layers/index.js";
import { Sequential } from "@heddle/core/internal/model/sequential.js";
import { Input } from "@heddle/core/internal/network/input.js";
import { describe, expect, it } from "vitest";
import { channelsChange, imagesForModel, inputRange, samplesForModel, shapeForModel } from "./model-input.js";

const plain = new Sequential([new Input([1, 2, 1]), new Flatten(), new Dense(2)]);
const scaling = new Sequential([new Input([1, 2, 1]), new Flatten(), new Rescaling(1 / 255), new Dense(2)]);
const floats: SplitReading = {
  ...{ from: "floats.npz", images: 2, elements: "floats", minimum: 0, maximum: 1 },
  scaledFrom: [0, 1],
};

/** The range for a model of no run, and what is said about it. */
function rangeOf(model: Sequential, choice: Partial<Parameters<typeof inputRange>[1]> = {}) {
  const said: string[] = [];
  const onWarning = (message: string) => said.push(message);
  return { range: inputRange({ model, run: undefined }, { ...choice, onWarning }), said };
}

async function chunks(samples: ReturnType<typeof samplesForModel>): Promise<ImageSet[]> {
  if (typeof samples !== "function") return [samples];
  const all: ImageSet[] = [];
  for await (const chunk of samples()) all.push(chunk);
  return all;
}

describe("the range of a model's inputs", () => {
  it("is said where a model has neither Rescaling nor a rule", () => {
    expect(rangeOf(plain)).toEqual({
      range: [0, 255],
      said: [
        'The model has no Rescaling layer: it is given pixel values from 0 to 255; if it was trained on others, set them, such as `modelRange: "0..1"`.',
      ],
    });
    expect(rangeOf(scaling)).toEqual({ range: [0, 255], said: [] });
  });

  it("leaves floats from 0 to 1 as the data holds them for such a model", () => {
    const { range, said } = rangeOf(plain, { reading: floats });
    expect(range).toEqual([0, 1]);
    expect(said[0]).toContain(
      "it is given the values that the files hold, from 0 to 1, and not 255 times as much; ",
    );
    expect(rangeOf(scaling, { reading: floats }).range).toEqual([0, 255]);
  });

  it("is the one that the user names, otherwise the model's own", () => {
    expect(rangeOf(plain, { modelRange: "-1..1" })).toEqual({ range: [-1, 1], said: [] });
    const own = new Sequential([new Input([1, 2, 1]), new Flatten(), new Dense(2)]);
    own.pictures = { range: [0, 1], grey: "rec601", invertLight: false };
    expect(rangeOf(own)).toEqual({ range: [0, 1], said: [] });
    expect(rangeOf(own, { modelRange: "0..255" }).range).toEqual([0, 255]);
  });
});

describe("images as a model takes them", () => {
  const grey = { images: Uint8Array.of(0, 255, 51, 102), labels: Uint8Array.of(1, 0), count: 2 } as const;
  const set: ImageSet = { ...grey, shape: [1, 2, 1] };

  it("have its range", async () => {
    const [chunk] = await chunks(samplesForModel(plain, imagesInMemory(set), [0, 1]));
    expect([...chunk!.images]).toEqual([0, 1, Math.fround(0.2), Math.fround(0.4)]);
    expect(samplesForModel(plain, imagesInMemory(set), [0, 255])).toBe(set);
  });

  it("have its range wherever they are read from", async () => {
    const taken = imagesForModel(plain, imagesInMemory(set), [0, 1]);
    const expected = [Math.fround(0.2), Math.fround(0.4)];
    expect([...(await taken.at([1])).images]).toEqual(expected);
    expect([...taken.preview.images.slice(2)]).toEqual(expected);
    expect([...taken.inMemory!.images.slice(2)]).toEqual(expected);
    expect([...taken.first(2).preview.images.slice(2)]).toEqual(expected);
    const same = imagesInMemory(set);
    expect(imagesForModel(plain, same, [0, 255])).toBe(same);
  });

  it("have its channels: grey of colours, and colours of grey", async () => {
    const colours: ImageSet = {
      images: Uint8Array.of(255, 0, 0, 0, 255, 0),
      ...{ labels: Uint8Array.of(1), count: 1, shape: [1, 2, 3] },
    };
    expect(shapeForModel(plain, colours.shape)).toEqual([1, 2, 1]);
    const [chunk] = await chunks(samplesForModel(plain, imagesInMemory(colours), [0, 255]));
    expect({ shape: chunk!.shape, images: [...chunk!.images] }).toEqual({
      shape: [1, 2, 1],
      images: [76, 150],
    });
    const takesColours = new Sequential([new Input([1, 2, 3]), new Flatten(), new Dense(2)]);
    const [coloured] = await chunks(samplesForModel(takesColours, imagesInMemory(set), [0, 255]));
    expect([...coloured!.images.subarray(3, 9)]).toEqual([255, 255, 255, 51, 51, 51]);
    expect(channelsChange("Clothes", plain, colours.shape)).toBe(
      "Clothes: the images are coloured, and the model takes grey: they are converted.",
    );
  });

  it.each([[[2, 2]], [[4]]])("have the channels of an input of %j, which takes grey ones", async (input) => {
    const colours: ImageSet = {
      images: Uint8Array.of(...Array(4).fill([255, 0, 0]).flat()),
      ...{ labels: Uint8Array.of(1), count: 1, shape: [2, 2, 3] },
    };
    const model = new Sequential([new Input(input), new Flatten(), new Dense(2)]);
    const [chunk] = await chunks(samplesForModel(model, imagesInMemory(colours), [0, 255]));
    expect({ shape: chunk!.shape, images: [...chunk!.images] }).toEqual({
      shape: [2, 2, 1],
      images: [76, 76, 76, 76],
    });
    expect(channelsChange("Clothes", model, [2, 2, 1])).toBeUndefined();
  });

  it("keep their shape where their size is another", () => {
    expect(shapeForModel(plain, [2, 2, 3])).toEqual([2, 2, 3]);
  });
});

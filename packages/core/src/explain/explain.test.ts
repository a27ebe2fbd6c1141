import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Random } from "../base/random.js";
import {
  Conv2D,
  Dense,
  Flatten,
  GlobalAveragePooling2D,
  Rescaling,
  SeparableConv2D,
} from "../layers/index.js";
import type { Model } from "../model/model.js";
import { Sequential } from "../model/sequential.js";
import { tinyCnn, tinyImages } from "../model/tiny-model.testing.js";
import { Trace } from "../model/trace.js";
import { Input } from "../network/input.js";
import {
  embed,
  featureMaps,
  filtersOf,
  gradCam,
  lastConvolution,
  lastHiddenLayer,
  nearestNeighbours,
  occlusion,
  rangeOf,
  tilesOf,
} from "./index.js";

/** Predicts class 1 if the pixel at row 2, column 3 is bright, whatever the others are. */
function onePixelModel(activation: "softmax" | "linear" = "softmax"): Sequential {
  const model = new Sequential([
    new Input([6, 5, 1]),
    new Rescaling(1 / 255),
    new Flatten(),
    new Dense(2, { activation, name: "head" }),
  ]);
  const [kernel] = model.getLayer("head").weights;
  kernel!.values.fill(0);
  kernel!.values[2 * (2 * 5 + 3) + 1] = 8;
  model.compile({ loss: "mse", threads: 1 });
  return model;
}

function brightAt(row: number, column: number) {
  const images = new Uint8Array(30);
  images[row * 5 + column] = 255;
  return { images, count: 1, shape: [6, 5, 1] };
}

describe("featureMaps", () => {
  it("says which layers pass on what they receive", async () => {
    const model = onePixelModel();
    const maps = await featureMaps(await Trace.open(model), brightAt(2, 3));
    expect(maps.map(({ className, unchanged }) => [className, unchanged])).toEqual([
      ["Rescaling", false],
      ["Flatten", true],
      ["Dense", false],
    ]);
    model.dispose();
  });
});

describe("occlusion", () => {
  it("finds the one pixel that counts", async () => {
    const model = onePixelModel();
    const map = await occlusion(model, brightAt(2, 3), { patch: 1 });
    expect([map.label, map.patch, map.stride, map.height, map.width]).toEqual([1, 1, 1, 6, 5]);
    // e⁸ / (1 + e⁸); with the pixel set to the mean, 255 / 30 ≈ 9, e^(8 · 9 / 255) / (1 + …).
    expect(map.probability).toBeCloseTo(1 / (1 + Math.exp(-8)), 5);
    const hidden = 1 / (1 + Math.exp((-8 * 9) / 255));
    expect(map.worst).toEqual({ row: 2, column: 3, probability: expect.closeTo(hidden, 5) });
    map.values.forEach((value, at) => {
      expect(value).toBeCloseTo(at === 13 ? map.probability - hidden : 0, 5);
    });
    model.dispose();
  });

  it("averages over the patches that hide a pixel, and reaches the last row and column", async () => {
    const model = onePixelModel();
    const map = await occlusion(model, brightAt(2, 3), { patch: 3, stride: 2 });
    // Patches start at rows 0, 2, 3 and columns 0, 2: (2, 3) is hidden by two of them, in column 2.
    const drop = map.values[2 * 5 + 3]!;
    expect(drop).toBeGreaterThan(0.3);
    expect(map.values[0]).toBe(0);
    // Row 5 is hidden only by patches from row 3, which do not hide the pixel at row 2.
    expect(map.values[5 * 5 + 4]).toBe(0);
    // (3, 4) is hidden by the patches from rows 2 and 3; only the first hides the pixel.
    expect(map.values[3 * 5 + 4]).toBeCloseTo(drop / 2, 5);
    model.dispose();
  });

  it("explains the class of `label`, and refuses patches larger than the image", async () => {
    const model = onePixelModel();
    const map = await occlusion(model, brightAt(2, 3), { patch: 1, label: 0 });
    expect(map.values[13]).toBeLessThan(-0.3);
    await expect(occlusion(model, brightAt(0, 0), { patch: 6 })).rejects.toThrow(
      "Occlusion: expected a patch of at most 5 pixels, the image's side, received 6. Set a smaller `patch`.",
    );
    model.dispose();
  });
});

describe("a model with one output", () => {
  const model = new Sequential([
    new Input([4, 4, 1]),
    new Conv2D(1, 1, { name: "conv" }),
    new GlobalAveragePooling2D(),
    new Dense(1, { activation: "sigmoid", name: "head" }),
  ]);
  model.getLayer("conv").setWeights([
    { shape: [1, 1, 1, 1], values: Float32Array.from([1]) },
    { shape: [1], values: new Float32Array(1) },
  ]);
  model.getLayer("head").setWeights([
    { shape: [1, 1], values: Float32Array.from([4]) },
    { shape: [1], values: new Float32Array(1) },
  ]);
  model.compile({ loss: "mse", threads: 1 });
  const image = { images: Float32Array.from({ length: 16 }, (_, at) => at - 8), count: 1, shape: [4, 4, 1] };

  it("is explained like one with two classes", async () => {
    const trace = await Trace.open(model, { threads: 1 });
    const maps = await gradCam(
      trace,
      { ...image, images: new Float32Array([...image.images, ...image.images]), count: 2 },
      [1, 0],
    );
    expect([...maps[0]!.values]).toEqual([...image.images].map((x) => Math.max(0, x / 4)));
    expect([...maps[1]!.values]).toEqual([...image.images].map((x) => Math.max(0, -x / 4)));
    trace.close();
    const hidden = await occlusion(model, image, { patch: 1 });
    // The mean is -0.5, so the logit is 4 · -0.5 = -2: class 0.
    expect(hidden.label).toBe(0);
    expect(hidden.probability).toBeCloseTo(1 - 1 / (1 + Math.exp(2)), 5);
    model.dispose();
  });
});

describe("gradCam", () => {
  const model = new Sequential([
    new Input([4, 4, 1]),
    new Conv2D(2, 1, { name: "conv" }),
    new GlobalAveragePooling2D(),
    new Dense(2, { activation: "softmax", name: "head" }),
  ]);
  let trace: Trace;
  beforeAll(async () => {
    model.getLayer("conv").setWeights([
      { shape: [1, 1, 1, 2], values: Float32Array.from([1, -1]) },
      { shape: [2], values: new Float32Array(2) },
    ]);
    model.getLayer("head").setWeights([
      { shape: [2, 2], values: Float32Array.from([3, 0, 1, 0]) },
      { shape: [2], values: new Float32Array(2) },
    ]);
    trace = await Trace.open(model, { threads: 1 });
  });
  afterAll(() => trace.close());
  const images = Float32Array.from({ length: 16 }, (_, index) => index - 8);

  it("computes ReLU(Σ α A)", async () => {
    const [map] = await gradCam(trace, { images, count: 1, shape: [4, 4, 1] }, [0]);
    expect(map!.layer).toBe("conv");
    // α = (3, 1) / 16 and A = (x, −x): (3 − 1) / 16 · x above 0.
    expect(Array.from(map!.values)).toEqual(Array.from(images, (x) => Math.max(0, x / 8)));
    // Every place has the mean gradient, because pooling averages the places.
    expect(map!.elementwise).toEqual(map!.values);
  });

  it("is zero if nothing counts for the class", async () => {
    const [map] = await gradCam(trace, { images, count: 1, shape: [4, 4, 1] }, [1]);
    expect(Array.from(map!.values)).toEqual(new Array(16).fill(0));
  });

  it("refuses unknown classes, layers without a map, and models without a convolution", async () => {
    const sample = { images, count: 1, shape: [4, 4, 1] };
    await expect(gradCam(trace, sample, [2])).rejects.toThrow(
      "Grad-CAM: expected a class from 0 to 1, received 2. Pass a class that the model has an output for.",
    );
    await expect(gradCam(trace, sample, [0], { layer: "head" })).rejects.toThrow(
      'Grad-CAM: expected a layer with an output [height, width, channels], received "head", whose output is [2].',
    );
    const flat = onePixelModel();
    const without = await Trace.open(flat, { threads: 1 });
    await expect(gradCam(without, brightAt(0, 0), [0])).rejects.toThrow(
      'Grad-CAM: expected a model with a convolution, received "sequential", which has none.',
    );
    without.close();
    expect([lastConvolution(flat), lastConvolution(tinyCnn())]).toEqual([undefined, "conv2d_1"]);
  });
});

describe("filtersOf", () => {
  it("returns a picture of each kernel's input channels and filters", () => {
    const model = new Sequential([
      new Input([6, 6, 3]),
      new Conv2D(4, [3, 2], { name: "conv" }),
      new SeparableConv2D(5, 3, { name: "separable" }),
      new Flatten(),
      new Dense(2),
    ]);
    const kernels = filtersOf(model);
    expect(
      kernels.map(({ weight, inputs, filters, tiles }) => [weight, inputs, filters, tiles.count]),
    ).toEqual([
      ["conv/kernel", 3, 4, 12],
      ["separable/depthwise_kernel", 4, 1, 4],
      ["separable/pointwise_kernel", 4, 5, 20],
    ]);
    const { tiles } = kernels[0]!;
    const kernel = model.getLayer("conv").weights[0]!.values;
    // Row 2, column 1 of channel 1 of filter 3: [R, S, C, K] = [2, 1, 1, 3].
    expect(tiles.values[(1 * 4 + 3) * 6 + 2 * 2 + 1]).toBe(kernel[((2 * 2 + 1) * 3 + 1) * 4 + 3]);
  });
});

describe("tilesOf", () => {
  it("returns a picture of each channel, and rows of 64 for values that are not an image", () => {
    const image = tilesOf(
      Float32Array.from({ length: 24 }, (_, index) => index),
      [2, 3, 4],
      3,
    );
    expect([image.height, image.width, image.count]).toEqual([2, 3, 3]);
    expect(Array.from(image.values.subarray(6, 12))).toEqual([1, 5, 9, 13, 17, 21]);
    const row = tilesOf(new Float32Array(70).fill(2), [70]);
    expect([row.height, row.width, row.count]).toEqual([2, 64, 1]);
    expect(row.values[69]).toBe(2);
    expect(row.values[70]).toBeNaN();
    expect(rangeOf(row.values)).toEqual({ low: 2, high: 2 });
  });
});

describe("nearestNeighbours", () => {
  it("finds the neighbours that comparing all rows finds", async () => {
    const random = new Random(5, "split");
    const [count, length] = [60, 7];
    const rows = Float32Array.from({ length: count * length }, () => random.normal() + 3);
    // Rows 10 and 20 are equal.
    rows.copyWithin(10 * length, 20 * length, 21 * length);
    const { indices, distances } = await nearestNeighbours(rows, count, 5, { threads: 2 });
    const distance = (a: number, b: number) =>
      Math.hypot(...Array.from({ length }, (_, at) => rows[a * length + at]! - rows[b * length + at]!));
    for (let row = 0; row < count; row++) {
      const expected = Array.from({ length: count }, (_, other) => other)
        .filter((other) => other !== row)
        .sort((a, b) => distance(row, a) - distance(row, b))
        .slice(0, 5);
      expect(indices[row]).toEqual(expected);
      distances[row]!.forEach((value, at) => {
        expect(value).toBeCloseTo(distance(row, expected[at]!), 2);
      });
    }
    expect(indices[10]![0]).toBe(20);
  });
});

describe("embed", () => {
  let model: Model;
  let trace: Trace;
  beforeAll(async () => {
    model = tinyCnn();
    trace = await Trace.open(model, { threads: 2 });
  });
  afterAll(() => trace.close());

  it("maps images, to the same points for the same seed, and measures how many neighbours share a class", async () => {
    const samples = tinyImages(48);
    const shares: number[] = [];
    const map = await embed(trace, samples, { threads: 2, onProgress: (share) => shares.push(share) });
    expect([map.layer, map.neighbours, map.points.length]).toEqual(["flatten", 15, 96]);
    expect(map.points.every(Number.isFinite)).toBe(true);
    expect(shares.at(-1)).toBe(1);
    expect(shares.every((share, index) => index === 0 || share >= shares[index - 1]!)).toBe(true);
    const again = await embed(trace, samples, { threads: 1 });
    expect(again.points).toEqual(map.points);
    const other = await embed(trace, samples, { seed: 7, threads: 2 });
    expect(other.points).not.toEqual(map.points);
    const { values } = await trace.run(samples, { layers: ["flatten"] });
    const { indices } = await nearestNeighbours(values.get("flatten")!, 48, 15);
    const same = indices
      .flat()
      .filter((near, at) => samples.labels[near] === samples.labels[Math.floor(at / 15)]);
    expect(map.agreement).toBeCloseTo(same.length / (48 * 15), 9);
    expect(map.agreementByClass.length).toBe(3);
  });

  it("stops on a signal, and refuses too few images", async () => {
    const aborted = AbortSignal.abort();
    await expect(embed(trace, tinyImages(20), { signal: aborted })).rejects.toThrow("Stopped");
    await expect(embed(trace, tinyImages(3))).rejects.toThrow(
      "Embedding: expected at least 4 images, received 3. Pass more images.",
    );
  });

  it("uses the last hidden layer, if the model has one", () => {
    const shallow = new Sequential([new Input([8, 8, 3]), new Conv2D(4, 3)]);
    expect(lastHiddenLayer(shallow)).toBeUndefined();
    expect(lastHiddenLayer(model)).toBe("flatten");
  });
});

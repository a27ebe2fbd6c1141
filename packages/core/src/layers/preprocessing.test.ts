import { describe, expect, it } from "vitest";
import { refuses } from "../base/refusals.testing.js";
import type { Shape } from "../base/shape.js";
import {
  CenterCrop,
  type Layer,
  layers,
  Normalization,
  RandomContrast,
  RandomCrop,
  RandomErasing,
  RandomRotation,
  RandomTranslation,
  RandomZoom,
  Resizing,
} from "./index.js";

function built(layer: Layer, input: Shape): Shape {
  return layer.build([input], { name: layer.name, seed: 1, position: 0, weightsBefore: 0 });
}

describe("a built preprocessing layer has Keras's output shape:", () => {
  it.each([
    [new CenterCrop(24, 20), [28, 28, 3], [24, 20, 3]],
    [new Normalization({ mean: 1, variance: 2 }), [28, 28, 3], [28, 28, 3]],
    [new Normalization({ mean: [1, 2], variance: [3, 4] }), [2], [2]],
    [new RandomContrast(0.2), [28, 28, 1], [28, 28, 1]],
    [new RandomCrop(24, 20), [28, 28, 3], [24, 20, 3]],
    [new RandomRotation(0.1), [28, 28, 1], [28, 28, 1]],
    [new RandomTranslation(0.1, 0.2), [28, 28, 1], [28, 28, 1]],
    [new RandomZoom(0.1), [28, 28, 1], [28, 28, 1]],
    [new Resizing(32, 20), [28, 28, 3], [32, 20, 3]],
    [new RandomErasing(), [28, 28, 1], [28, 28, 1]],
  ] as [Layer, Shape, Shape][])("$className, case %#", (layer, input, output) => {
    expect(built(layer, input)).toEqual(output);
    expect(layer.weights).toEqual([]);
  });
});

describe("a preprocessing layer is read back from its configuration:", () => {
  it.each([
    new CenterCrop(24, 20, { name: "c" }),
    new Normalization(),
    new Normalization({ axis: null, mean: 3, variance: 0.5 }),
    new Normalization({ mean: [1, 2], variance: [3, 4], name: "n" }),
    new Normalization({ axis: [1, 2], mean: [[1, 2]], variance: [[3, 4]], invert: true }),
    new RandomContrast(0.2),
    new RandomContrast([0.1, 0.5], { valueRange: [0, 1] }),
    new RandomCrop(24, 20),
    new RandomRotation(0.1),
    new RandomRotation([-0.5, 0], { fillMode: "wrap", interpolation: "nearest", fillValue: 3 }),
    new RandomTranslation(0.1, -0.2),
    new RandomTranslation([0, 0.5], [-1, 1], { fillMode: "constant", name: "t" }),
    new RandomZoom(0.1),
    new RandomZoom([-0.5, 1], { widthFactor: 0.25, fillMode: "nearest" }),
    new Resizing(32, 20),
    new Resizing(32, 20, { interpolation: "nearest", cropToAspectRatio: true }),
    new RandomErasing(),
    new RandomErasing({
      factor: [0.5, 0.75],
      scale: [0.1, 0.2],
      fillValue: 0.5,
      valueRange: [0, 1],
      name: "e",
    }),
  ])("$className, case %#", (layer) => {
    const saved = JSON.parse(JSON.stringify({ class_name: layer.className, config: layer.getConfig() }));
    const again = layers.deserialize("test", saved);
    expect(again.constructor).toBe(layer.constructor);
    expect(again.getConfig()).toEqual(layer.getConfig());
  });
});

describe("a random layer's factor", () => {
  it("is a range [low, high], whether it was one number or two in any order", () => {
    expect(new RandomRotation(-0.25).factor).toEqual([-0.25, 0.25]);
    expect(new RandomTranslation([0.5, -0.1], 0).heightFactor).toEqual([-0.1, 0.5]);
    // Keras's rule for one number: the range starts at 0 if values may not be negative.
    expect(new RandomContrast(0.3).factor).toEqual([0, 0.3]);
    expect(new RandomErasing().factor).toEqual([0, 1]);
  });
});

const bad = <T>(value: unknown) => value as T;
refuses("wrong options of preprocessing layers", [
  [
    () => new CenterCrop(0, 4),
    "CenterCrop: expected height to be a whole number of at least 1, received 0. Correct height.",
  ],
  [
    () => built(new CenterCrop(4, 4, { name: "c" }), [784]),
    'CenterCrop "c": expected an input [batch, height, width, channels], received [batch, 784]. Pass images that are not flattened.',
  ],
  [
    () => new Normalization({ mean: 1 }),
    "Normalization: expected mean and variance to be numbers, or lists of the same length, the variance not below 0, received mean 1 and variance nothing. Pass both, or neither and call adapt.",
  ],
  [
    () => new Normalization({ axis: null, mean: [1, 2], variance: [3, 4] }),
    "Normalization: expected mean and variance to be numbers, the variance not below 0, received mean [1,2] and variance [3,4]. Pass both, or neither and call adapt.",
  ],
  [
    () => new Normalization({ axis: 4 }).outputShape([28, 28, 3]),
    "Normalization: expected axis to name different axes of [batch, 28, 28, 3], 1 to 3 or -1 to -3, received [4]. Correct axis, or omit it for the channels.",
  ],
  [
    () => new Normalization({ axis: [3, -1] }).outputShape([28, 28, 3]),
    "Normalization: expected axis to name different axes of [batch, 28, 28, 3], 1 to 3 or -1 to -3, received [3,-1]. Correct axis, or omit it for the channels.",
  ],
  [
    () => new Normalization({ axis: [1, 3] }).outputShape([4, 4, 4, 4]),
    "Normalization: expected axis to name neighbouring axes, or an input of at most three axes after the batch, received [1,3] for [batch, 4, 4, 4, 4]. Reshape the input first.",
  ],
  [
    () => built(new Normalization({ mean: [1, 2], variance: [3, 4], name: "n" }), [28, 28, 3]),
    'Normalization "n": expected mean and variance of [3], the sizes of [batch, 28, 28, 3] along axis, received [2]. Pass as many means and variances, or adapt to samples of this shape.',
  ],
  [
    () => new Normalization().adapt({ images: [1, 2, 3], shape: [2] }),
    "Normalization: expected samples of [2], received 3 numbers. Pass the images and the shape of one.",
  ],
  [
    () => {
      const layer = new Normalization({ name: "n" });
      built(layer, [2]);
      layer.adapt({ images: [1, 2], shape: [2] });
    },
    'Normalization "n": expected adapt before a model has the layer, received a call after that. Adapt the layer first, then create the model.',
  ],
  [
    () => new RandomContrast(1.5),
    "RandomContrast: expected factor to be a number or [low, high] within 0 and 1, received 1.5. Correct factor.",
  ],
  [
    () => new RandomCrop(4, 2.5),
    "RandomCrop: expected width to be a whole number of at least 1, received 2.5. Correct width.",
  ],
  [
    () => new RandomRotation(1.5, { name: "r" }),
    'RandomRotation "r": expected factor to be a number or [low, high] within -1 and 1, received 1.5. Correct factor.',
  ],
  [
    () => new RandomRotation(0.1, { fillMode: bad("mirror") }),
    'RandomRotation: expected fillMode to be one of constant, nearest, reflect, wrap, received "mirror". Choose one of them.',
  ],
  [
    () => new RandomTranslation(0.1, [0, 2]),
    "RandomTranslation: expected widthFactor to be a number or [low, high] within -1 and 1, received [0,2]. Correct widthFactor.",
  ],
  [
    () => new RandomTranslation(0.1, 0.1, { interpolation: bad("cubic") }),
    'RandomTranslation: expected interpolation to be one of nearest, bilinear, received "cubic". Choose one of them.',
  ],
  [
    () => new RandomZoom([-1, 0]),
    "RandomZoom: expected heightFactor to stay above -1, where nothing would be left of the image, received [-1,0]. Correct heightFactor.",
  ],
  [
    () => new Resizing(4, 4, { interpolation: bad("bicubic") }),
    'Resizing: expected interpolation to be one of nearest, bilinear, received "bicubic". Choose one of them.',
  ],
  [
    () => layers.create("config.json", "Resizing", { height: 4, width: 4, antialias: true }),
    "Resizing: expected antialias to be false, received true. Nothing else is supported yet: change the model.",
  ],
  [
    () => layers.create("config.json", "RandomRotation", {}),
    "RandomRotation: expected factor to be a number or [low, high] within -1 and 1, received NaN. Correct factor.",
  ],
  [
    () => layers.create("config.json", "Normalization", { axis: [0, 2] }),
    "Normalization: expected axis to be a whole number other than 0, the batch, a list of them, or null, received [0,2]. Correct axis, or omit it.",
  ],
  [
    () => new RandomErasing({ factor: 1.5, name: "e" }),
    'RandomErasing "e": expected factor to be a number or [low, high] within 0 and 1, received 1.5. Correct factor.',
  ],
  [
    () => new RandomErasing({ scale: [0.1, 2] }),
    "RandomErasing: expected scale to be a number or [low, high] within 0 and 1, received [0.1,2]. Correct scale.",
  ],
  [
    () => new RandomErasing({ valueRange: bad([255]) }),
    "RandomErasing: expected valueRange to be [low, high], received [255]. Correct valueRange.",
  ],
  [
    () => new RandomErasing({ fillValue: bad("black") }),
    'RandomErasing: expected fillValue to be a finite number, received "black". Correct fillValue.',
  ],
]);

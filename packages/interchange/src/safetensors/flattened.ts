import type { Layer, Model, Shape } from "@heddle/core";

/** Layers that keep each number of a row at its place. */
const KEEP_PLACES = new Set([
  ...[
    "Activation",
    "ReLU",
    "LeakyReLU",
    "ELU",
    "PReLU",
    "BatchNormalization",
    "LayerNormalization",
    "Rescaling",
  ],
  ...["Dropout", "GaussianDropout", "GaussianNoise", "ActivityRegularization"],
]);

/** The shape of the image that a layer reads as a row of numbers; undefined where it does not, or the order is the same. */
export function flattenedInput({ placed }: Model, layer: Layer): Shape | undefined {
  let place = placed.findIndex((one) => one.layer === layer);
  for (;;) {
    const { inputs, inputShapes } = placed[place]!;
    const [from, ...others] = inputs;
    if (from === undefined || from < 0 || others.length > 0 || inputShapes[0]!.length !== 1) return undefined;
    place = from;
    const before = placed[place]!;
    const [image] = before.inputShapes;
    if (before.layer.className === "Flatten" || before.layer.className === "Reshape") {
      const isImage = image?.length === 3 && image[0]! * image[1]! > 1 && image[2]! > 1;
      return isImage ? image : undefined;
    }
    if (!KEEP_PLACES.has(before.layer.className)) return undefined;
  }
}

/** Rows in the order of an image with the channels first, in the order with the channels last. */
export function channelsLast(
  values: Float32Array,
  [H, W, C]: Shape,
  rowLength: number,
): Float32Array<ArrayBuffer> {
  const result = new Float32Array(values.length);
  const pixels = H! * W!;
  for (let channel = 0; channel < C!; channel++) {
    for (let pixel = 0; pixel < pixels; pixel++) {
      const from = (channel * pixels + pixel) * rowLength;
      result.set(values.subarray(from, from + rowLength), (pixel * C! + channel) * rowLength);
    }
  }
  return result;
}

import { HeddleError } from "../base/errors.js";
import { checkOptions } from "../base/known-options.js";
import { abortSignal, whole } from "../base/rules.js";
import { sizeOf } from "../base/shape.js";
import { largestAt } from "../metrics/rows.js";
import type { Model } from "../model/model.js";
import { classCount, classProbabilities } from "../network/class-probabilities.js";
import type { Samples } from "../training/samples.js";

/** Options of `occlusion`. */
export interface OcclusionOptions {
  /**
   * Side of the square patch in pixels.
   *
   * @defaultValue a fifth of the image's shorter side
   */
  readonly patch?: number | undefined;
  /**
   * Pixels between two positions.
   *
   * @defaultValue 1, or more if the image's shorter side is longer than 32 pixels
   */
  readonly stride?: number | undefined;
  /**
   * The class whose probability is measured.
   *
   * @defaultValue the predicted class
   */
  readonly label?: number | undefined;
  /** Stops the work; `occlusion` then rejects with AbortedError. */
  readonly signal?: AbortSignal | undefined;
}

/** How much the probability of a class drops when a place of an image is hidden. */
export interface Occlusion {
  /** The class. */
  readonly label: number;
  /** Its probability for the whole image. */
  readonly probability: number;
  readonly patch: number;
  readonly stride: number;
  readonly height: number;
  readonly width: number;
  /** `[height, width]`: the mean drop of the probability over the patches that hide the pixel; −1..1. */
  readonly values: Float32Array;
  /** The upper left corner of the patch that lowers the probability most, and the probability then. */
  readonly worst: { readonly row: number; readonly column: number; readonly probability: number };
}

/**
 * Slides a patch of the image's mean colour over the image and measures how much the probability of a class drops.
 *
 * Zeiler and Fergus, "Visualizing and Understanding Convolutional Networks" (ECCV 2014), section 4.2.
 *
 * @param image one sample `[H, W, C]`
 * @throws HeddleError when the patch is larger than the image or the model does not predict classes
 *
 * @example
 * const map = await occlusion(model, image, { patch: 6 });
 * map.worst.probability; // of the predicted class, with the most important patch hidden
 */
export async function occlusion(
  model: Model,
  image: Samples,
  options: OcclusionOptions = {},
): Promise<Occlusion> {
  checkOptions("Occlusion", options, {
    patch: whole(1),
    stride: whole(1),
    label: whole(0),
    signal: abortSignal,
  });
  const [height, width, channels] = imageShape(image);
  const side = Math.min(height, width);
  const patch = options.patch ?? Math.max(1, Math.round(side / 5));
  const stride = options.stride ?? Math.max(1, Math.round(side / 32));
  if (patch > side) {
    throw new HeddleError({
      who: "Occlusion",
      expected: `a patch of at most ${side} pixels, the image's side`,
      received: String(patch),
      next: "Set a smaller `patch`.",
    });
  }
  const rows = positions(height, patch, stride);
  const columns = positions(width, patch, stride);
  const size = sizeOf(image.shape);
  const original = image.images.subarray(0, size);
  const fill = meanColour(original, channels);
  // The whole image first, then with each patch.
  const count = 1 + rows.length * columns.length;
  const images =
    image.images instanceof Uint8Array ? new Uint8Array(count * size) : new Float32Array(count * size);
  images.set(original);
  eachPatch(rows, columns, (row, column, index) => {
    const at = (index + 1) * size;
    images.set(original, at);
    for (let y = row; y < row + patch; y++) {
      for (let x = column; x < column + patch; x++) images.set(fill, at + (y * width + x) * channels);
    }
  });
  const { signal } = options;
  const samples = { images, count, shape: image.shape };
  const outputs = await model.predict(samples, { ...(signal && { signal }) });
  const probabilities = classProbabilities(model, outputs);
  const classes = classCount(model);
  const label = options.label ?? largestAt(probabilities, 0, classes);
  if (label >= classes) {
    throw new HeddleError({
      who: "Occlusion",
      expected: `label to be a class from 0 to ${classes - 1}`,
      received: String(label),
      next: "Correct label.",
    });
  }
  const probability = probabilities[label]!;
  const sums = new Float32Array(height * width);
  const covers = new Float32Array(height * width);
  let worst = { row: 0, column: 0, probability: Number.POSITIVE_INFINITY };
  eachPatch(rows, columns, (row, column, index) => {
    const hidden = probabilities[(index + 1) * classes + label]!;
    if (hidden < worst.probability) worst = { row, column, probability: hidden };
    for (let y = row; y < row + patch; y++) {
      for (let x = column; x < column + patch; x++) {
        sums[y * width + x]! += probability - hidden;
        covers[y * width + x]! += 1;
      }
    }
  });
  // A stride wider than the patch leaves pixels that are never hidden.
  const values = sums.map((sum, index) => (covers[index]! > 0 ? sum / covers[index]! : 0));
  return { label, probability, patch, stride, height, width, values, worst };
}

function imageShape({ shape }: Samples): readonly [number, number, number] {
  if (shape.length === 3) return shape as unknown as readonly [number, number, number];
  throw new HeddleError({
    who: "Occlusion",
    expected: "an image [height, width, channels]",
    received: `[${shape.join(", ")}]`,
    next: "Pass one image.",
  });
}

/** Where patches start along an axis: every `stride` pixels, and the last position that fits. */
function positions(length: number, patch: number, stride: number): number[] {
  const last = length - patch;
  const starts: number[] = [];
  for (let at = 0; at < last; at += stride) starts.push(at);
  return [...starts, last];
}

function eachPatch(
  rows: readonly number[],
  columns: readonly number[],
  visit: (row: number, column: number, index: number) => void,
): void {
  rows.forEach((row, r) => {
    columns.forEach((column, c) => {
      visit(row, column, r * columns.length + c);
    });
  });
}

function meanColour(pixels: Uint8Array | Float32Array, channels: number): number[] {
  const sums = new Array<number>(channels).fill(0);
  pixels.forEach((value, index) => {
    sums[index % channels]! += value;
  });
  const mean = sums.map((sum) => (sum * channels) / pixels.length);
  return pixels instanceof Uint8Array ? mean.map(Math.round) : mean;
}

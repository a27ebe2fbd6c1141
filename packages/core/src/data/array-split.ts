import { HeddleError } from "../base/errors.js";
import { allocateShared, allocateSharedFloats } from "../base/memory.js";
import { sameShape } from "../base/shape.js";
import type { NpyArray, NpyNumbers } from "../formats/npy.js";
import type { DroppedRow, MissingRule } from "./dropped-rows.js";
import { checkSize, type ImageShape, shapeOfRow } from "./image-shape.js";
import type { LabelledImages } from "./labelled-images.js";

/** How arrays of images are read. */
export interface ArrayOptions {
  /**
   * The shape of images that are saved as rows, `[N, P]`.
   *
   * @defaultValue a square
   */
  readonly shape?: ImageShape | undefined;
  /**
   * What to do with images that hold NaN or infinity.
   *
   * @defaultValue `"drop"`
   */
  readonly missing?: MissingRule | undefined;
}

/** What all splits have in common: how many images were read, and which of them were dropped. */
export interface Sink {
  read: number;
  zeroed: number;
  readonly rows: DroppedRow[];
}

/** A sink before the first split. */
export function emptySink(): Sink {
  return { read: 0, zeroed: 0, rows: [] };
}

/** The path of the source and the names of a split's arrays, for errors. */
export interface SplitNames {
  readonly name: string;
  readonly images: string;
  readonly labels: string;
}

type SplitOptions = ArrayOptions & SplitNames;

/** A split of an array of images and an array of labels. */
export function splitOf(x: NpyArray, y: NpyArray, options: SplitOptions, sink: Sink): LabelledImages {
  const { name } = options;
  const shape = imageShape(x, `${name}, ${options.images}`, options.shape);
  const count = x.shape[0]!;
  const [labelCount, perImage = 1] = y.shape;
  if (y.shape.length > 2 || perImage !== 1 || labelCount !== count) {
    throw new HeddleError({
      who: `${name}, ${options.labels}`,
      expected: `${count} labels, one for each image of ${options.images}`,
      received: `an array of ${y.shape.join(" × ")}`,
      next: "Save one label per image, and one-hot rows as y.argmax(axis=1).",
    });
  }
  checkSize(name, count, shape);
  const { texts, labels } = labelsOf(y, `${name}, ${options.labels}`);
  const { images, kept } = pixelsOf(x, options, sink, (image) => texts[labels[image]!]!);
  return {
    name: `${name}, ${options.images}`,
    images,
    elements: x.elements === "text" ? undefined : x.elements,
    shape,
    count: kept?.length ?? count,
    labelTexts: texts,
    labels: kept ? Int32Array.from(kept, (image) => labels[image]!) : labels,
  };
}

function imageShape({ shape, data }: NpyArray, who: string, declared?: ImageShape): ImageShape {
  const [count = 0, height = 0, width = 0, channels = 1] = shape;
  const texts = Array.isArray(data);
  if (!texts && shape.length === 2 && count > 0 && height > 0) return shapeOfRow(who, height, declared);
  if (shape.length < 2 || shape.length > 4 || shape.includes(0) || channels > 4 || texts) {
    throw new HeddleError({
      who,
      expected: "images [N, H, W] or [N, H, W, C] with 1 to 4 channels",
      received: `an array of ${texts ? "texts, " : ""}${shape.join(" × ") || "no dimensions"}`,
      next: "Save the channels last.",
    });
  }
  if (declared && !sameShape(declared, [height, width, channels])) {
    throw new HeddleError({
      who,
      expected: `images of ${declared.join(" × ")}`,
      received: [height, width, channels].join(" × "),
      next: "Correct or remove `shape`.",
    });
  }
  return [height, width, channels];
}

function labelsOf({ data }: NpyArray, who: string): { texts: string[]; labels: Int32Array } {
  const texts: string[] = [];
  const positions = new Map<string, number>();
  const labels = Int32Array.from(data as ArrayLike<number | string>, (label, image) => {
    if (typeof label === "number" && !Number.isSafeInteger(label)) {
      const next = "Save whole numbers: y.astype('uint8').";
      throw new HeddleError({ who, expected: "whole numbers", received: `${label} at image ${image}`, next });
    }
    const text = String(label);
    if (!positions.has(text)) positions.set(text, texts.push(text) - 1);
    return positions.get(text)!;
  });
  return { texts, labels };
}

/**
 * The pixels of all images but those with values that are not finite: bytes if every value is one, otherwise floats; and
 * which images those are, unless they are all.
 */
function pixelsOf(
  x: NpyArray,
  options: SplitOptions,
  sink: Sink,
  labelOf: (image: number) => string,
): { readonly images: Uint8Array | Float32Array; readonly kept?: readonly number[] } {
  const count = x.shape[0]!;
  const data = x.data as NpyNumbers;
  const size = data.length / count;
  sink.read += count;
  if (data instanceof Uint8Array) return { images: data };
  const { missing = "drop" } = options;
  const damaged = new Set<number>();
  const zeroed: number[] = [];
  let bytes = true;
  for (let index = 0; index < data.length; index++) {
    const value = data[index]!;
    if (value === (value & 255)) continue;
    bytes = false;
    if (Number.isFinite(Math.fround(value))) continue;
    const image = Math.floor(index / size);
    if (missing === "zero" && Number.isNaN(value)) zeroed.push(index);
    else if (!damaged.has(image)) {
      damaged.add(image);
      sink.rows.push(damagedImage(options.images, image, index % size, value, labelOf(image)));
    }
  }
  const [first] = sink.rows;
  if (missing === "error" && first) {
    throw new HeddleError({
      who: `${options.name}, ${options.images}`,
      expected: "finite values",
      received: first.detail,
      next: 'Repair the image, or drop such images with `missing: "drop"`.',
    });
  }
  sink.zeroed += zeroed.length;
  const all = bytes ? new Uint8Array(allocateShared(data.length)) : allocateSharedFloats(data.length);
  all.set(data);
  for (const index of zeroed) all[index] = 0;
  if (damaged.size === 0) return { images: all };
  const kept = Array.from({ length: count }, (_, image) => image).filter((image) => !damaged.has(image));
  kept.forEach((image, at) => {
    all.copyWithin(at * size, image * size, (image + 1) * size);
  });
  return { images: all.subarray(0, kept.length * size), kept };
}

function damagedImage(array: string, image: number, at: number, value: number, label: string): DroppedRow {
  const missing = Number.isNaN(value);
  return {
    file: array,
    line: image + 1,
    reason: missing ? "missing value" : "unreadable value",
    label,
    detail: `image ${image}, value ${at} is ${value}`,
  };
}

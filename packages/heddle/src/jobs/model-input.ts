import { shortNumber } from "@heddle/core/internal/base/format.js";
import { sameShape, sizeOf } from "@heddle/core/internal/base/shape.js";
import type { ImageSet } from "@heddle/core/internal/data/dataset.js";
import { imagesWithChannels } from "@heddle/core/internal/data/image-channels.js";
import type { Images } from "@heddle/core/internal/data/images.js";
import type { SplitReading } from "@heddle/core/internal/data/reading.js";
import { parseRange, type ValueRange } from "@heddle/core/internal/data/value-range.js";
import type { Model } from "@heddle/core/internal/model/model.js";
import { beginsWithScaling } from "@heddle/core/internal/network/begins-with-scaling.js";
import { imageShapeFor } from "@heddle/core/internal/network/image-input.js";
import { inRange } from "@heddle/core/internal/pictures/in-range.js";
import type { OpenedModel } from "./open-run.js";

/** The input values of black and of white. */
export type InputRange = readonly [black: number, white: number];

/** What decides the range of a model's inputs. */
export interface RangeChoice {
  /** The range that the user names. */
  readonly modelRange?: ValueRange | undefined;
  /** How the images were read, if they come from data. */
  readonly reading?: SplitReading | undefined;
  readonly onWarning: (message: string) => void;
}

/**
 * The range of values that a model takes: the one that the user names, the one that the model knows, otherwise 0..255. A model
 * that begins without Rescaling and knows none gets the values of floats from 0 to 1 as the data holds them; a warning says so.
 */
export function inputRange(
  { model, run }: Pick<OpenedModel, "model" | "run">,
  { modelRange, reading, onWarning }: RangeChoice,
): InputRange {
  const chosen = modelRange === undefined ? undefined : parseRange(modelRange);
  const known = chosen ?? ownRange({ model, run });
  if (known) return known;
  const range = reading?.scaledFrom ?? [0, 255];
  const isOutside = !reading?.scaledFrom && reading && (reading.minimum < 0 || reading.maximum > 255);
  const [low, high] = isOutside ? [reading.minimum, reading.maximum] : range;
  const other = high > 1 ? "0..1" : "0..255";
  const values = reading?.scaledFrom
    ? `the values that the files hold, from ${shortNumber(low)} to ${shortNumber(high)}, and not 255 times as much`
    : `pixel values from ${shortNumber(low)} to ${shortNumber(high)}`;
  onWarning(
    `The model has no Rescaling layer: it is given ${values}; if it was trained on others, set them, such as \`modelRange: "${other}"\`.`,
  );
  return range;
}

/** The range of values that a model takes by what it knows or how it begins; undefined if neither says. */
export function ownRange({ model, run }: Pick<OpenedModel, "model" | "run">): InputRange | undefined {
  return model.pictures?.range ?? (run || beginsWithScaling(model) ? [0, 255] : undefined);
}

/** The shape that images have once their channels are those that a model takes; their own where nothing fits. */
export function shapeForModel({ inputShape }: Model, shape: ImageSet["shape"]): ImageSet["shape"] {
  return imageShapeFor(inputShape, shape);
}

/** One line about channels that are changed for a model; undefined if they are not. */
export function channelsChange(title: string, model: Model, shape: ImageSet["shape"]): string | undefined {
  const [from, to] = [shape[2], shapeForModel(model, shape)[2]];
  if (from === to) return undefined;
  return `${title}: the images are ${channelWords(from)}, and the model takes ${channelWords(to)}: they are converted.`;
}

function channelWords(channels: number): string {
  return (
    ["", "grey", "grey with opacity", "coloured", "coloured with opacity"][channels] ?? `${channels} channels`
  );
}

/** Images of a chunk that is converted at a time. */
const CHUNK_IMAGES = 1024;

/** What `predict` and `evaluate` of a model take for images: with its channels, in its range, converted chunk by chunk. */
export function samplesForModel(model: Model, images: Images, range: InputRange): Images["samples"] {
  const shape = shapeForModel(model, images.shape);
  const isSame = range[0] === 0 && range[1] === 255 && sameShape(shape, images.shape);
  const { samples } = images;
  if (isSame) return samples;
  return async function* () {
    const chunks = typeof samples === "function" ? samples() : chunksOf(samples);
    for await (const chunk of chunks) yield setForModel(chunk, shape, range);
  };
}

/** Images as a model takes them: with its channels, in its range, converted when they are read. */
export function imagesForModel(model: Model, images: Images, range: InputRange): Images {
  const shape = shapeForModel(model, images.shape);
  if (range[0] === 0 && range[1] === 255 && sameShape(shape, images.shape)) return images;
  const converted = (set: ImageSet) => setForModel(set, shape, range);
  return {
    ...images,
    shape,
    samples: samplesForModel(model, images, range),
    preview: converted(images.preview),
    inMemory: images.inMemory && converted(images.inMemory),
    first: (count) => imagesForModel(model, images.first(count), range),
    at: async (places) => converted(await images.at(places)),
  };
}

/** Images with the channels of `shape`, in a range. */
export function setForModel(set: ImageSet, shape: ImageSet["shape"], range: InputRange): ImageSet {
  const own = imagesWithChannels(set, shape[2]);
  return { ...own, images: inRange(own.images, range) };
}

function* chunksOf(set: ImageSet): Generator<ImageSet> {
  const size = sizeOf(set.shape);
  for (let first = 0; first < set.count; first += CHUNK_IMAGES) {
    const end = Math.min(set.count, first + CHUNK_IMAGES);
    yield {
      images: set.images.subarray(first * size, end * size),
      labels: set.labels.subarray(first, end),
      count: end - first,
      shape: set.shape,
    };
  }
}

import { HeddleError } from "../base/errors.js";
import { shortNumber } from "../base/format.js";
import { allocateShared, allocateSharedFloats } from "../base/memory.js";
import type { LabelledImages } from "./labelled-images.js";
import { type ElementKind, formatValues, type SplitReading } from "./reading.js";

/** The range of pixel values, from black to white: `"0..1"`. */
export type ValueRange = `${number}..${number}`;

type Bounds = readonly [low: number, high: number];

/** Parses `0..1` or `-1..1`; `undefined` for anything else, and for a range that is empty. */
export function parseRange(text: string): Bounds | undefined {
  const match = /^(-?\d{1,12}(?:\.\d{1,12})?)\.\.(-?\d{1,12}(?:\.\d{1,12})?)$/.exec(text.trim());
  const [low, high] = [Number(match?.[1]), Number(match?.[2])];
  return low < high ? [low, high] : undefined;
}

type Pixels = Pick<LabelledImages, "name" | "images" | "elements" | "fromPictures" | "count">;

/** The pixels of a split, and how they were read. */
interface ScaledSplit<Split extends Pixels = Pixels> {
  readonly set: Split;
  readonly reading: SplitReading;
}

/**
 * Brings the pixels of each split into the range of bytes, 0 to 255, which pictures have and models expect (they start
 * with Rescaling(1/255)). Floats from 0 to 1 are multiplied by 255, and become bytes again if they once were. With `range`,
 * the values of every split span it, and are brought to 0..255. All other values stay as they are, with a warning if they
 * are unlikely to span 0..255, or if those of the test split are far below those of the training split.
 *
 * @throws HeddleError if the splits seem to have different ranges that cannot be brought to one, or a value is outside
 *   `range`
 */
export function toByteRange<Split extends Pixels>(
  splits: readonly Split[],
  {
    range,
    onWarning = () => {},
  }: {
    readonly range?: ValueRange | undefined;
    readonly onWarning?: ((message: string) => void) | undefined;
  } = {},
): readonly ScaledSplit<Split>[] {
  const read = splits.map((set) => ({ set, ...survey(set) }));
  if (range !== undefined) return alike(read.map((split) => spanned(split, boundsOf(range))));
  const kinds = read.map(kindOf);
  const [first, second] = read;
  const ranges = second ? compare(first!, second) : "alike";
  if (ranges === "different") throw twoRanges(first!, second!);
  const units = read.filter((split) => kindOf(split) === "unit");
  if (units.length === read.length) onWarning("Pixel values from 0 to 1 were multiplied by 255.");
  else if (units.length > 0) onWarning(oneOfTwo(read));
  else if (kinds.includes("other")) onWarning(outside(read));
  else if (ranges === "low test") onWarning(lowTest(first!, second!));
  else warnOfLow(read, onWarning);
  return alike(read.map((split) => (kindOf(split) === "unit" ? spanned(split, [0, 1]) : kept(split))));
}

/** All splits as bytes if each one is, otherwise all as floats. */
function alike<Split extends Pixels>(splits: readonly ScaledSplit<Split>[]): readonly ScaledSplit<Split>[] {
  if (splits.every(({ set }) => set.images instanceof Uint8Array)) return splits;
  return splits.map((split) => {
    if (split.set.images instanceof Float32Array) return split;
    const images = allocateSharedFloats(split.set.images.length);
    images.set(split.set.images);
    return { ...split, set: { ...split.set, images } };
  });
}

interface Surveyed<Split extends Pixels = Pixels> {
  readonly set: Split;
  readonly elements: ElementKind;
  readonly minimum: number;
  readonly maximum: number;
}

/** What the values of a split are; bytes are read only until the whole range has been seen. */
function survey({ images, elements }: Pixels): Omit<Surveyed, "set"> {
  const isBytes = images instanceof Uint8Array;
  let minimum = images[0] ?? 0;
  let maximum = minimum;
  for (let index = 0; index < images.length; index++) {
    const value = images[index]!;
    if (value < minimum) minimum = value;
    else if (value > maximum) maximum = value;
    else continue;
    if (isBytes && minimum === 0 && maximum === 255) break;
  }
  return { elements: elements ?? (isBytes ? "whole numbers" : "floats"), minimum, maximum };
}

/** Whether values are floats from 0 to 1, could be bytes, or neither. */
function kindOf({ elements, minimum, maximum }: Surveyed): "unit" | "bytes" | "other" {
  if (minimum < 0 || maximum > 255) return "other";
  return elements !== "whole numbers" && maximum <= 1 ? "unit" : "bytes";
}

/** Whole numbers that reach less than a quarter of 255 probably span less: 0..1, 0..16. */
const LOW = 64;

/** Whole numbers of one split that reach so many times further than those of the other have another range. */
const FAR = 8;

/**
 * How the ranges of two splits compare. A few dark test images reach less far than bytes of the training split, so that a
 * low test split is no mistake yet; whole numbers from 0 to 1 are.
 */
function compare(train: Surveyed, test: Surveyed): "alike" | "low test" | "different" {
  if (train.maximum === train.minimum || test.maximum === test.minimum) return "alike";
  const [a, b] = [kindOf(train), kindOf(test)];
  if (a === "other" || b === "other") {
    return a === b && train.minimum < 0 === test.minimum < 0 ? "alike" : "different";
  }
  if (a !== b) return isBinary(train) || isBinary(test) ? "different" : "alike";
  const [low, high] = train.maximum < test.maximum ? [train, test] : [test, train];
  // A picture's format fixes its range.
  if (a === "unit" || low.set.fromPictures) return "alike";
  if (high.maximum < LOW || low.maximum * FAR > high.maximum) return "alike";
  return low === test && train.maximum >= LOW && !isBinary(test) ? "low test" : "different";
}

/** Whether values are whole numbers that could span 0..1. */
function isBinary({ set, elements, maximum }: Surveyed): boolean {
  return elements === "whole numbers" && maximum <= 1 && !set.fromPictures;
}

function oneOfTwo(read: readonly Surveyed[]): string {
  const [unit, bytes] = kindOf(read[0]!) === "unit" ? read : read.toReversed();
  return (
    `The splits have different ranges: ${nameOf(unit!)} holds ${formatValues(unit!)}, ` +
    `${nameOf(bytes!)} ${formatValues(bytes!)}. The first were multiplied by 255.`
  );
}

function lowTest(train: Surveyed, test: Surveyed): string {
  return (
    `The splits may have different ranges: ${nameOf(test)} holds ${formatValues(test)}, ` +
    `${nameOf(train)} ${formatValues(train)}. Both stay as they are. ` +
    'If both span 0..255, set `range: "0..255"`; otherwise save them in one range.'
  );
}

function outside(read: readonly Surveyed[]): string {
  const all = joined(read);
  const span = likelySpan(all);
  return (
    `Pixel values are outside 0 to 255, the range for models that start with Rescaling(1/255): ${formatValues(all)}.` +
    (span ? ` If they span ${span}, set \`range: "${span}"\`.` : "")
  );
}

function warnOfLow(read: readonly Surveyed[], onWarning: (message: string) => void): void {
  const all = joined(read);
  const areFloats = read.every(({ elements }) => elements === "floats");
  const isPercent = areFloats && all.maximum >= LOW && all.maximum <= 100;
  if ((all.maximum >= LOW && !isPercent) || all.maximum === all.minimum) return;
  const span = isPercent ? "0..100" : likelySpan(all);
  onWarning(
    `The largest pixel value is ${shortNumber(all.maximum)}, far below 255. If the values span ${span}, set \`range: "${span}"\`.`,
  );
}

/** The values of all splits. */
function joined(read: readonly Surveyed[]): Omit<Surveyed, "set"> {
  return {
    elements: read.every(({ elements }) => elements === "whole numbers") ? "whole numbers" : "floats",
    minimum: Math.min(...read.map(({ minimum }) => minimum)),
    maximum: Math.max(...read.map(({ maximum }) => maximum)),
  };
}

/** Ranges that cameras, scanners and programs use, by their largest value. */
const usual = [1, 15, 16, 31, 63, 1023, 4095, 16383, 65535];

/** The range that such values probably span; undefined for standardized ones, which have none. */
function likelySpan({ elements, minimum, maximum }: Omit<Surveyed, "set">): ValueRange | undefined {
  if (minimum >= -128 && minimum < -1 && maximum <= 127 && elements === "whole numbers") return "-128..127";
  if (minimum < 0) return minimum >= -1 && maximum <= 1 ? "-1..1" : undefined;
  return `0..${usual.find((high) => maximum <= high) ?? maximum}`;
}

function twoRanges(one: Surveyed, two: Surveyed): HeddleError {
  return new HeddleError({
    who: two.set.name,
    expected: `pixel values of one range, such as ${formatValues(one)} in ${nameOf(one)}`,
    received: formatValues(two),
    next: 'Save both splits in one range, or say which one both span, such as `range: "0..255"`.',
  });
}

/** The name of a split without the folders above it. */
export function nameOf({ set: { name } }: { readonly set: Pick<Pixels, "name"> }): string {
  return name.split(/[\\/]/).at(-1)!;
}

/** A range, checked. */
function boundsOf(range: string): Bounds {
  const bounds = parseRange(range);
  if (bounds) return bounds;
  throw new HeddleError({
    who: "`range`",
    expected: 'the smallest and the largest pixel value, such as "0..1"',
    received: JSON.stringify(range),
    next: "Correct it.",
  });
}

/** Values may leave their range by this share of it: floats are rounded. */
const ROUNDING = 1e-5;

function spanned<Split extends Pixels>(split: Surveyed<Split>, [low, high]: Bounds): ScaledSplit<Split> {
  const { set, minimum, maximum } = split;
  const tolerance = ROUNDING * (high - low);
  if (minimum < low - tolerance || maximum > high + tolerance) {
    throw new HeddleError({
      who: set.name,
      expected: `pixel values from ${low} to ${high}, as \`range\` says`,
      received: formatValues(split),
      next: "Correct `range`.",
    });
  }
  if (low === 0 && high === 255) return kept(split);
  const scale = (value: number) => ((value - low) / (high - low)) * 255;
  const { images } = set;
  const scaled = nearlyWhole(images, scale)
    ? new Uint8Array(allocateShared(images.length))
    : allocateSharedFloats(images.length);
  const round = scaled instanceof Uint8Array ? Math.round : (value: number) => value;
  for (let index = 0; index < images.length; index++) scaled[index] = round(scale(images[index]!));
  return { set: { ...set, images: scaled }, reading: { ...readingOf(split), scaledFrom: [low, high] } };
}

/** A split with its own values: bytes if they are whole numbers from 0 to 255, otherwise floats. */
function kept<Split extends Pixels>(split: Surveyed<Split>): ScaledSplit<Split> {
  const { set } = split;
  const { images } = set;
  if (images instanceof Uint8Array || !holdsBytes(images)) return { set, reading: readingOf(split) };
  const bytes = new Uint8Array(allocateShared(images.length));
  bytes.set(images);
  return { set: { ...set, images: bytes }, reading: readingOf(split) };
}

function holdsBytes(images: Float32Array): boolean {
  for (let index = 0; index < images.length; index++) {
    const value = images[index]!;
    if (value !== (value & 255)) return false;
  }
  return true;
}

function readingOf({ set, elements, minimum, maximum }: Surveyed): SplitReading {
  return { from: nameOf({ set }), images: set.count, elements, minimum, maximum };
}

/** Bytes that were divided by 255 and written with at least four digits come back within this tolerance. */
export const WHOLE_TOLERANCE = 0.02;

function nearlyWhole(images: Uint8Array | Float32Array, scale: (value: number) => number): boolean {
  for (let index = 0; index < images.length; index++) {
    const value = scale(images[index]!);
    if (Math.abs(value - Math.round(value)) > WHOLE_TOLERANCE) return false;
  }
  return true;
}

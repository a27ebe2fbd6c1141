import { allocateShared, allocateSharedFloats } from "../base/memory.js";
import type { LabelledImages } from "./labelled-images.js";

/** What range pixels had before, for a warning. */
type ValueRange = "bytes" | "floats 0..255" | "floats 0..1" | "other floats";

/**
 * Brings pixels into the range of bytes, 0 to 255, which pictures have and models expect (they start with
 * Rescaling(1/255)): floats from 0 to 1 are multiplied by 255. If that yields whole numbers, the images become bytes;
 * all other floats stay as they are.
 */
export function toByteRange<Sets extends readonly LabelledImages[]>(
  sets: Sets,
): { readonly sets: readonly LabelledImages[]; readonly range: ValueRange } {
  if (sets.every(({ images }) => images instanceof Uint8Array || allWholeBytes(images))) {
    return { sets: sets.map((set) => withImages(set, asBytes(set.images, 1))), range: "bytes" };
  }
  let minimum = Number.POSITIVE_INFINITY;
  let maximum = Number.NEGATIVE_INFINITY;
  for (const { images } of sets) {
    for (let index = 0; index < images.length; index++) {
      const value = images[index]!;
      if (value < minimum) minimum = value;
      if (value > maximum) maximum = value;
    }
  }
  if (minimum < 0 || maximum > 255) return { sets: sets.map(asFloats), range: "other floats" };
  if (maximum > 1) return { sets: sets.map(asFloats), range: "floats 0..255" };
  const whole = sets.every(({ images }) => nearlyWhole(images));
  const scaled = sets.map((set) =>
    withImages(set, whole ? asBytes(set.images, 255) : scaledFloats(set.images)),
  );
  return { sets: scaled, range: "floats 0..1" };
}

function allWholeBytes(images: Uint8Array | Float32Array): boolean {
  for (let index = 0; index < images.length; index++) {
    const value = images[index]!;
    if (value !== (value & 255)) return false;
  }
  return true;
}

/** Bytes that were divided by 255 and written with at least four digits come back within this tolerance. */
const WHOLE_TOLERANCE = 0.02;

function nearlyWhole(images: Uint8Array | Float32Array): boolean {
  for (let index = 0; index < images.length; index++) {
    const value = images[index]! * 255;
    if (Math.abs(value - Math.round(value)) > WHOLE_TOLERANCE) return false;
  }
  return true;
}

function asBytes(images: Uint8Array | Float32Array, factor: number): Uint8Array {
  if (images instanceof Uint8Array && factor === 1) return images;
  const bytes = new Uint8Array(allocateShared(images.length));
  for (let index = 0; index < images.length; index++) bytes[index] = Math.round(images[index]! * factor);
  return bytes;
}

function scaledFloats(images: Uint8Array | Float32Array): Float32Array {
  const floats = sharedFloats(images.length);
  for (let index = 0; index < images.length; index++) floats[index] = images[index]! * 255;
  return floats;
}

function asFloats(set: LabelledImages): LabelledImages {
  if (set.images instanceof Float32Array) return set;
  const floats = sharedFloats(set.images.length);
  floats.set(set.images);
  return withImages(set, floats);
}

function sharedFloats(length: number): Float32Array {
  return allocateSharedFloats(length);
}

function withImages(set: LabelledImages, images: Uint8Array | Float32Array): LabelledImages {
  return images === set.images ? set : { ...set, images };
}

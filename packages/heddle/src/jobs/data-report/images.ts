import { Random, shuffle } from "@heddle/core/internal/base/random.js";
import { sizeOf } from "@heddle/core/internal/base/shape.js";
import type { ImageSet } from "@heddle/core/internal/data/dataset.js";

/** Sets of the same shape and element type as one, in their order. */
export function joined(sets: readonly ImageSet[]): ImageSet {
  const [first] = sets as readonly [ImageSet, ...ImageSet[]];
  const length = sets.reduce((sum, { images }) => sum + images.length, 0);
  const images = first.images instanceof Uint8Array ? new Uint8Array(length) : new Float32Array(length);
  let to = 0;
  for (const set of sets) {
    images.set(set.images, to);
    to += set.images.length;
  }
  const labels = Int32Array.from(sets.flatMap((set) => [...set.labels]));
  return { images, labels, count: labels.length, shape: first.shape };
}

/** Positions of up to `count` images of a class, drawn by the seed, in the order of the set. */
export function someOfClass(set: ImageSet, label: number, count: number, seed: number): readonly number[] {
  const all: number[] = [];
  set.labels.forEach((one, position) => {
    if (one === label) all.push(position);
  });
  const order = new Int32Array(all.length);
  shuffle(order, new Random(seed, "selection", label));
  return [...order.subarray(0, count)].map((at) => all[at]!).sort((a, b) => a - b);
}

/** The mean of the images of each of the first `classes` classes as bytes, and those of them that have any. */
export function meanImages(
  set: ImageSet,
  classes: number,
): { readonly set: ImageSet; readonly labels: readonly number[] } {
  const size = sizeOf(set.shape);
  const sums = new Float64Array(classes * size);
  const counts = new Array<number>(classes).fill(0);
  for (let position = 0; position < set.count; position++) {
    const label = set.labels[position]!;
    if (label >= classes) continue;
    counts[label]! += 1;
    const from = position * size;
    const to = label * size;
    for (let at = 0; at < size; at++) sums[to + at]! += set.images[from + at]!;
  }
  const labels = counts.flatMap((count, label) => (count > 0 ? [label] : []));
  const images = new Uint8Array(labels.length * size);
  labels.forEach((label, place) => {
    for (let at = 0; at < size; at++) {
      images[place * size + at] = Math.round(sums[label * size + at]! / counts[label]!);
    }
  });
  return {
    set: { images, labels: Int32Array.from(labels), count: labels.length, shape: set.shape },
    labels,
  };
}

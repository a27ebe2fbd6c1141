import { groupDigits } from "../base/format.js";
import { Random, shuffle } from "../base/random.js";
import { firstImages, type ImageSet, imagesAt } from "../data/dataset.js";
import type { Images } from "../data/images.js";

type Labels = ImageSet["labels"];

/** Not the training's own seed: runs that differ in it are trained on the same images, and can be compared. */
const LIMIT_SEED = 42;

/**
 * The training images that a limit keeps: the first ones, or, if those leave classes out (files are often sorted by
 * class), as many of all classes, in the shares that the classes have. They are the same on every machine and for every
 * seed, in the order of the set.
 *
 * @param limit how many; all if undefined
 * @throws HeddleError when it is not a whole number of at least 1
 */
export function limitedImages(set: ImageSet, limit: number | undefined): ImageSet {
  if (limit === undefined) return set;
  return leftOut(set.labels, limit) ? imagesAt(set, drawnPlaces(set.labels, limit)) : firstImages(set, limit);
}

/** What a user should know about a limit, in a sentence; undefined if the first images hold every class. */
export function limitNote(
  { labels, inMemory }: Pick<Images, "labels" | "inMemory">,
  limit: number | undefined,
): string | undefined {
  const left = limit === undefined ? undefined : leftOut(labels, limit);
  if (limit === undefined || !left) return undefined;
  const begin = `The first ${groupDigits(limit)} training images hold ${left.held} of ${left.classes} classes`;
  return inMemory
    ? `${begin}: as many are drawn from all classes instead, the same ones every time.`
    : `${begin}; streamed images keep their order. Remove \`limit\` or \`stream\` to train on all classes.`;
}

/** How many classes all images and the first ones hold; undefined if the first ones hold as many as they can. */
function leftOut(
  labels: Labels,
  limit: number,
): { readonly held: number; readonly classes: number } | undefined {
  const classes = new Set(labels).size;
  const held = new Set(labels.subarray(0, limit)).size;
  return held < Math.min(classes, limit) ? { held, classes } : undefined;
}

/** The positions of `count` images, ascending: of each class its share, to the nearest image, and at least one. */
function drawnPlaces(labels: Labels, count: number): Int32Array {
  const members = new Map<number, number[]>();
  for (const [place, label] of labels.entries()) {
    const places = members.get(label);
    if (places) places.push(place);
    else members.set(label, [place]);
  }
  const queue: { readonly place: number; readonly share: number; readonly label: number }[] = [];
  for (const [label, places] of members) {
    const order = new Int32Array(places.length);
    shuffle(order, new Random(LIMIT_SEED, "limit", label));
    // The share of its class that comes before an image: in ascending order, all classes are taken alike.
    for (const [rank, at] of order.entries()) {
      queue.push({ place: places[at]!, share: rank / places.length, label });
    }
  }
  queue.sort((a, b) => a.share - b.share || a.label - b.label);
  return Int32Array.from(queue.slice(0, count), ({ place }) => place).sort();
}

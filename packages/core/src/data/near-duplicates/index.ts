import { AbortedError, HeddleError } from "../../base/errors.js";
import { checkOptions } from "../../base/known-options.js";
import { abortSignal, anyFunction, fromTo, whole } from "../../base/rules.js";
import { sameShape } from "../../base/shape.js";
import type { ImageSet } from "../dataset.js";
import { PointGrid } from "./grid.js";
import { type ImagePlace, ImageRow, type Projection } from "./images.js";
import { type Corner, Signatures } from "./signature.js";

export type { ImagePlace };

/** Two images that are nearly the same. */
export interface NearPair {
  /** The earlier image: in an earlier set, or in the same set at an earlier position. */
  readonly first: ImagePlace;
  /** The later image. */
  readonly second: ImagePlace;
  /** 0 if they differ only in brightness and contrast; at most `maxDistance`. */
  readonly distance: number;
  /** True if they are equal to the last bit. */
  readonly exact: boolean;
}

/** The result of {@link findNearDuplicates}. */
export interface NearDuplicates {
  /** The pairs, nearest first. */
  readonly pairs: readonly NearPair[];
  /** The largest distance that was searched. */
  readonly maxDistance: number;
  /** True if the search ended early because it reached `maxPairs`. */
  readonly truncated: boolean;
  /** How many images have a single tone, and so no pattern to compare. */
  readonly withoutContrast: number;
}

/** The options of {@link findNearDuplicates}. */
export interface NearDuplicateOptions {
  /**
   * The largest distance of a pair, 0 … 1.
   *
   * @defaultValue {@link MAX_DISTANCE}, 0.05
   */
  readonly maxDistance?: number;
  /**
   * The number of pairs at which the search ends.
   *
   * @defaultValue 100_000
   */
  readonly maxPairs?: number;
  /** Stops the search. */
  readonly signal?: AbortSignal | undefined;
  /** Called several times a second with the share that is done, 0 … 1. */
  readonly onProgress?: ((share: number) => void) | undefined;
}

/** The default of `maxDistance`. How it was chosen: docs/data-report.md. */
export const MAX_DISTANCE = 0.05;

/** The contrast of one image of a pair is at most this many times that of the other. */
const CONTRAST_RATIO = 1.5;

/** In smaller images, a shift by one pixel is not a small change. */
const SMALLEST_SHIFTED_SIDE = 12;

/** How far one image of a pair is moved down and right. Either image can be moved, which covers all eight neighbours. */
type Shift = readonly [down: number, right: number];
const STILL: Shift = [0, 0];
const shifts: readonly Shift[] = [
  [0, 1],
  [1, 0],
  [1, 1],
  [1, -1],
];

/**
 * Finds all pairs of images that are the same except for brightness, contrast, a little noise and a shift by a pixel.
 *
 * The distance between two images is that between their vectors after blurring, subtracting the mean and scaling to
 * length 1. It is the smallest of nine: unmoved, and with one image moved by a pixel in each direction, compared where
 * they overlap. In terms of their correlation r it is √(2 − 2r). No pair is missed: the search uses the lowest
 * frequencies of the cosine transform, in which two images are never further apart than in full, and computes the full
 * distance of all pairs that are near there. It does not look for mirrored, rotated or scaled copies.
 *
 * @param sets images of one shape `[N, H, W, C]`, such as `[dataset.train, dataset.test]`
 * @throws AbortedError on `signal`; HeddleError for sets of different shapes
 * @example
 * const { pairs } = await findNearDuplicates([dataset.train, dataset.test]);
 * pairs.filter(({ first, second }) => first.set !== second.set).length; // pairs between training and test
 */
export async function findNearDuplicates(
  sets: readonly ImageSet[],
  options: NearDuplicateOptions = {},
): Promise<NearDuplicates> {
  checkOptions("Near duplicates", options, {
    maxDistance: fromTo(0, 1),
    maxPairs: whole(1),
    signal: abortSignal,
    onProgress: anyFunction,
  });
  const { maxDistance = MAX_DISTANCE, maxPairs = 100_000, signal, onProgress } = options;
  checkSets(sets);
  const images = new ImageRow(sets);
  const [height, width] = images.shape;
  const moves = Math.min(height, width) < SMALLEST_SHIFTED_SIDE ? [] : shifts;
  const pause = new Pause(signal);
  const found = new Map<number, number>();
  let withoutContrast = 0;
  for (const [number, shift] of [STILL, ...moves].entries()) {
    // Each shift takes two projections and a search.
    const pace = (part: number) => async (done: number) => {
      if (await pause.due()) onProgress?.((number + (part + done / images.count) / 3) / (1 + moves.length));
    };
    const overlap = overlapOf(images.shape, shift);
    const { signatures } = overlap;
    // A single pixel has no pattern.
    if (signatures.dimensions === 0)
      return { pairs: [], maxDistance, truncated: false, withoutContrast: images.count };
    const first = await images.project(signatures, overlap.first, pace(0));
    const second = shift === STILL ? first : await images.project(signatures, overlap.second, pace(1));
    if (shift === STILL) withoutContrast = first.contrasts.filter((contrast) => contrast === 0).length;
    const search = new Search(images, overlap, { first, second, maxDistance });
    for (let image = 0; image < images.count && found.size < maxPairs; image++) {
      await pace(2)(image);
      search.near(image, (other, distance) => {
        // Unmoved, each pair is met from both sides, and once is enough.
        if ((shift === STILL && other > image) || found.size >= maxPairs) return;
        const key = Math.min(image, other) * images.count + Math.max(image, other);
        found.set(key, Math.min(distance, found.get(key) ?? distance));
      });
    }
  }
  onProgress?.(1);
  const pairs = [...found].map(([key, distance]): NearPair => {
    const [a, b] = [Math.floor(key / images.count), key % images.count];
    return { first: images.place(a), second: images.place(b), distance, exact: images.equal(a, b) };
  });
  pairs.sort(
    (a, b) =>
      a.distance - b.distance ||
      a.first.set - b.first.set ||
      a.first.index - b.first.index ||
      a.second.set - b.second.set ||
      a.second.index - b.second.index,
  );
  return {
    pairs,
    maxDistance,
    truncated: found.size >= maxPairs,
    withoutContrast,
  };
}

/** The parts of two images that overlap once the first is moved, each given by its corner. */
interface Overlap {
  readonly signatures: Signatures;
  readonly first: Corner;
  readonly second: Corner;
}

function overlapOf(image: ImageSet["shape"], [down, right]: Shift): Overlap {
  const [height, width, channels] = image;
  return {
    signatures: new Signatures(image, [height - Math.abs(down), width - Math.abs(right), channels]),
    first: [Math.max(0, -down), Math.max(0, -right)],
    second: [Math.max(0, down), Math.max(0, right)],
  };
}

/** Finds the images near a given one, at one shift. */
class Search {
  private readonly order: readonly number[];
  private readonly grid: PointGrid;
  private readonly queries: Float32Array;
  private readonly own: Float64Array;
  private readonly theirs: Float64Array;

  constructor(
    private readonly images: ImageRow,
    private readonly overlap: Overlap,
    private readonly projections: {
      readonly first: Projection;
      readonly second: Projection;
      readonly maxDistance: number;
    },
  ) {
    const { dimensions, size } = overlap.signatures;
    this.order = byVariance(projections.first.points, dimensions);
    this.grid = new PointGrid(
      reordered(projections.first.points, this.order),
      dimensions,
      projections.maxDistance,
    );
    this.queries = reordered(projections.second.points, this.order);
    this.own = new Float64Array(size);
    this.theirs = new Float64Array(size);
  }

  /** Calls `found` with every other image that is near this one, and the distance. */
  near(image: number, found: (other: number, distance: number) => void): void {
    const { images, overlap, projections, own, theirs } = this;
    const { signatures } = overlap;
    const contrast = projections.second.contrasts[image]!;
    if (contrast === 0) return;
    let known = false;
    this.grid.near(this.queries, image * signatures.dimensions, (other) => {
      const ratio = projections.first.contrasts[other]! / contrast;
      if (other === image || !(ratio <= CONTRAST_RATIO && ratio * CONTRAST_RATIO >= 1)) return;
      if (!known) images.point(signatures, image, overlap.second, own);
      known = true;
      const distance = distanceBetween(own, images.point(signatures, other, overlap.first, theirs));
      if (distance <= projections.maxDistance) found(other, distance);
    });
  }
}

/** Yields to the event loop several times a second, and checks the signal then. */
class Pause {
  private last = performance.now();

  constructor(private readonly signal: AbortSignal | undefined) {}

  async due(): Promise<boolean> {
    if (performance.now() - this.last < 100) return false;
    await new Promise((resolve) => setTimeout(resolve));
    this.last = performance.now();
    if (this.signal?.aborted) throw new AbortedError("The search for near duplicates was stopped.");
    return true;
  }
}

function distanceBetween(a: Float64Array, b: Float64Array): number {
  let squares = 0;
  for (let at = 0; at < a.length; at++) {
    const difference = a[at]! - b[at]!;
    squares += difference * difference;
  }
  return Math.sqrt(squares);
}

/** The coordinates in descending order of variance: the grid's cells and early exits need the most distinctive ones first. */
function byVariance(points: Float32Array, dimensions: number): readonly number[] {
  const sums = new Float64Array(dimensions);
  const squares = new Float64Array(dimensions);
  for (let at = 0; at < points.length; at++) {
    const axis = at % dimensions;
    sums[axis]! += points[at]!;
    squares[axis]! += points[at]! * points[at]!;
  }
  const count = points.length / dimensions;
  const variances = Array.from(squares, (square, axis) => square - (sums[axis]! * sums[axis]!) / count);
  return variances.map((_, axis) => axis).sort((a, b) => variances[b]! - variances[a]! || a - b);
}

function reordered(points: Float32Array, order: readonly number[]): Float32Array {
  const dimensions = order.length;
  const out = new Float32Array(points.length);
  for (let from = 0; from < points.length; from += dimensions) {
    for (let axis = 0; axis < dimensions; axis++) out[from + axis] = points[from + order[axis]!]!;
  }
  return out;
}

function checkSets(sets: readonly ImageSet[]): void {
  const [first] = sets;
  const other = sets.find(({ shape }) => !sameShape(shape, first!.shape));
  if (first === undefined || other !== undefined) {
    throw new HeddleError({
      who: "Near duplicates",
      expected: "sets of images of one shape",
      received: first === undefined ? "no set" : `${first.shape.join("×")} and ${other!.shape.join("×")}`,
      next: "Resize the images, or compare the sets of one shape.",
    });
  }
}

import { Random, shuffle } from "../base/random.js";

/** How {@link foldsOf} deals images out. */
export interface FoldOptions {
  /** How many parts. */
  readonly folds: number;
  /** Decides which image goes where. */
  readonly seed: number;
  /** `[N]`: images with the same number go into the same part, such as copies of one picture; each alone by default. */
  readonly groups?: ArrayLike<number> | undefined;
}

/**
 * The part of each image, from 0: every class is dealt out in a random order, so that each part has its share of it. The
 * same on every machine.
 *
 * @param labels `[N]`: the class of each image
 * @returns `[N]`
 *
 * @example
 * foldsOf(train.labels, { folds: 5, seed: 42 }); // [3, 0, 4, …]
 */
export function foldsOf(labels: ArrayLike<number>, { folds, seed, groups }: FoldOptions): Int32Array {
  /** By class, how many images each part has. */
  const dealt = new Map<number, Int32Array>();
  const result = new Int32Array(labels.length);
  for (const bundle of bundlesOf(labels.length, seed, groups)) {
    const label = labels[bundle[0]!]!;
    const counts = dealt.get(label) ?? new Int32Array(folds);
    // Each class begins with a different part, so that all parts have the same size.
    let fold = label % folds;
    for (let step = 1; step < folds; step++) {
      const other = (label + step) % folds;
      if (counts[other]! < counts[fold]!) fold = other;
    }
    for (const image of bundle) result[image] = fold;
    counts[fold]! += bundle.length;
    dealt.set(label, counts);
  }
  return result;
}

/** Images that stay together, in a random order; the largest groups first, because they are the hardest to place. */
function bundlesOf(count: number, seed: number, groups: ArrayLike<number> | undefined): readonly number[][] {
  const order = new Int32Array(count);
  shuffle(order, new Random(seed, "split"));
  if (groups === undefined) return Array.from(order, (image) => [image]);
  const bundles = new Map<number, number[]>();
  for (const image of order) {
    const bundle = bundles.get(groups[image]!);
    if (bundle) bundle.push(image);
    else bundles.set(groups[image]!, [image]);
  }
  return [...bundles.values()].sort((a, b) => b.length - a.length);
}

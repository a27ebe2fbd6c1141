import { HeddleError } from "../base/errors.js";
import { counted, groupDigits } from "../base/format.js";
import { type Dataset, type ImageSet, imagesAt } from "../data/dataset.js";
import { foldsOf } from "../data/folds.js";
import { type Images, imagesInMemory } from "../data/images.js";
import { findNearDuplicates } from "../data/near-duplicates/index.js";
import type { Model } from "../model/model.js";
import { planOf } from "./build-training.js";
import type { ResolvedSettings } from "./resolve-settings.js";
import type { GivenSettings } from "./settings.js";
import type { Training } from "./training.js";
import { trainingImages } from "./training-images.js";

/** Fewer images, training and test together, are judged by cross-validation where nothing else is chosen. */
const FEW_IMAGES = 1000;

const DEFAULT_FOLDS = 5;

/** Not the training's own seed: runs that differ in it are judged on the same folds, and can be compared. */
const FOLD_SEED = 42;

/** Copies are looked for among at most so many images: a pair is found among ten thousand within seconds. */
const MOST_COMPARED = 10_000;

/** One part of the training images, and the rest: positions among the images of `foldedImages`, ascending. */
export interface Fold {
  /** From 1. */
  readonly number: number;
  /** The images that its model is trained on. */
  readonly train: readonly number[];
  /** The images that its model is judged by. */
  readonly heldOut: readonly number[];
}

/** All images that a cross-validation deals out: the training images within the limit. */
export function foldedImages({ train }: Pick<Dataset<Images>, "train">, { limit }: GivenSettings): ImageSet {
  return trainingImages(train, { limit }).train.inMemory!;
}

/**
 * Deals images out into folds that hold equal parts of each class: the same ones on every machine and for every seed. Near
 * duplicates, such as pictures of a series, go into one fold, so that no model is judged by copies of what it was trained
 * on.
 *
 * @throws HeddleError when there are fewer images than folds; AbortedError on `signal`
 */
export async function dealFolds(
  images: ImageSet,
  folds: number,
  signal?: AbortSignal,
): Promise<readonly Fold[]> {
  if (images.count < folds) {
    throw new HeddleError({
      who: "`folds`",
      expected: `at most ${images.count}, one for each training image`,
      received: String(folds),
      next: "Lower `folds`, or add images.",
    });
  }
  const groups = await copiesTogether(images, folds, signal);
  const foldOf = foldsOf(images.labels, { folds, seed: FOLD_SEED, groups });
  const parts = Array.from({ length: folds }, (_, fold): Fold => {
    const places = [...foldOf.keys()];
    return {
      number: fold + 1,
      train: places.filter((image) => foldOf[image] !== fold),
      heldOut: places.filter((image) => foldOf[image] === fold),
    };
  });
  // With few images and many copies a fold may be left empty: it would judge nothing.
  return parts.filter(({ heldOut, train }) => heldOut.length > 0 && train.length > 0);
}

/** `[N]`: the same number for near duplicates; undefined where there are none, or too many images to compare. */
async function copiesTogether(
  images: ImageSet,
  folds: number,
  signal: AbortSignal | undefined,
): Promise<Int32Array | undefined> {
  if (images.count > MOST_COMPARED) return undefined;
  const { pairs } = await findNearDuplicates([images], { signal });
  if (pairs.length === 0) return undefined;
  const groups = Int32Array.from({ length: images.count }, (_, image) => image);
  const rootOf = (image: number): number => {
    let root = image;
    while (groups[root] !== root) root = groups[root]!;
    return root;
  };
  for (const { first, second } of pairs) groups[rootOf(second.index)] = rootOf(first.index);
  const roots = groups.map((_, image) => rootOf(image));
  const sizes = new Map<number, number>();
  for (const root of roots) sizes.set(root, (sizes.get(root) ?? 0) + 1);
  // Where most images resemble each other, they are what the data is like, and no copies.
  const most = images.count / folds / 2;
  return roots.map((root, image) => (sizes.get(root)! > most ? image : root));
}

/**
 * The training of a fold's model: with the settings of the whole training, on the fold's images alone.
 *
 * @param model with its first weights
 * @param images those of {@link foldedImages}
 */
export function trainingOfFold(
  settings: ResolvedSettings,
  { dataset, threads }: Pick<Training, "dataset" | "threads">,
  { model, images, fold }: { readonly model: Model; readonly images: ImageSet; readonly fold: Fold },
): Training {
  const part = imagesInMemory(imagesAt(images, fold.train));
  const { validationSplit } = settings;
  const split = trainingImages(part, { validationSplit });
  const plan = planOf(settings, model, split.train.count);
  return { ...plan, ...split, dataset: { ...dataset, train: part }, threads };
}

/**
 * Settings with a cross-validation where there are few images and neither length nor folds are chosen, and a sentence on
 * how little a small test set says; no sentence for many images.
 *
 * @param chosen what a recipe or the user sets
 */
export function withFittingFolds(
  settings: ResolvedSettings,
  { train, test, classNames }: Pick<Dataset<Images>, "train" | "test" | "classNames">,
  chosen: GivenSettings,
): { readonly settings: ResolvedSettings; readonly note: string | undefined } {
  const images = Math.min(settings.limit ?? train.count, train.count);
  const fits = train.inMemory && classNames.length > 1 && images >= 2 * DEFAULT_FOLDS;
  if (!fits || images + test.count >= FEW_IMAGES || chosen.folds !== undefined)
    return { settings, note: undefined };
  const few = `${counted(test.count, "test image")} ${test.count === 1 ? "tells" : "tell"} little`;
  if (chosen.epochs !== undefined || chosen.batchSize !== undefined) {
    const note = `${few}: \`folds: ${DEFAULT_FOLDS}\` also judges by all ${groupDigits(images)} training images.`;
    return { settings, note };
  }
  const note =
    `${few}: ${DEFAULT_FOLDS} more models are each trained without a part of the training images and judged by it ` +
    "(cross-validation). `folds` sets how many; 0 turns it off.";
  return { settings: { ...settings, folds: DEFAULT_FOLDS }, note };
}

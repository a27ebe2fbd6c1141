import { groupDigits } from "../base/format.js";
import { sizeOf } from "../base/shape.js";
import type { Progress } from "../callbacks/callback.js";
import { type Dataset, imagesAt } from "../data/dataset.js";
import { foldsOf } from "../data/folds.js";
import { SparseCategoricalCrossentropy } from "../losses/index.js";
import { studyModel, studyOptimizer, studyRecipe } from "../recipes/study-recipe.js";

/** How {@link outOfFold} trains its models. */
export interface OutOfFoldOptions {
  readonly folds: number;
  readonly epochs: number;
  readonly seed: number;
  readonly threads?: number | undefined;
  readonly signal: AbortSignal;
  /** Called when the training of a model begins; folds count from 1. */
  readonly onFold?: (fold: number) => void;
  /** Called with the progress of the current fold. */
  readonly onProgress?: (fold: number, progress: Progress) => void;
}

/** Predictions for every image by models that were not trained on it: N images, K classes. */
export interface OutOfFold {
  /** `[N, K]`: for each training image the probabilities of the model that did not see it. */
  readonly train: Float32Array;
  /** `[N, K]`: for each test image the mean of all models' probabilities; none of them saw it. */
  readonly test: Float32Array;
}

/** Each image is held out once, in one of this many parts; the paper's experiments have four as well. */
export const FOLDS = 4;

/** Enough for the study's CNN to know the classes of Fashion-MNIST, and too few for it to learn wrong labels by heart. */
const EPOCHS = 4;
/** Small sets have few steps in an epoch. */
const LEAST_STEPS = 500;

/** Passes over the data by default: more for small sets. */
export function defaultEpochs(images: number, folds: number): number {
  const steps = Math.ceil((images * (folds - 1)) / folds / studyRecipe.batchSize);
  return Math.max(EPOCHS, Math.min(40, Math.ceil(LEAST_STEPS / steps)));
}

/**
 * Trains the study's CNN once for each fold, on all other folds, and asks it about that fold: no image is judged by a
 * model that learnt its label. The folds hold equal parts of each class.
 *
 * @param dataset its images as bytes
 */
export async function outOfFold(dataset: Dataset, options: OutOfFoldOptions): Promise<OutOfFold> {
  const { train, test, classNames } = dataset;
  const { folds, epochs, seed, threads, signal, onFold, onProgress } = options;
  const classes = classNames.length;
  const foldOf = foldsOf(train.labels, { folds, seed });
  const result = {
    train: new Float32Array(train.count * classes),
    test: new Float32Array(test.count * classes),
  };
  for (let fold = 0; fold < folds; fold++) {
    onFold?.(fold + 1);
    const [held, others]: [number[], number[]] = [[], []];
    foldOf.forEach((of, position) => {
      (of === fold ? held : others).push(position);
    });
    const model = studyModel({ input: train.shape, classes, seed: seed + fold });
    model.compile({
      optimizer: studyOptimizer(studyRecipe),
      // Unlike in the study, labels are not smoothed: what matters is how sure the model is.
      loss: new SparseCategoricalCrossentropy(),
      ...(threads !== undefined && { threads }),
    });
    try {
      await model.fit(imagesAt(train, others), {
        epochs,
        batchSize: studyRecipe.batchSize,
        signal,
        callbacks: [{ onProgress: (progress) => onProgress?.(fold + 1, progress) }],
      });
      const own = await model.predict(imagesAt(train, held), { signal });
      held.forEach((position, row) => {
        result.train.set(own.subarray(row * classes, (row + 1) * classes), position * classes);
      });
      const ofTest = await model.predict(test, { signal });
      for (let at = 0; at < ofTest.length; at++) result.test[at]! += ofTest[at]! / folds;
    } finally {
      model.dispose();
    }
  }
  return result;
}

/** The most classes whose labels are judged: what is estimated are matrices of class by class. */
const MOST_CLASSES = 1000;

/** Why a dataset cannot be judged by models trained on parts of it; undefined where it can. */
export function whyNotJudged({ train, classNames }: Dataset, folds: number): string | undefined {
  const [height, width, channels] = train.shape;
  const perClass = new Array<number>(classNames.length).fill(0);
  for (const label of train.labels) perClass[label]! += 1;
  const enough = perClass.filter((count) => count >= 2 * folds).length;
  if (classNames.length < 2 || perClass.filter((count) => count > 0).length < 2)
    return "there are fewer than two classes to tell apart";
  if (classNames.length > MOST_CLASSES)
    return `there are ${groupDigits(classNames.length)} classes; at most ${groupDigits(MOST_CLASSES)} can be told apart`;
  if (enough < 2) return `that needs at least two classes with ${2 * folds} training images or more`;
  if (Math.min(height, width) < 6)
    return `images of ${height}×${width} are too small for the study's CNN, which needs 6×6 or more`;
  if (sizeOf(train.shape) > 256 * 256 * 4 || channels > 4)
    return `images of ${train.shape.join("×")} are too large for the study's CNN`;
  return undefined;
}

import { counted, formatPercent, groupDigits } from "../base/format.js";
import type { Dataset } from "../data/dataset.js";
import type { Images } from "../data/images.js";
import { slowestMomentum, stepsToForget } from "./moving-averages.js";
import { defaultSettings, type ResolvedSettings } from "./resolve-settings.js";
import type { GivenSettings } from "./settings.js";
import { trainingImages } from "./training-images.js";

/** From so many training images on, batch size and epochs are the study's. */
const MANY_IMAGES = 10_000;

/** Fewer steps leave a network near where it started. */
const LEAST_STEPS = 300;

/** An epoch of fewer steps has too few updates for its images: batches are made smaller. */
const LEAST_STEPS_AN_EPOCH = 16;

const SMALLEST_BATCH = 8;
const MOST_EPOCHS = 300;

/** How long a training is. */
export interface TrainingLength {
  readonly epochs: number;
  readonly batchSize: number;
}

type ChosenLength = Pick<GivenSettings, keyof TrainingLength>;

/** A model that is trained: its description, or `"study"`. */
type TrainedModel = Pick<ResolvedSettings, "model" | "from">;

/**
 * Epochs and batch size for a number of training images, where they are not chosen: the defaults for 10,000 images and
 * more; for fewer, batches of 8 to 64 and at least 28 epochs, so that there are 300 steps or more, and as many as the moving
 * averages of the model need.
 *
 * @example
 * trainingLength(60); // { batchSize: 8, epochs: 38 }: 304 steps
 */
export function trainingLength(
  images: number,
  chosen: ChosenLength = {},
  model: TrainedModel = { model: "study", from: undefined },
): TrainingLength {
  const standard = { epochs: defaultSettings.epochs, batchSize: defaultSettings.batchSize };
  const few = images < MANY_IMAGES;
  const batchSize = chosen.batchSize ?? (few ? batchFor(images) : standard.batchSize);
  const steps = Math.max(LEAST_STEPS, stepsOfAverages(model));
  const needed = Math.ceil(steps / Math.ceil(images / batchSize));
  const fitting = few ? Math.min(MOST_EPOCHS, Math.max(standard.epochs, needed)) : standard.epochs;
  return { batchSize, epochs: chosen.epochs ?? fitting };
}

/**
 * How many steps the moving averages of a model need, by which it is tested. Those of a model that is
 * fine-tuned begin near where they end.
 */
function stepsOfAverages(model: TrainedModel): number {
  return stepsToForget(momentumOf(model));
}

/** What the slowest moving averages keep in each step; 0 for a model that has none. */
function momentumOf({ model, from }: TrainedModel): number {
  return (model === "study" || from !== undefined ? undefined : slowestMomentum(model)) ?? 0;
}

/** The most epochs that a training on so many images is lengthened to; undefined where there are many images. */
export function usefulEpochs(images: number): number | undefined {
  return images < MANY_IMAGES ? MOST_EPOCHS : undefined;
}

/** The largest power of two that leaves enough steps in an epoch. */
function batchFor(images: number): number {
  let batch: number = defaultSettings.batchSize;
  while (batch > SMALLEST_BATCH && images / batch < LEAST_STEPS_AN_EPOCH) batch /= 2;
  return batch;
}

/**
 * Settings whose epochs and batch size fit the number of training images where nobody chose them, and a sentence on it;
 * no sentence where the defaults fit.
 *
 * @param chosen what a recipe or the user sets
 */
export function withFittingLength(
  settings: ResolvedSettings,
  { train }: Pick<Dataset<Images>, "train">,
  chosen: ChosenLength,
): { readonly settings: ResolvedSettings; readonly note: string | undefined } {
  // Held-out images are copied: what is large even without them needs no exact number.
  const { limit = train.count, validationSplit = 0 } = settings;
  const about = Math.min(limit, train.count) * (1 - validationSplit);
  const images = about > 2 * MANY_IMAGES ? about : trainingImages(train, settings).train.count;
  const length = trainingLength(images, chosen, settings);
  const note = noteOf(images, settings, length);
  return { settings: { ...settings, ...length }, note };
}

function noteOf(images: number, before: ResolvedSettings, { epochs, batchSize }: TrainingLength) {
  const stepsOf = (length: TrainingLength) => length.epochs * Math.ceil(images / length.batchSize);
  const [steps, needed] = [stepsOf({ epochs, batchSize }), stepsOfAverages(before)];
  if (steps < needed) return tooShort(momentumOf(before) ** steps, steps);
  if (epochs === before.epochs && batchSize === before.batchSize) return undefined;
  const why =
    needed > LEAST_STEPS
      ? `the moving averages of BatchNormalization, by which the model is tested, need ${groupDigits(needed)}`
      : `${before.epochs} in batches of ${before.batchSize} would be ${groupDigits(stepsOf(before))}`;
  return (
    `${counted(images, "training image")}: ${counted(epochs, "epoch")} in batches of ${batchSize}, ${counted(steps, "step")}, ` +
    `because ${why}. \`epochs\` and \`batchSize\` choose them.`
  );
}

/** A sentence on moving averages that are still near where they began when the training ends. */
function tooShort(left: number, steps: number): string {
  return (
    "The moving averages of BatchNormalization, by which the model is tested, follow its values slowly: " +
    `after ${counted(steps, "step")}, ${formatPercent(left)} of them is still what they began with. ` +
    "Train for more `epochs`, or lower the layer's momentum."
  );
}

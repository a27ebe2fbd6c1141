import { EarlyStopping } from "../callbacks/index.js";
import type { ImageSet } from "../data/dataset.js";
import type { FitOptions } from "../training/fit-options.js";
import type { ValidationOptions, Weighting } from "../training/sample-weights.js";
import type { SampleStream } from "../training/stream.js";
import { checkFits } from "./check-fits.js";
import { limitedImages } from "./limit.js";
import { limitedStreams, shuffledStream } from "./streamed.js";
import type { Training } from "./training.js";
import { splitForValidation } from "./validation-split.js";

/** A training ready to run: `model.fit(prepared.samples, { ...prepared.fit, … })`. */
export interface PreparedTraining {
  /** The images to train on; of a stream the first ones. */
  readonly train: ImageSet;
  /** What `fit` takes: those images, or the stream of all of them. */
  readonly samples: ImageSet | SampleStream;
  /** Those held out of them, where there is a validation split. */
  readonly validation: ImageSet | undefined;
  /** What decides the weights; validation data where there is a split. Add to the callbacks, do not replace them. */
  readonly fit: FitOptions & ValidationOptions & Weighting & Required<Pick<FitOptions, "callbacks">>;
}

/**
 * Gives a training's model its optimizer, loss and kernels, and splits the images.
 *
 * @throws HeddleError when the model does not fit the data
 */
export function prepareFit(training: Training): PreparedTraining {
  const { dataset, model, optimizer, loss, fast, threads, epochs, batchSize, earlyStopping } = training;
  checkFits(model, dataset);
  model.compile({ optimizer, loss, fast, ...(threads !== undefined && { threads }) });
  const { train, validation } = imagesOf(training);
  const streamed = limitedStreams(training)?.train;
  const classWeight = training.classWeights === "balanced" ? balancedWeights(streamed ?? train) : undefined;
  const callbacks = earlyStopping
    ? [new EarlyStopping({ patience: earlyStopping, restoreBestWeights: true })]
    : [];
  return {
    train,
    samples: streamed ? shuffledStream(streamed, model.seed) : train,
    validation,
    fit: {
      ...{ epochs, batchSize, callbacks },
      ...(validation && { validationData: validation }),
      ...(classWeight && { classWeight }),
    },
  };
}

/**
 * Gives a training's model its optimizer, loss and kernels.
 *
 * @returns the images to train on
 * @throws HeddleError when the model does not fit the data
 */
export function prepareTraining(training: Training): ImageSet {
  return prepareFit(training).train;
}

/** The images to train on, and those held out of them. */
export function imagesOf(training: Pick<Training, "dataset" | "limit" | "validationSplit">): {
  readonly train: ImageSet;
  readonly validation: ImageSet | undefined;
} {
  const { dataset, limit, validationSplit } = training;
  const all = limitedImages(dataset.train, limit);
  return validationSplit ? splitForValidation(all, validationSplit) : { train: all, validation: undefined };
}

/** A weight for each class, so that all count the same: images ÷ (classes · images of the class). */
export function balancedWeights({
  labels,
  count,
}: Pick<ImageSet, "labels" | "count">): Readonly<Record<number, number>> {
  const perClass = new Map<number, number>();
  for (const label of labels) perClass.set(label, (perClass.get(label) ?? 0) + 1);
  return Object.fromEntries(
    [...perClass].map(([label, images]) => [label, count / (perClass.size * images)]),
  );
}

import { EarlyStopping } from "../callbacks/index.js";
import { holdsPictures, type ImageSet } from "../data/dataset.js";
import type { Model } from "../model/model.js";
import { classNamesOf, whyNoClasses } from "../network/class-probabilities.js";
import type { FitOptions } from "../training/fit-options.js";
import type { SampleStream } from "../training/stream.js";
import { checkFits } from "./check-fits.js";
import type { Training } from "./training.js";

/** A training ready to run: `model.fit(prepared.samples, { ...prepared.fit, … })`. */
export interface PreparedTraining {
  /** The images to train on, or a stream of them. */
  readonly samples: ImageSet | SampleStream;
  /** What decides the weights, with the validation images if there are any. Add to the callbacks, do not replace them. */
  readonly fit: FitOptions & Required<Pick<FitOptions, "callbacks">>;
}

/**
 * Compiles a training's model with its optimizer, loss and kernels.
 *
 * @throws HeddleError when the model does not fit the data
 */
export function prepareTraining(training: Training): PreparedTraining {
  const { dataset, train, validation, model, optimizer, loss, fast, threads, epochs, batchSize } = training;
  const { earlyStopping, classWeights, fineTuning } = training;
  checkFits(model, dataset);
  rememberData(model, dataset);
  const engine = { fast, ...(threads !== undefined && { threads }) };
  model.compile({ optimizer: fineTuning?.headOptimizer ?? optimizer, loss, ...engine });
  const callbacks = earlyStopping
    ? [new EarlyStopping({ patience: earlyStopping, restoreBestWeights: true })]
    : [];
  return {
    samples: train.shuffled(model.seed),
    fit: {
      epochs,
      batchSize,
      callbacks,
      ...(validation && { validationData: validation }),
      ...(classWeights === "balanced" && { classWeight: balancedWeights(train) }),
    },
  };
}

/** Lets a model that predicts classes know those of its data, and how pictures become images like its data's. */
function rememberData(model: Model, { train, classNames, source }: Training["dataset"]): void {
  if (whyNoClasses(model) === undefined) model.classes = classNamesOf(model, classNames);
  if (!(train.preview.images instanceof Uint8Array)) return;
  // Grey datasets show light things on black; pictures of a folder are trained on as they are.
  model.pictures = { range: [0, 255], grey: "rec601", invertLight: !holdsPictures(source.form) };
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

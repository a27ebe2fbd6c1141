import type { Dataset } from "@heddle/core/internal/data/dataset.js";
import type { Images } from "@heddle/core/internal/data/images.js";
import type { ValueRange } from "@heddle/core/internal/data/value-range.js";
import {
  answersOf,
  type ClassifierEvaluation,
  evaluateClassifier,
  type McNemar,
  mcnemarTest,
  type Predictions,
} from "@heddle/core/internal/evaluate/index.js";
import type { Model } from "@heddle/core/internal/model/model.js";
import { checkFits } from "@heddle/core/internal/recipes/check-fits.js";
import { trainingImages } from "@heddle/core/internal/recipes/training-images.js";
import type { LoadOptions } from "../../datasets/index.js";
import { confusedPairsFor } from "../../pages/evaluation-figures.js";
import { mcnemarSentence } from "../../pages/evaluation-words.js";
import { withNames } from "../class-names.js";
import { dataOfModel } from "../data-of-model.js";
import { channelsChange, inputRange, samplesForModel, shapeForModel } from "../model-input.js";
import { changedFiles, type EngineChoice, type OpenedModel, openModel } from "../open-run.js";
import { readAsFor } from "../read-as.js";
import { type CountedLooks, countLook } from "../report/count-look.js";
import { predictionsOf } from "./evaluate-job.js";

export interface EvaluateModelOptions extends EngineChoice {
  /** The folder of all runs. */
  readonly root: string;
  /** A dataset's folder or name; the run's own by default, Fashion-MNIST for a model without a run. */
  readonly data: string | undefined;
  readonly split: "test" | "train";
  /** Whether images stay on disk; as the run had it by default. */
  readonly stream?: boolean | undefined;
  /** The values of black and white that the model takes; those that it knows by default, otherwise 0 and 255. */
  readonly modelRange?: ValueRange | undefined;
  /** A second run or model to compare with, on the same images. */
  readonly against: string | undefined;
  readonly load: LoadOptions;
  readonly signal: AbortSignal;
  readonly onWarning: (message: string) => void;
}

/** One model on a set of images. */
export interface EvaluatedModel {
  /** The run's id, or the path of the model. */
  readonly name: string;
  /** The run's folder; `null` for a model without a run. */
  readonly run: string | null;
  /** As it was trained: with label smoothing and penalties in the loss. */
  readonly trained: { readonly accuracy: number; readonly loss: number };
  readonly evaluation: ClassifierEvaluation;
  /** How often the run's test images were looked at, this time included; `null` where these are others. */
  readonly testLooks: CountedLooks | null;
}

export interface ModelEvaluation extends EvaluatedModel {
  readonly dataset: Dataset<Images>;
  readonly split: "test" | "train";
  /** The evaluated images. */
  readonly images: Images;
  readonly against: {
    readonly model: EvaluatedModel;
    readonly test: McNemar;
    readonly sentence: string;
  } | null;
}

/**
 * Measures a run's model, or any other, on a dataset; counts the look at the run's test images.
 *
 * @param source a run folder, an id, `latest`, or a model's folder
 * @throws HeddleError when there is no such run or model, or the data does not fit it; AbortedError on `signal`
 */
export async function evaluateModel(source: string, options: EvaluateModelOptions): Promise<ModelEvaluation> {
  const { root, split, against, onWarning } = options;
  const opened = await openModel(source, root, options);
  try {
    const dataset = await dataOfModel(opened, { ...options, load: sizedFor(opened, options.load) });
    checkImages(opened.model, dataset);
    if (opened.run && options.data === undefined) {
      for (const file of changedFiles(opened.run.record, dataset)) {
        onWarning(`${file} is not the one that the run was trained with.`);
      }
    }
    const images = imagesFor(opened, dataset, options);
    const change = channelsChange(dataset.title, opened.model, images.shape);
    if (change !== undefined) onWarning(change);
    const first = await measured(opened, { dataset, images }, options);
    const compared =
      against === undefined ? null : await compare(first, against, { dataset, images }, options);
    const { predictions: _, ...model } = first;
    return { ...model, dataset, split, images, against: compared };
  } finally {
    opened.model.dispose();
  }
}

/** Pictures are scaled to the model's size, and rows have its shape, unless the run or the user says otherwise. */
function sizedFor({ model: { inputShape } }: OpenedModel, load: LoadOptions): LoadOptions {
  const { size, shape } = readAsFor(inputShape);
  return { ...load, readAs: { ...(size && { size }), ...(shape && { shape }), ...load.readAs } };
}

/** Checks that the images fit a model, once they have its channels. */
function checkImages(model: Model, { title, train, classNames }: Dataset<Images>): void {
  checkFits(model, { title, train: { shape: shapeForModel(model, train.shape) }, classNames });
}

/** The split; of a run's own training images those that it was trained on. */
function imagesFor(
  { run }: OpenedModel,
  dataset: Dataset<Images>,
  { data, split }: EvaluateModelOptions,
): Images {
  if (split === "test" || run === undefined || data !== undefined) return dataset[split];
  return trainingImages(dataset.train, run.record.recipe).train;
}

async function compare(
  first: EvaluatedModel & { readonly predictions: Predictions },
  against: string,
  { dataset, images }: { readonly dataset: Dataset<Images>; readonly images: Images },
  options: EvaluateModelOptions,
) {
  const opened = await openModel(against, options.root, options);
  try {
    checkImages(opened.model, dataset);
    const names = opened.run?.record.dataset.classNames ?? dataset.classNames;
    const same = withNames({ ...dataset, test: images }, names).test;
    // The range that the user names is that of the first model.
    const modelRange = opened.model.pictures ? undefined : options.modelRange;
    const about = { dataset: { ...dataset, classNames: names }, images: same };
    const { predictions, ...model } = await measured(opened, about, { ...options, modelRange });
    const test = mcnemarTest(answersOf(first.predictions), answersOf(predictions));
    return { model, test, sentence: mcnemarSentence(test, first.name, model.name) };
  } finally {
    opened.model.dispose();
  }
}

async function measured(
  opened: OpenedModel,
  { dataset, images }: { readonly dataset: Dataset<Images>; readonly images: Images },
  { split, signal, onWarning, modelRange }: EvaluateModelOptions,
): Promise<EvaluatedModel & { readonly predictions: Predictions }> {
  const { name, model, run } = opened;
  const { reading } = dataset.source;
  const range = inputRange(opened, { modelRange, reading: reading?.[split] ?? reading?.train, onWarning });
  const samples = samplesForModel(model, images, range);
  const outputs = await model.predict(samples, { signal });
  const predictions = predictionsOf(model, outputs, images, dataset.classNames);
  const evaluation = evaluateClassifier(predictions, {
    confusedPairs: confusedPairsFor(predictions.classNames.length),
  });
  const { accuracy, loss } = await model.evaluate(samples, { signal });
  const testLooks = split === "test" ? await countLook(run, images, "evaluate", { onWarning, signal }) : null;
  return {
    ...{ name, run: run?.folder.path ?? null, trained: { accuracy, loss } },
    ...{ evaluation, testLooks, predictions },
  };
}

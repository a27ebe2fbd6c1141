import { AbortedError, HeddleError } from "@heddle/core/internal/base/errors.js";
import { sha256 } from "@heddle/core/internal/base/sha256.js";
import { type ImageSet, imagesAt } from "@heddle/core/internal/data/dataset.js";
import {
  type ClassifierEvaluation,
  chanceOf,
  evaluateClassifier,
  type Predictions,
} from "@heddle/core/internal/evaluate/index.js";
import { largestAt } from "@heddle/core/internal/metrics/rows.js";
import { modelFromJson } from "@heddle/core/internal/model/load.js";
import { classNamesOf, classProbabilities } from "@heddle/core/internal/network/class-probabilities.js";
import { fitTraining } from "@heddle/core/internal/recipes/fit-training.js";
import { dealFolds, type Fold, foldedImages, trainingOfFold } from "@heddle/core/internal/recipes/folds.js";
import { prepareTraining } from "@heddle/core/internal/recipes/prepare-training.js";
import type { Metrics } from "@heddle/core/internal/records/metrics-record.js";
import { confusedPairsFor } from "../../pages/evaluation-figures.js";
import type { CrossValidationRecord, FoldRecord } from "../../runs/cross-validation-record.js";
import { type FoldAnswers, FoldFiles } from "../../runs/fold-files.js";
import { marksOf } from "./checkpointing.js";
import type { RunUnderWay } from "./run-under-way.js";

/** What a cross-validation says, for `metrics.json`. */
export interface CrossValidated {
  /** Undefined where there is none, or its answers are not numbers. */
  readonly crossValidation: Metrics["crossValidation"];
}

/**
 * Trains a model for each fold, from the weights that the run began with, on the images of the other folds alone, and
 * judges it by its own. Each fold's answers are kept, so that a resumed run continues with the next.
 */
export async function crossValidate(run: RunUnderWay): Promise<CrossValidated> {
  const { job, folder } = run;
  const { settings, dataset, events, signal } = job;
  await folder.checkThere();
  const images = foldedImages(dataset, settings);
  const folds = await dealFolds(images, settings.folds!, signal);
  const classNames = classNamesOf(job.model, dataset.classNames);
  const classes = classNames.length;
  const files = new FoldFiles(folder.foldsPath, folder.place);
  const marks = await marksOf(run.record.now);
  const probabilities = new Float32Array(images.count * classes);
  const records: FoldRecord[] = [];
  for (const fold of folds) {
    const { number, heldOut } = fold;
    const { labels } = imagesAt(images, heldOut);
    const mark = await sha256(new TextEncoder().encode(JSON.stringify([marks, number, heldOut])));
    const place = { number, mark, shape: [heldOut.length, classes] as const };
    const kept = await files.read(place, (message) => events.onWarning?.(message));
    const answers = kept ?? (await trainFold(run, images, { ...fold, of: folds.length }));
    heldOut.forEach((image, row) => {
      probabilities.set(answers.probabilities.subarray(row * classes, (row + 1) * classes), image * classes);
    });
    const { trainImages, seconds } = answers;
    const accuracy = shareRight(answers.probabilities, labels, classes);
    const record = { trainImages, heldOutImages: heldOut.length, accuracy, seconds };
    records.push(record);
    if (kept) {
      run.clock.credit("folds", seconds);
      continue;
    }
    await folder.checkThere();
    await files.write(place, answers);
    events.onFoldEnd?.({ ...record, number, of: folds.length });
  }
  const evaluation = evaluationOf({ probabilities, labels: images.labels, classNames });
  const about = { dataset: { name: dataset.name }, folds: records };
  const record: CrossValidationRecord =
    evaluation instanceof HeddleError
      ? { ...about, evaluation: null, reason: evaluation.message }
      : { ...about, evaluation };
  await folder.writeCrossValidation(record);
  return { crossValidation: summaryOf(record) };
}

/** Trains the model of a fold, and asks it about the images that are held out. */
async function trainFold(
  run: RunUnderWay,
  images: ImageSet,
  fold: Fold & { readonly of: number },
): Promise<FoldAnswers> {
  const { job, record, firstWeights } = run;
  const { settings, events, signal } = job;
  const started = performance.now();
  const model = modelFromJson("model", record.now.model, { seed: settings.seed });
  model.setWeights(firstWeights);
  const training = trainingOfFold(settings, job, { model, images, fold });
  try {
    const prepared = prepareTraining(training);
    const follow = events.onFold?.(fold.number, fold.of);
    await fitTraining(training, prepared, { signal, callbacks: () => (follow ? [follow] : []) });
    const outputs = await model.predict(imagesAt(images, fold.heldOut), { signal });
    return {
      probabilities: classProbabilities(model, outputs),
      trainImages: training.train.count,
      seconds: Math.round(performance.now() - started) / 1000,
    };
  } catch (thrown) {
    if (!(thrown instanceof AbortedError)) throw thrown;
    const message = `Stopped in fold ${fold.number} of ${fold.of}.`;
    throw new AbortedError(message, { cause: thrown });
  } finally {
    model.dispose();
  }
}

function shareRight(probabilities: Float32Array, labels: ArrayLike<number>, classes: number): number {
  let right = 0;
  for (let row = 0; row < labels.length; row++) {
    right += Number(largestAt(probabilities, row * classes, classes) === labels[row]);
  }
  return right / labels.length;
}

/** The evaluation of all answers, or why there is none. */
function evaluationOf(predictions: Predictions): ClassifierEvaluation | HeddleError {
  try {
    return evaluateClassifier(predictions, {
      confusedPairs: confusedPairsFor(predictions.classNames.length),
    });
  } catch (thrown) {
    if (thrown instanceof HeddleError) return thrown;
    throw thrown;
  }
}

function summaryOf({ folds, evaluation }: CrossValidationRecord): Metrics["crossValidation"] {
  if (evaluation === null) return undefined;
  const { images, accuracy, loss, perClass } = evaluation;
  return {
    folds: folds.length,
    images,
    accuracy: accuracy.value,
    loss,
    interval: accuracy.interval,
    chance: chanceOf(
      perClass.map(({ support }) => support),
      accuracy.interval,
    ),
  };
}

import { HeddleError } from "@heddle/core/internal/base/errors.js";
import type { ImageSet } from "@heddle/core/internal/data/dataset.js";
import {
  type ClassifierEvaluation,
  evaluateClassifier,
  type Predictions,
} from "@heddle/core/internal/evaluate/index.js";
import type { Model } from "@heddle/core/internal/model/model.js";
import { classNamesOf, classProbabilities } from "@heddle/core/internal/network/class-probabilities.js";
import { confusedPairsFor, mistakeGrids } from "../../pages/evaluation-figures.js";
import { testSubject } from "../../pages/evaluation-words.js";
import { keepFigure } from "../../runs/kept-figure.js";
import type { RunFolder } from "../../runs/run-folder.js";
import { shownMistakes } from "../example-images.js";
import type { Job } from "../job.js";

/** The outputs of a job's model. */
export interface JobOutputs {
  /** For the test images. */
  readonly outputs: Float32Array;
  /** For images that were held out of training: the temperature is fitted on them. */
  readonly heldOut: { readonly images: ImageSet; readonly outputs: Float32Array } | undefined;
}

/**
 * Evaluates a job's model on the test images and keeps what only they can give: `evaluation.json`, and grids of the
 * images that it is wrong about. If the model is not a classifier, or its outputs overflowed, `evaluation.json`
 * says so instead.
 */
export async function evaluateJob(folder: RunFolder, job: Job, measured: JobOutputs): Promise<void> {
  const { name, title, test } = job.dataset;
  const about = { dataset: { name }, split: "test" } as const;
  const evaluation = figuresOfMerit(job, measured);
  if (evaluation instanceof HeddleError) {
    await folder.writeEvaluation({ ...about, evaluation: null, reason: evaluation.message });
    return;
  }
  const shown = await shownMistakes(evaluation, test);
  const drawing = { subject: testSubject(title), signal: job.signal };
  for (const figure of await mistakeGrids(shown.evaluation, shown.images, drawing)) {
    await keepFigure(folder, figure);
  }
  await folder.writeEvaluation({ ...about, evaluation });
}

/** The evaluation, or why there is none. */
function figuresOfMerit(job: Job, { outputs, heldOut }: JobOutputs): ClassifierEvaluation | HeddleError {
  const { model } = job;
  const { classNames, test } = job.dataset;
  try {
    const fitTemperatureOn = heldOut && predictionsOf(model, heldOut.outputs, heldOut.images, classNames);
    return evaluateClassifier(predictionsOf(model, outputs, test, classNames), {
      ...(fitTemperatureOn && { fitTemperatureOn }),
      confusedPairs: confusedPairsFor(classNames.length),
    });
  } catch (thrown) {
    if (thrown instanceof HeddleError) return thrown;
    throw thrown;
  }
}

/** A model's outputs for images as predictions of classes. */
export function predictionsOf(
  model: Model,
  outputs: Float32Array,
  { labels }: Pick<ImageSet, "labels">,
  classNames: readonly string[],
): Predictions {
  return {
    probabilities: classProbabilities(model, outputs),
    labels,
    classNames: classNamesOf(model, classNames),
  };
}

import { join } from "node:path";
import { checkPath } from "@heddle/core/internal/base/check-path.js";
import { HeddleError } from "@heddle/core/internal/base/errors.js";
import { writeFileAtomic } from "@heddle/core/internal/base/files-node.js";
import { isJsonObject, type Json } from "@heddle/core/internal/base/json.js";
import { learningRateCurve } from "@heddle/core/internal/figures/learning-rate-curve.js";
import { trainingOf } from "@heddle/core/internal/recipes/build-training.js";
import { limitNote } from "@heddle/core/internal/recipes/limit.js";
import { recipeOf } from "@heddle/core/internal/recipes/recipe.js";
import type { ResolvedSettings } from "@heddle/core/internal/recipes/resolve-settings.js";
import { withFittingLength } from "@heddle/core/internal/recipes/training-length.js";
import { findLearningRate, type LearningRateFinding } from "@heddle/core/internal/tuning/lr-find.js";
import type { LoadOptions } from "../../datasets/index.js";
import { drawFigure } from "../../rendering/draw-figure.js";
import { writeFigures } from "../../rendering/write-figures.js";
import { hearSignal } from "../../system/hear-signal.js";
import { refuseOther } from "../../system/ours.js";
import { asImages, obtainDataset } from "../obtain-dataset.js";

/** A search for a learning rate. */
export interface RateSearch {
  readonly settings: ResolvedSettings;
  /**
   * The batch size that a recipe or the user sets.
   *
   * @defaultValue one that fits the number of images
   */
  readonly chosenBatchSize?: number | undefined;
  /** The model's source, for errors. */
  readonly who: string;
  /** What started the search, for people to read and repeat: a command, quoted for a shell. */
  readonly command: string;
  /** The learning rate of the first step. */
  readonly from: number;
  /** The learning rate of the last step; above `from`. */
  readonly to: number;
  readonly steps: number;
  readonly load: LoadOptions;
  /**
   * Threads to compute on.
   *
   * @defaultValue every core
   */
  readonly threads?: number | undefined;
  /** The folder for `lr-find.json`, `lr-find.svg` and `lr-find.png`. */
  readonly folder: string;
  readonly signal: AbortSignal;
  /** Called after each step. */
  readonly onStep: (done: number, steps: number) => void;
  /** Called with each warning, in a sentence. */
  readonly onWarning: (message: string) => void;
}

/** The result of a search, as its files have it. */
export interface FoundRate {
  /** The model and the dataset, for people. */
  readonly title: string;
  readonly batchSize: number;
  readonly finding: LearningRateFinding;
  /** The path of the curve's SVG. */
  readonly figurePath: string;
}

/** How each rate is read from the curve, in the same words everywhere. */
export const rateRules = {
  suggested: "a tenth of the edge of divergence: try it as the highest rate",
  steepest: "where the smoothed loss falls most steeply: around it a model learns fastest",
  edge: "where a tenth of the loss's fall is lost again: above it, training diverges",
} as const;

/**
 * Trains a new model for some hundred steps while the learning rate grows, and writes the loss by learning rate, with
 * the rates read from it, as JSON and as a curve. The model is discarded.
 *
 * @throws HeddleError when `to` is not above `from`, the model does not fit the data, or its loss falls at no rate;
 *   AbortedError on `signal`
 */
export async function findRate(search: RateSearch): Promise<FoundRate> {
  checkRange(search);
  const { who, from, to, steps, load, threads, folder, signal, onStep, onWarning } = search;
  await checkPlace(folder);
  const { dataset } = asImages(await obtainDataset("fashion-mnist", search.settings.data, load));
  const note = limitNote(dataset.train, search.settings.limit);
  if (note !== undefined) onWarning(note);
  const chosen = { batchSize: search.chosenBatchSize };
  const { settings } = withFittingLength(search.settings, dataset, chosen);
  const training = trainingOf(settings, dataset, { threads, who });
  const finding = await findLearningRate(training, { from, to, steps, signal, onStep });
  const title = `${training.model.name} on ${dataset.title}`;
  const figures = [await drawFigure(learningRateCurve(finding, { title }), signal)];
  const about = { model: training.model.name, dataset: dataset.name };
  const json = searchJson({ ...search, settings }, about, finding);
  await hearSignal(signal, "Drawing the curve");
  // First: it tells the figures that are replaced next time from those of somebody else.
  await writeFileAtomic(join(folder, FINDING), `${JSON.stringify(json, null, 2)}\n`);
  await writeFigures(folder, figures);
  return { title, batchSize: settings.batchSize, finding, figurePath: join(folder, "lr-find.svg") };
}

const FINDING = "lr-find.json";

/** @throws HeddleError when the path is empty, or the folder's files were not written by {@link findRate} */
async function checkPlace(folder: string): Promise<void> {
  const path = join(checkPath("Folder of the search", folder), FINDING);
  await refuseOther(path, "a search for a learning rate", (text) => {
    try {
      const json = JSON.parse(text) as Json;
      return isJsonObject(json) && "recipe" in json && "rules" in json;
    } catch {
      return false;
    }
  });
}

function searchJson(
  { command, settings }: RateSearch,
  about: { readonly model: string; readonly dataset: string },
  { points, ended, ...rates }: LearningRateFinding,
) {
  return { command, ...about, recipe: recipeOf(settings), ...rates, rules: rateRules, ended, points };
}

function checkRange({ from, to }: RateSearch): void {
  if (to > from) return;
  throw new HeddleError({
    who: "`to`",
    expected: `a rate above \`from\`, which is ${from}`,
    received: String(to),
    next: "Swap them.",
  });
}

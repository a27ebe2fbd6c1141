import type { Dataset } from "@heddle/core/data";
import { datasetInMemory } from "@heddle/core/internal/data/images.js";
import { trainingOf } from "@heddle/core/internal/recipes/build-training.js";
import { readRecipe, recipeOf } from "@heddle/core/internal/recipes/recipe.js";
import { type ResolvedSettings, resolveSettings } from "@heddle/core/internal/recipes/resolve-settings.js";
import type { Training } from "@heddle/core/internal/recipes/training.js";
import { withFittingLength } from "@heddle/core/internal/recipes/training-length.js";
import augmented from "../../../../packages/heddle/recipes/augmented.json";
import quick from "../../../../packages/heddle/recipes/quick.json";
import study from "../../../../packages/heddle/recipes/study.json";
import { sequentialJson } from "./design/model-json";
import type { RecipeName, Settings } from "./protocol";

const recipes: Readonly<Record<RecipeName, Parameters<typeof readRecipe>[1]>> = { quick, study, augmented };

/** The recipe's epochs and batches are for many images; fewer get the length that `heddle train` gives them. */
export const MANY_IMAGES = 10_000;

/** The settings of a training: those of `heddle train RECIPE`, with what the page sets on top. */
function settingsFor(
  { train }: Pick<Dataset, "train">,
  images: number,
  { threads: _, recipe = "quick", model, ...own }: Settings,
): ResolvedSettings {
  // The data is the page's.
  const { data: __, epochs, batchSize, augment, ...rest } = readRecipe(recipe, recipes[recipe]);
  const length = images < MANY_IMAGES ? {} : { epochs, batchSize };
  // A model that was built here has the layers that its maker sees, and no others.
  const network = model ? { model: sequentialJson(model, train.shape) } : { augment };
  return resolveSettings({ ...rest, ...length, ...network }, own);
}

/** A training, and every setting of it. */
export interface PlannedTraining {
  readonly training: Training;
  readonly settings: ResolvedSettings;
}

/**
 * The training that `heddle train` would run for the same recipe, data and settings: it gives the same weights.
 *
 * @param images how many training images the dataset will have, where not all are there yet
 */
export function plannedTraining(
  dataset: Dataset,
  settings: Settings,
  images = dataset.train.count,
): PlannedTraining {
  const splits = datasetInMemory(dataset);
  const resolved = settingsFor(dataset, images, settings);
  const chosen = images < MANY_IMAGES ? settings : resolved;
  const { settings: sized } = withFittingLength(resolved, splits, chosen);
  const who = settings.model ? "This model" : (settings.recipe ?? "quick");
  return { settings: sized, training: trainingOf(sized, splits, { threads: settings.threads, who }) };
}

/** The recipe of a training as a file for `heddle train`. */
export function recipeText(dataset: Dataset, settings: Settings): string {
  return `${JSON.stringify(recipeOf(plannedTraining(dataset, settings).settings), null, 2)}\n`;
}

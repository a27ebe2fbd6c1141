import type { Dataset } from "@heddle/core/data";
import { datasetInMemory } from "@heddle/core/internal/data/images.js";
import { trainingOf } from "@heddle/core/internal/recipes/build-training.js";
import { readRecipe } from "@heddle/core/internal/recipes/recipe.js";
import { type ResolvedSettings, resolveSettings } from "@heddle/core/internal/recipes/resolve-settings.js";
import type { Training } from "@heddle/core/internal/recipes/training.js";
import { withFittingLength } from "@heddle/core/internal/recipes/training-length.js";
import quick from "../../../../packages/heddle/recipes/quick.json";
import type { Settings } from "./protocol";

/** The recipe's epochs and batches are for many images; fewer get the length that `heddle train` gives them. */
const MANY_IMAGES = 10_000;

/** The settings of a training: those of `heddle train quick`, with what the page sets on top. */
function settingsFor(images: number, { threads: _, ...own }: Settings): ResolvedSettings {
  const { epochs, batchSize, ...rest } = readRecipe("quick", quick as Parameters<typeof readRecipe>[1]);
  const recipe = images < MANY_IMAGES ? rest : { ...rest, epochs, batchSize };
  return resolveSettings(recipe, own);
}

/**
 * The training that `heddle train quick` would run for the same data and settings: it gives the same weights.
 *
 * @param images how many training images the dataset will have, where not all are there yet
 */
export function trainingFor(dataset: Dataset, settings: Settings, images = dataset.train.count): Training {
  const splits = datasetInMemory(dataset);
  const resolved = settingsFor(images, settings);
  const chosen = images < MANY_IMAGES ? settings : resolved;
  const { settings: sized } = withFittingLength(resolved, splits, chosen);
  return trainingOf(sized, splits, { threads: settings.threads, who: "quick" });
}

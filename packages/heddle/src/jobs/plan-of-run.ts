import { modelFromJson } from "@heddle/core/internal/model/load.js";
import { planOf } from "@heddle/core/internal/recipes/build-training.js";
import type { TrainingPlan } from "@heddle/core/internal/recipes/training.js";
import type { RunRecord } from "@heddle/core/internal/records/run-record.js";

/** Whether a run's images were streamed from disk, which gives them a different order. */
export function wasStreamed({ recipe }: Pick<RunRecord, "recipe">): boolean {
  return recipe.stream === true;
}

/**
 * How a run was trained, from its `run.json` alone; the model has its first weights.
 *
 * @param file the path of `run.json`, for the errors
 * @throws HeddleError that names the file and what is wrong in it
 */
export function planOfRun(
  file: string,
  { recipe, model, dataset }: Pick<RunRecord, "recipe" | "model" | "dataset">,
): TrainingPlan {
  const first = modelFromJson(`${file}, "model"`, model, { seed: recipe.seed });
  return planOf(recipe, first, dataset.trainImages);
}

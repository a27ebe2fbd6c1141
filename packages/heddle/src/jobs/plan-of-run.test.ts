import { generateFashionSketch } from "@heddle/core/data";
import { datasetInMemory } from "@heddle/core/internal/data/images.js";
import { trainingOf } from "@heddle/core/internal/recipes/build-training.js";
import { recipeOf } from "@heddle/core/internal/recipes/recipe.js";
import { resolveSettings } from "@heddle/core/internal/recipes/resolve-settings.js";
import { parseRunRecord } from "@heddle/core/internal/records/run-record.js";
import { runRecord } from "@heddle/core/internal/records/run-record.testing.js";
import { expect, it } from "vitest";
import { planOfRun } from "./plan-of-run.js";

it("run.json holds all that decides how a model is trained", () => {
  const dataset = datasetInMemory(generateFashionSketch({ train: 120, test: 20 }));
  const settings = resolveSettings(
    {
      limit: 100,
      validationSplit: 0.2,
      earlyStopping: 2,
      classWeights: "balanced",
      schedule: "cosine",
      l2: 0.01,
      batchSize: 16,
    },
    { epochs: 3, seed: 7 },
  );
  // Without the images, the threads, and what the model's own file said of its input.
  const training = trainingOf(settings, dataset);
  const { dataset: _, train, validation, threads, writtenInput, takesAnySize, ...plan } = training;
  const written = runRecord({
    recipe: recipeOf(settings),
    model: plan.model.toJson(),
    dataset: { ...runRecord().dataset, trainImages: 80 },
  });
  const record = parseRunRecord("run.json", JSON.stringify(written));
  const { model, ...read } = planOfRun("run.json", record);
  const { model: built, ...rest } = plan;
  expect(read).toEqual(rest);
  expect(read.optimizer.schedule.getConfig()["decay_steps"]).toBe(15);
  expect(model.toJson()).toEqual(built.toJson());
  expect(model.seed).toBe(7);
});

import type { JsonObject } from "@heddle/core/internal/base/json.js";
import { serialize } from "@heddle/core/internal/base/registry.js";
import { losses } from "@heddle/core/internal/losses/index.js";
import { modelFromJson } from "@heddle/core/internal/model/load.js";
import { optimizers } from "@heddle/core/internal/optimizers/index.js";
import type { Training } from "@heddle/core/internal/recipes/training.js";
import { JsonFields } from "../runs/json-fields.js";
import type { RunRecord } from "../runs/records.js";
import type { Job } from "./job.js";

/** Every hyper-parameter of a training, as `run.json` keeps it, with the recipe that they come from. */
export function configurationOf(training: Training & Pick<Job, "recipe" | "checkpoints">): JsonObject {
  const { model, optimizer, loss, recipe, checkpoints } = training;
  const { every, keep } = checkpoints ?? {};
  return {
    epochs: training.epochs,
    batchSize: training.batchSize,
    limit: training.limit ?? null,
    validationSplit: training.validationSplit ?? null,
    earlyStopping: training.earlyStopping ?? null,
    classWeights: training.classWeights ?? null,
    threads: training.threads ?? null,
    fast: training.fast,
    ...(training.streams && { stream: true }),
    ...(every && { checkpointEvery: { ...every } }),
    ...(keep !== undefined && { keepCheckpoints: keep }),
    optimizer: serialize(optimizer),
    loss: serialize(loss),
    model: model.toJson(),
    ...(recipe && { recipe }),
  };
}

/** Whether a run's images were streamed from disk: their order is another then. */
export function wasStreamed({ configuration }: Pick<RunRecord, "configuration">): boolean {
  return configuration["stream"] === true;
}

/**
 * The training that a run's `run.json` describes, but for its data and the number of threads; the model has its first
 * weights.
 *
 * @param file the path of `run.json`, for the errors
 * @throws HeddleError that names the file and what is wrong in it
 */
export function readConfiguration(file: string, record: RunRecord): Omit<Training, "dataset" | "threads"> {
  const { configuration, seed } = record;
  const fields = JsonFields.of(file, "configuration", configuration);
  const who = (part: string) => `${file}, "configuration.${part}"`;
  // Runs of older versions have no word of what came later.
  const given = (name: string) => (configuration[name] ?? null) !== null;
  return {
    epochs: fields.wholeNumber("epochs", 1),
    batchSize: fields.wholeNumber("batchSize", 1),
    limit: configuration["limit"] === null ? undefined : fields.wholeNumber("limit", 1),
    validationSplit: given("validationSplit") ? fields.fraction("validationSplit") : undefined,
    earlyStopping: given("earlyStopping") ? fields.wholeNumber("earlyStopping", 1) : undefined,
    classWeights: given("classWeights") ? fields.oneOf("classWeights", ["balanced"] as const) : undefined,
    fast: fields.boolean("fast"),
    optimizer: optimizers.deserialize(who("optimizer"), configuration["optimizer"]),
    loss: losses.deserialize(who("loss"), configuration["loss"]),
    model: modelFromJson(who("model"), configuration["model"], { seed }),
  };
}

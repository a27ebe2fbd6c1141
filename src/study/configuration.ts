import type { JsonObject } from "../base/json.js";
import { serialize } from "../base/registry.js";
import { losses } from "../losses/index.js";
import { modelFromJson } from "../model/load.js";
import { optimizers } from "../optimizers/index.js";
import { JsonFields } from "../runs/json-fields.js";
import type { RunRecord } from "../runs/records.js";
import type { Training } from "./job.js";

/** Every hyper-parameter of a training, as `run.json` keeps it. */
export function configurationOf(training: Training): JsonObject {
  const { model, optimizer, loss } = training;
  return {
    epochs: training.epochs,
    batchSize: training.batchSize,
    limit: training.limit ?? null,
    threads: training.threads ?? null,
    fast: training.fast,
    optimizer: serialize(optimizer),
    loss: serialize(loss),
    model: model.toJson(),
  };
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
  return {
    epochs: fields.wholeNumber("epochs", 1),
    batchSize: fields.wholeNumber("batchSize", 1),
    limit: configuration["limit"] === null ? undefined : fields.wholeNumber("limit", 1),
    fast: fields.boolean("fast"),
    optimizer: optimizers.deserialize(who("optimizer"), configuration["optimizer"]),
    loss: losses.deserialize(who("loss"), configuration["loss"]),
    model: modelFromJson(who("model"), configuration["model"], { seed }),
  };
}

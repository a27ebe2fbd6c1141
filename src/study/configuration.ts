import type { JsonObject } from "../base/json.js";
import { serialize } from "../base/registry.js";
import type { Job } from "./job.js";

/** Every hyper-parameter of a job, as `run.json` keeps it. */
export function configurationOf(job: Job): JsonObject {
  const { model, optimizer, loss } = job;
  return {
    epochs: job.epochs,
    batchSize: job.batchSize,
    limit: job.limit ?? null,
    threads: job.threads ?? null,
    fast: job.fast,
    optimizer: serialize(optimizer),
    loss: serialize(loss),
    model: model.toJson(),
  };
}

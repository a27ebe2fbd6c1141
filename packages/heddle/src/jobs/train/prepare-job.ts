import { type PreparedTraining, prepareTraining } from "@heddle/core/internal/recipes/prepare-training.js";
import { fingerprintOf } from "../fingerprint.js";
import type { Job } from "../job.js";

/** What a job computes before there is a folder. */
export interface PreparedJob extends PreparedTraining {
  readonly testSha256: string;
  /** Of the weights before any training. */
  readonly firstWeightsSha256: string;
}

/**
 * Compiles the job's model.
 *
 * @throws HeddleError when the model does not fit the data
 */
export async function prepareJob(job: Job): Promise<PreparedJob> {
  return {
    ...prepareTraining(job),
    testSha256: await fingerprintOf(job.dataset.test),
    firstWeightsSha256: await job.model.weightsSha256(),
  };
}

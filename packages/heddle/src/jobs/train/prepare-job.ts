import type { StreamedSplits } from "@heddle/core/internal/data/streams/streamed-set.js";
import { type PreparedTraining, prepareFit } from "@heddle/core/internal/recipes/prepare-training.js";
import { limitedStreams } from "@heddle/core/internal/recipes/streamed.js";
import type { Job } from "../job.js";
import { type LabelledSet, labelledSet } from "../labelled-set.js";

/** What a job computes before there is a folder. */
export interface PreparedJob extends PreparedTraining {
  /** The images of both splits, if they are streamed. */
  readonly streams: StreamedSplits | undefined;
  /** Every image of an epoch, in memory or on disk. */
  readonly trainSet: LabelledSet;
  readonly testSet: LabelledSet;
  readonly testSha256: string;
}

/**
 * Compiles the job's model and splits its images.
 *
 * @throws HeddleError when the model does not fit the data
 */
export async function prepareJob(job: Job): Promise<PreparedJob> {
  const prepared = prepareFit(job);
  const streams = limitedStreams(job);
  const trainSet = labelledSet(streams?.train ?? prepared.train);
  const testSet = labelledSet(streams?.test ?? job.dataset.test);
  return { ...prepared, streams, trainSet, testSet, testSha256: await testSet.fingerprint() };
}

import type { ImageSet } from "@heddle/core/internal/data/dataset.js";
import { readWeightsFile } from "@heddle/core/internal/network/weights-file.js";
import type { RegularizationFolder } from "./folder.js";
import { FORMAT_VERSION, type Measured, type TestRecord } from "./records.js";
import type { FinishedTrial } from "./results.js";
import { type TrialFrame, trainingOf } from "./trials.js";

/**
 * Measures all compared trials on the test images, once: if they have been looked at before, the results of then are
 * read. All results are written together, so that a look is never half done.
 */
export async function lookAtTest(
  folder: RegularizationFolder,
  frame: TrialFrame,
  finished: readonly FinishedTrial[],
  test: ImageSet,
  options: { readonly threads: number | undefined; readonly signal: AbortSignal },
): Promise<TestRecord> {
  const seen = await folder.readTest();
  if (seen) return seen;
  const { threads, signal } = options;
  const results: Record<string, Measured> = {};
  for (const { trial, record } of finished) {
    const { model, optimizer, loss } = trainingOf(frame, trial.setting, trial.seed);
    try {
      const weights = await folder.readWeights(record.key);
      readWeightsFile(folder.weightsPath(record.key), weights, model.weights);
      const engine = { fast: frame.request.fast, ...(threads !== undefined && { threads }) };
      model.compile({ optimizer, loss, ...engine });
      const { accuracy, loss: value } = await model.evaluate(test, { signal });
      results[record.key] = { accuracy, loss: value };
    } finally {
      model.dispose();
    }
  }
  const record: TestRecord = {
    formatVersion: FORMAT_VERSION,
    lookedAt: new Date().toISOString(),
    results,
  };
  await folder.writeTest(record);
  return record;
}

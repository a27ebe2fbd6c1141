import type { ImageSet } from "@heddle/core/internal/data/dataset.js";
import { readWeightsFile } from "@heddle/core/internal/network/weights-file.js";
import { type Measured, STUDY_FORMAT_VERSION, type TestRecord } from "./records.js";
import type { FinishedTrial } from "./results.js";
import type { StudyFolder } from "./study-folder.js";
import { type TrialFrame, trainingOf } from "./trials.js";

/**
 * Measures all trials that are compared on the test images, once: where they have been looked at, what was seen then
 * is read. All are written together, so that there is no half a look.
 */
export async function lookAtTest(
  folder: StudyFolder,
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
    formatVersion: STUDY_FORMAT_VERSION,
    lookedAt: new Date().toISOString(),
    results,
  };
  await folder.writeTest(record);
  return record;
}

import type { Dataset } from "@heddle/core/internal/data/dataset.js";
import type { Images } from "@heddle/core/internal/data/images.js";
import { trainingOf } from "@heddle/core/internal/recipes/build-training.js";
import { prepareTraining } from "@heddle/core/internal/recipes/prepare-training.js";
import { readKeptWeights } from "../sweep/kept-training.js";
import type { SweepResult } from "../sweep/sweep-job.js";
import type { RegularizationFolder } from "./folder.js";
import { FORMAT_VERSION, type Looked, type TestRecord } from "./records.js";
import type { Choice, SeedResult } from "./results.js";

/** What the results of a training are kept under. */
export function lookKey({ trial, seed }: Pick<SeedResult, "trial" | "seed">): string {
  return `${trial}-${seed}`;
}

/**
 * Measures the chosen trainings on their own training images and on the test images, once: if they have been looked at
 * before, the results of then are read. All results are written together, so that a look is never half done.
 */
export async function lookAtTest(
  folder: RegularizationFolder,
  { folder: sweep, dataset, settingsOf }: Pick<SweepResult, "folder" | "dataset" | "settingsOf">,
  choices: readonly Choice[],
  signal: AbortSignal,
): Promise<TestRecord> {
  const seen = await folder.readTest();
  if (seen) return seen;
  const results: Record<string, Looked> = {};
  for (const { trial, trainings } of choices) {
    for (const one of trainings) {
      const settings = await settingsOf(trial.values, one.seed);
      const kept = sweep.keptPath(trial.number, one.seed);
      results[lookKey(one)] = await look(dataset, settings, kept, signal);
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

async function look(
  dataset: Dataset<Images>,
  settings: Parameters<typeof trainingOf>[0],
  kept: string,
  signal: AbortSignal,
): Promise<Looked> {
  const training = trainingOf(settings, dataset);
  const { model } = training;
  try {
    prepareTraining(training);
    await readKeptWeights(kept, model);
    const measure = async (images: Images) => {
      const { accuracy, loss } = await model.evaluate(images.samples, { signal });
      return { accuracy, loss };
    };
    return { train: await measure(training.train), test: await measure(dataset.test) };
  } finally {
    model.dispose();
  }
}

import { median } from "@heddle/core/internal/base/median.js";
import type { Dataset } from "@heddle/core/internal/data/dataset.js";
import type { Images } from "@heddle/core/internal/data/images.js";
import { chanceOf, wilsonInterval } from "@heddle/core/internal/evaluate/index.js";
import type { Model } from "@heddle/core/internal/model/model.js";
import type { Metrics } from "@heddle/core/internal/records/metrics-record.js";
import type { JobOutputs } from "../evaluate/evaluate-job.js";
import type { RunUnderWay } from "./run-under-way.js";

/** Predictions are timed this often; the median counts. */
const PREDICTION_ROUNDS = 3;

/** A trained model's numbers and outputs. Dropout is off. */
export interface Measured extends JobOutputs {
  readonly train: Pick<Metrics["test"], "accuracy" | "loss">;
  readonly test: Metrics["test"];
  readonly predictImagesPerSecond: number;
}

/** Third stage: evaluates the model on both splits, and times its predictions. */
export async function measure({ job, folder }: RunUnderWay): Promise<Measured> {
  const { dataset, validation, model, events, signal } = job;
  await folder.checkThere();
  events.onStage("evaluating");
  const train = await evaluate(model, job.train, signal);
  const test = await evaluate(model, dataset.test, signal);
  const predictions = await timedPredictions(model, dataset.test, signal);
  const heldOut = validation && {
    images: validation,
    outputs: await model.predict(validation, { signal }),
  };
  await folder.appendTestLook({ at: new Date().toISOString(), reason: "end of training" });
  return { train, test: { ...test, ...againstChance(test.accuracy, dataset) }, ...predictions, heldOut };
}

/** How sure an accuracy on the test images is, and what chance explains of it. */
function againstChance(accuracy: number, { test, classNames }: Dataset<Images>) {
  const interval = wilsonInterval(Math.round(accuracy * test.count), test.count);
  const perClass = new Array<number>(classNames.length).fill(0);
  for (const label of test.labels) perClass[label]! += 1;
  return { interval, chance: chanceOf(perClass, interval) };
}

async function evaluate(
  model: Model,
  { samples }: Images,
  signal: AbortSignal,
): Promise<Pick<Metrics["test"], "accuracy" | "loss">> {
  const { loss, accuracy } = await model.evaluate(samples, { signal });
  return { loss, accuracy };
}

/** The model's outputs for images, and how many images it predicts in a second. */
async function timedPredictions(model: Model, images: Images, signal: AbortSignal) {
  const rates: number[] = [];
  let outputs: Float32Array = new Float32Array();
  for (let round = 0; round < PREDICTION_ROUNDS; round++) {
    const started = performance.now();
    outputs = await model.predict(images.samples, { signal });
    rates.push(images.count / ((performance.now() - started) / 1000));
  }
  return { outputs, predictImagesPerSecond: median(rates) };
}

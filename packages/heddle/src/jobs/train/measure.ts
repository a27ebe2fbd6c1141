import { median } from "@heddle/core/internal/base/median.js";
import type { Images } from "@heddle/core/internal/data/images.js";
import type { Model } from "@heddle/core/internal/model/model.js";
import type { Metrics } from "../../runs/records.js";
import type { JobOutputs } from "../evaluate/evaluate-job.js";
import type { RunUnderWay } from "./run-under-way.js";

/** Predictions are timed this often; the median counts. */
const PREDICTION_ROUNDS = 3;

/** A trained model's numbers and outputs. Dropout is off. */
export interface Measured extends JobOutputs {
  readonly train: Metrics["test"];
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
  return { train, test, ...predictions, heldOut };
}

async function evaluate(model: Model, { samples }: Images, signal: AbortSignal): Promise<Metrics["test"]> {
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

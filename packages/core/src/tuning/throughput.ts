import { serialize } from "../base/registry.js";
import { firstImages, type ImageSet } from "../data/dataset.js";
import { modelFromJson } from "../model/load.js";
import type { Model } from "../model/model.js";
import { optimizers } from "../optimizers/index.js";
import { prepareTraining } from "../recipes/prepare-training.js";
import type { Training } from "../recipes/training.js";

/** How long threads warm up by default: V8 compiles a kernel better once it is busy. */
const WARM_UP_SECONDS = 0.5;

/** How long training is measured by default; evaluation takes a quarter of it. */
const DEFAULT_SECONDS = 2;

/** Steps of the first measurement; the next are twice as many until they fill the time. */
const FIRST_STEPS = 4;

/** Too low a rate for any model to diverge in; how fast a step is does not depend on it. */
const LEARNING_RATE = 1e-6;

/** How fast a model is on this machine. */
export interface Throughput {
  /** Of a training step. */
  readonly imagesPerSecond: number;
  /** Of an evaluation, dropout off. */
  readonly evaluatedPerSecond: number;
}

/**
 * Measures how fast a training is, by training a copy of its model on its own data for a short time. The model itself
 * does not change.
 *
 * @param options `seconds` for which training is measured, 2 by default, after `warmUpSeconds`, half a second by default;
 *   `evaluationSeconds` for which evaluation is, a quarter of that and at least a quarter of a second by default
 * @throws HeddleError when the model does not fit the data; AbortedError on `signal`
 *
 * @example
 * const { imagesPerSecond } = await measureThroughput(training);
 * const epochs = Math.floor((60 * imagesPerSecond) / training.train.count);
 */
export async function measureThroughput(
  training: Training,
  options: {
    readonly signal?: AbortSignal | undefined;
    readonly seconds?: number;
    readonly warmUpSeconds?: number;
    readonly evaluationSeconds?: number;
  } = {},
): Promise<Throughput> {
  const { signal, seconds = DEFAULT_SECONDS, warmUpSeconds = WARM_UP_SECONDS } = options;
  const { evaluationSeconds = Math.max(0.25, seconds / 4) } = options;
  const model = copyOf(training.model);
  try {
    // All layers are trained, as after the frozen epochs of a fine-tuning.
    prepareTraining({ ...training, model, optimizer: slowed(training), fineTuning: undefined });
    const train = training.train.preview;
    const { batchSize } = training;
    const run = { model, train, batchSize, signal };
    const warmUp = await trainFor(run, warmUpSeconds);
    const rate = warmUp.samples / warmUp.seconds;
    const measured = await trainFor(run, seconds, Math.ceil((seconds * rate) / batchSize));
    return {
      imagesPerSecond: measured.samples / measured.seconds,
      evaluatedPerSecond: await evaluationRate({ model, train, signal }, evaluationSeconds),
    };
  } finally {
    model.dispose();
  }
}

/** A model with the same layers and weights. */
function copyOf(model: Model): Model {
  const copy = modelFromJson(`Model "${model.name}"`, model.toJson(), { seed: model.seed });
  copy.setWeights(model.getWeights());
  return copy;
}

/** A training's optimizer at a low rate, without its schedule, which a short measurement would rush through. */
function slowed({ optimizer }: Training) {
  const config = { ...optimizer.getConfig(), learning_rate: LEARNING_RATE };
  return optimizers.deserialize(optimizer.className, { ...serialize(optimizer), config });
}

/** Trains for at least some seconds, twice as many steps each time. @returns what the last time took */
async function trainFor(
  run: { model: Model; train: ImageSet; batchSize: number; signal: AbortSignal | undefined },
  seconds: number,
  firstSteps = FIRST_STEPS,
): Promise<{ samples: number; seconds: number }> {
  const { model, train, batchSize, signal } = run;
  for (let steps = firstSteps; ; steps *= 2) {
    const { epochs } = await model.fit(train, {
      batchSize,
      stepsPerEpoch: steps,
      ...(signal && { signal }),
    });
    const logs = epochs[0]!;
    // A last batch that is not full counts its own images alone.
    const samples = logs.imagesPerSecond * logs.seconds;
    // A machine that others use may be late by chance: most of the time that was asked for will do.
    if (logs.seconds >= seconds * 0.8) return { samples, seconds: logs.seconds };
  }
}

/** Evaluates more and more images until they take the time: the last time counts, when kernels are warm. */
async function evaluationRate(
  { model, train, signal }: { model: Model; train: ImageSet; signal: AbortSignal | undefined },
  seconds: number,
): Promise<number> {
  const started = performance.now();
  const secondsSince = (start: number) => (performance.now() - start) / 1000;
  for (let count = Math.min(512, train.count); ; count = Math.min(2 * count, train.count)) {
    const images = firstImages(train, count);
    const startedOnce = performance.now();
    await model.evaluate(images, signal && { signal });
    const elapsed = secondsSince(startedOnce);
    if (elapsed >= seconds || secondsSince(started) >= 3 * seconds) return count / elapsed;
  }
}

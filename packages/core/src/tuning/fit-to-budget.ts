import type { Dataset } from "../data/dataset.js";
import type { Images } from "../data/images.js";
import { type BaseModel, trainingOf } from "../recipes/build-training.js";
import type { ResolvedSettings } from "../recipes/resolve-settings.js";
import { usefulEpochs } from "../recipes/training-length.js";
import { planBudget } from "./budget.js";
import { measureThroughput } from "./throughput.js";

/** Part of a budget that training is measured in, within bounds. */
const MEASURED = { share: 1 / 30, leastSeconds: 0.5, mostSeconds: 2 };

/**
 * Measures how fast a training is here, and fits its epochs to a time; the schedule follows the epochs. Where not even
 * an epoch fits, fewer images are used.
 *
 * @param options `seconds` in all, from the start of the program on; `maximumEpochs`, none by default; `who`, the
 *   model's source for messages
 * @returns the settings that fit, and how they were reckoned, in words
 * @throws HeddleError when the time is too short; AbortedError on `signal`
 */
export async function fitToBudget(
  settings: ResolvedSettings,
  dataset: Dataset<Images>,
  options: {
    readonly seconds: number;
    readonly maximumEpochs?: number | undefined;
    readonly threads?: number | undefined;
    readonly who?: string;
    readonly base?: BaseModel;
    readonly signal?: AbortSignal;
  },
): Promise<{ readonly settings: ResolvedSettings; readonly text: string }> {
  const { seconds, maximumEpochs, signal, ...source } = options;
  const training = trainingOf({ ...settings, epochs: 1 }, dataset, source);
  const { train, validation } = training;
  const { share: part, leastSeconds, mostSeconds } = MEASURED;
  const throughput = await measureThroughput(training, {
    signal,
    seconds: Math.min(mostSeconds, Math.max(leastSeconds, seconds * part)),
  });
  const { epochs, share, text } = planBudget({
    ...{ seconds, maximumEpochs, throughput },
    usefulEpochs: usefulEpochs(train.count),
    folds: settings.folds,
    // Counted from the start of the program.
    passedSeconds: performance.now() / 1000,
    trainImages: train.count,
    validationImages: (validation ?? dataset.test).count,
    testImages: dataset.test.count,
    batchSize: settings.batchSize,
  });
  const images = train.count + (validation?.count ?? 0);
  const limit = share < 1 ? { limit: Math.floor(share * images) } : {};
  return { settings: { ...settings, epochs, ...limit }, text: `${text}, ${settings.schedule} schedule` };
}

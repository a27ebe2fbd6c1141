import type { Callback, TrainingState } from "../callbacks/callback.js";
import { BatchNormalization, type Layer } from "../layers/index.js";
import { headOf } from "../model/new-head.js";
import type { FitOptions } from "../training/fit-options.js";
import type { PreparedTraining } from "./prepare-training.js";
import type { Training } from "./training.js";

/** What the caller of {@link fitTraining} adds to it. */
export interface FitTrainingOptions extends Pick<FitOptions, "signal" | "validationData"> {
  /**
   * The callbacks of a part of the training, after its own; a fine-tuning has two parts.
   *
   * @param from the state that the part is resumed from, which one of them must set
   */
  readonly callbacks: (from: TrainingState | undefined) => readonly Callback[];
  /** Where the training was; undefined for the beginning. */
  readonly from?: TrainingState | undefined;
}

/**
 * Trains a model that `prepareTraining` has compiled: a fine-tuned one in two parts, first its head alone, then all
 * layers but `BatchNormalization`, which stays as it was.
 *
 * @throws as `fit` does
 */
export async function fitTraining(
  training: Training,
  { samples, fit }: PreparedTraining,
  { callbacks, from, ...rest }: FitTrainingOptions,
): Promise<void> {
  const { model, optimizer, loss, fast, threads, epochs, fineTuning } = training;
  const options = { ...fit, ...rest };
  if (!fineTuning) {
    await model.fit(samples, { ...options, callbacks: [...fit.callbacks, ...callbacks(from)] });
    return;
  }
  const { frozenEpochs } = fineTuning;
  const head = headOf(model);
  const body = model.layers.filter((layer) => layer !== head && layer.trainable);
  if (frozenEpochs > (from?.epoch ?? 0)) {
    await whileFrozen(body, () =>
      model.fit(samples, { ...options, epochs: frozenEpochs, callbacks: callbacks(from) }),
    );
  }
  if (frozenEpochs >= epochs) return;
  const isUnderWay = from && (from.epoch > frozenEpochs || (from.epoch === frozenEpochs && from.underWay));
  // Of the end of the first part, only the weights remain: the second has an optimizer of its own.
  if (from?.epoch === frozenEpochs && !isUnderWay) {
    model.setWeights(model.weights.map(({ shape }, index) => ({ shape, values: from.weights[index]! })));
  }
  // Few images are too few to replace the moving averages, which would end as a mixture of two datasets'.
  const normalizations = body.filter((layer) => layer instanceof BatchNormalization);
  await whileFrozen(normalizations, () => {
    model.compile({ optimizer, loss, fast, ...(threads !== undefined && { threads }) });
    return model.fit(samples, {
      ...options,
      initialEpoch: frozenEpochs,
      callbacks: [...fit.callbacks, ...callbacks(isUnderWay ? from : undefined)],
    });
  });
}

/** Does something while layers are not trained. */
async function whileFrozen(layers: readonly Layer[], work: () => Promise<unknown>): Promise<void> {
  for (const layer of layers) layer.trainable = false;
  try {
    await work();
  } finally {
    for (const layer of layers) layer.trainable = true;
  }
}

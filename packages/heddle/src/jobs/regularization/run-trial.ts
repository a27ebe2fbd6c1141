import type { Progress } from "@heddle/core/internal/callbacks/callback.js";
import { EarlyStopping } from "@heddle/core/internal/callbacks/early-stopping.js";
import { weightsFile } from "@heddle/core/internal/network/weights-file.js";
import { FORMAT_VERSION, type TrialRecord } from "./records.js";
import type { RegularizationImages } from "./split.js";
import { type Trial, type TrialFrame, trainingOf } from "./trials.js";

/** How a trial is run. None of it changes the result. */
export interface TrialOptions {
  readonly threads: number | undefined;
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

/**
 * Trains a trial and measures it on the held-out images; a trial that will be compared also on those that it was trained
 * on. The test images play no part.
 *
 * @returns the trial, and the weights of a trial that will be compared
 * @throws AbortedError on the signal
 */
export async function runTrial(
  frame: TrialFrame,
  trial: Trial,
  { train, validation }: Omit<RegularizationImages, "test">,
  options: TrialOptions,
): Promise<{ readonly record: TrialRecord; readonly weights?: Uint8Array }> {
  const started = performance.now();
  const { regime, setting, purpose, seed, epochs, key } = trial;
  const { signal, threads, onProgress } = options;
  const { model, optimizer, loss } = trainingOf(frame, setting, seed);
  const stopping =
    setting.patience === undefined
      ? undefined
      : new EarlyStopping({ patience: setting.patience, restoreBestWeights: true });
  try {
    const engine = { fast: frame.request.fast, ...(threads !== undefined && { threads }) };
    model.compile({ optimizer, loss, ...engine });
    const { variant, threads: used } = await model.engine();
    const history = await model.fit(train, {
      epochs,
      batchSize: frame.request.batchSize,
      validationData: validation,
      signal,
      callbacks: [...(stopping ? [stopping] : []), ...(onProgress ? [{ onProgress }] : [])],
    });
    const measure = async (images: RegularizationImages["train"]) => {
      const { accuracy, loss: value } = await model.evaluate(images, { signal });
      return { accuracy, loss: value };
    };
    const compared = purpose === "comparing";
    const record: TrialRecord = {
      formatVersion: FORMAT_VERSION,
      key,
      regime: regime.name,
      setting: setting.label,
      purpose,
      seed,
      parameters: model.parameters,
      history: history.epochs.map(({ epoch, loss: value, accuracy, valLoss, valAccuracy }) => ({
        epoch,
        loss: value,
        accuracy,
        // There is validation data, which `fit` measures after every epoch.
        valLoss: valLoss!,
        valAccuracy: valAccuracy!,
      })),
      epoch: stopping?.bestEpoch || history.epochs.length,
      validation: await measure(validation),
      ...(compared && { train: await measure(train) }),
      weightsSha256: await model.weightsSha256(),
      engine: { variant, threads: used },
      seconds: (performance.now() - started) / 1000,
    };
    return { record, ...(compared && { weights: weightsFile(model.weights) }) };
  } finally {
    model.dispose();
  }
}

import { readFileBytes, readTextFile, writeFileAtomic } from "@heddle/core/internal/base/files-node.js";
import type { EpochLogs } from "@heddle/core/internal/callbacks/history.js";
import type { Model } from "@heddle/core/internal/model/model.js";
import { readWeightsFile, weightsFile } from "@heddle/core/internal/network/weights-file.js";
import { JsonFields } from "@heddle/core/internal/records/json-fields.js";

export const KEPT_VERSION = 1;

/** Accuracy, 0..1, and loss of a model on some images, with its penalties. */
export interface Measured {
  readonly accuracy: number;
  readonly loss: number;
}

/** An epoch of a training whose images to choose by are held out. */
export interface KeptEpoch extends Measured {
  readonly epoch: number;
  readonly valLoss: number;
  readonly valAccuracy: number;
  readonly seconds: number;
}

/** What is kept of a complete training, apart from its weights. */
export interface KeptTraining {
  readonly formatVersion: typeof KEPT_VERSION;
  readonly parameters: number;
  readonly history: readonly KeptEpoch[];
  /** The epoch whose weights were kept: the last one, except with early stopping. */
  readonly epoch: number;
  /** On the held-out images. */
  readonly validation: Measured;
  readonly weightsSha256: string;
  readonly engine: { readonly variant: string; readonly threads: number };
}

/** What is kept of an epoch. */
export function keptEpoch(logs: EpochLogs): KeptEpoch {
  const { epoch, loss, accuracy, valLoss = Number.NaN, valAccuracy = Number.NaN, seconds } = logs;
  return { epoch, loss, accuracy, valLoss, valAccuracy, seconds };
}

/** Writes a training, its weights first: one whose record exists is whole. */
export async function writeKept(path: string, training: KeptTraining, model: Model): Promise<void> {
  await writeFileAtomic(`${path}.safetensors`, weightsFile(model.weights));
  await writeFileAtomic(`${path}.json`, `${JSON.stringify(training, null, 2)}\n`);
}

/** @throws HeddleError when it is missing or damaged */
export async function readKept(path: string): Promise<KeptTraining> {
  const file = `${path}.json`;
  return parseKeptTraining(file, await readTextFile(file));
}

/** Sets a model's weights to those of a training that was kept. */
export async function readKeptWeights(path: string, model: Model): Promise<void> {
  const file = `${path}.safetensors`;
  readWeightsFile(file, await readFileBytes(file), model.weights);
}

/**
 * Reads `trainings/NAME.json`.
 *
 * @throws HeddleError that names the damaged field, or an unknown one
 */
export function parseKeptTraining(file: string, text: string): KeptTraining {
  return JsonFields.read(file, text, (fields) => {
    fields.wholeNumber("formatVersion", KEPT_VERSION, KEPT_VERSION);
    const engine = fields.object("engine");
    return {
      formatVersion: KEPT_VERSION,
      parameters: fields.wholeNumber("parameters", 1),
      history: fields.objects("history").map(epochIn),
      epoch: fields.wholeNumber("epoch", 1),
      validation: measuredIn(fields.object("validation")),
      weightsSha256: fields.hex("weightsSha256", 64),
      engine: { variant: engine.string("variant"), threads: engine.wholeNumber("threads", 1) },
    };
  });
}

export function measuredIn(fields: JsonFields): Measured {
  return { accuracy: fields.fraction("accuracy"), loss: fields.numberOrNaN("loss") };
}

function epochIn(row: JsonFields): KeptEpoch {
  return {
    epoch: row.wholeNumber("epoch", 1),
    loss: row.numberOrNaN("loss"),
    accuracy: row.fraction("accuracy"),
    valLoss: row.numberOrNaN("valLoss"),
    valAccuracy: row.fraction("valAccuracy"),
    seconds: row.number("seconds", 0),
  };
}

/** The epochs so far, as a checkpoint's notes have them. */
export function epochsIn(file: string, note: string | undefined): readonly KeptEpoch[] {
  if (note === undefined) return [];
  return JsonFields.read(file, note, (fields) => fields.objects("history").map(epochIn));
}

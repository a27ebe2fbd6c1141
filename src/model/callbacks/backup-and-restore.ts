import { fileExists, readFileBytes, removeFile, writeFileAtomic } from "#files";
import { HeddleError } from "../../base/errors.js";
import { isJsonObject } from "../../base/json.js";
import { readSafetensors, safetensorsMetadata, writeSafetensors } from "../../formats/safetensors.js";
import type { Callback, TrainingControl } from "../callbacks.js";
import type { EpochLogs } from "../history.js";

export interface BackupAndRestoreOptions {
  /** Removes the backup when the training has ended; true by default. */
  readonly deleteCheckpoint?: boolean;
}

/**
 * Keeps weights, optimizer state and epoch in one file after every epoch. A training that was interrupted and is started
 * again with the same data and options goes on behind the last whole epoch, and ends with the same bits as if it had
 * never stopped. What other callbacks remember (the patience of EarlyStopping) begins anew.
 *
 * @example
 * await model.fit(data.train, { epochs: 50, callbacks: [new BackupAndRestore("backup")] });
 */
export class BackupAndRestore implements Callback {
  private readonly path: string;

  constructor(
    folder: string,
    private readonly options: BackupAndRestoreOptions = {},
  ) {
    this.path = `${folder}/backup.safetensors`;
  }

  async onTrainBegin(training: TrainingControl): Promise<void> {
    if (!(await fileExists(this.path))) return;
    const who = `File ${this.path}`;
    const bytes = await readFileBytes(this.path);
    const tensors = readSafetensors(who, bytes);
    const { epoch, epochs, steps, learningRate } = this.numbersIn(bytes);
    const slots = [...tensors.values()]
      .filter(({ name }) => name.startsWith(SLOT))
      .map(({ values }) => values);
    const weights = training.getWeights();
    const saved = weights.map((_, index) => tensors.get(`${WEIGHT}${index}`)?.values);
    if (saved.some((values, index) => values?.length !== weights[index]!.length)) {
      throw this.fault(`a backup of this model's ${weights.length} weights`, "one of another model");
    }
    training.setState({ epoch, epochs, steps, learningRate, slots: slots as Float32Array<ArrayBuffer>[] });
    training.setWeights(saved as Float32Array[]);
  }

  async onEpochEnd(_logs: EpochLogs, training: TrainingControl): Promise<void> {
    const { slots, ...numbers } = await training.getState();
    const named = (prefix: string) => (values: Float32Array, index: number) => ({
      name: `${prefix}${index}`,
      shape: [values.length],
      values,
    });
    const tensors = [...training.getWeights().map(named(WEIGHT)), ...slots.map(named(SLOT))];
    await writeFileAtomic(this.path, writeSafetensors(tensors, { training: JSON.stringify(numbers) }));
  }

  async onTrainEnd(): Promise<void> {
    if (this.options.deleteCheckpoint ?? true) await removeFile(this.path);
  }

  private numbersIn(bytes: Uint8Array) {
    const text = safetensorsMetadata(bytes)["training"];
    const numbers: unknown = typeof text === "string" ? JSON.parse(text) : undefined;
    if (!isJsonObject(numbers)) throw this.fault("a backup of a training", "other tensors");
    const { epoch, epochs, steps, learningRate } = numbers;
    return {
      epoch: Number(epoch),
      epochs: Number(epochs),
      steps: Number(steps),
      learningRate: learningRate === undefined ? undefined : Number(learningRate),
    };
  }

  private fault(expected: string, received: string): HeddleError {
    const next = "Give each training its own folder, or remove the backup.";
    return new HeddleError({ who: `File ${this.path}`, expected, received, next });
  }
}

const WEIGHT = "weight/";
const SLOT = "slot/";

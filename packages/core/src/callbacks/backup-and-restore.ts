import { fileExists, readFileBytes, removeFile, writeFileAtomic } from "#files";
import { checkOptionsOf } from "../base/known-options.js";
import { checkValue, either, oneOf, text, trueOrFalse, whole } from "../base/rules.js";
import type { Callback, TrainingControl } from "./callback.js";
import { checkpointFile, readCheckpoint } from "./checkpoint-file.js";
import type { EpochLogs } from "./history.js";

export interface BackupAndRestoreOptions {
  /**
   * Removes the backup when the training has ended.
   *
   * @defaultValue true
   */
  readonly deleteCheckpoint?: boolean;
  /**
   * The number of steps after which it writes, in addition to the end of every epoch; `"epoch"` writes only there.
   *
   * @defaultValue `"epoch"`
   */
  readonly saveFreq?: "epoch" | number;
}

/**
 * Saves the whole state of a training in one file, after every epoch and where the training is stopped. An interrupted
 * training that is started again with the same data and options resumes there, and ends with the same bits as one that
 * was never interrupted. Pass it as the last callback: it saves what those before it remember, such as the best weights
 * of EarlyStopping.
 *
 * @example
 * await model.fit(data.train, { epochs: 50, callbacks: [new BackupAndRestore("backup")] });
 */
export class BackupAndRestore implements Callback {
  readonly pauseEvery: Callback["pauseEvery"];
  private readonly path: string;

  constructor(
    folder: string,
    private readonly options: BackupAndRestoreOptions = {},
  ) {
    checkOptionsOf(new.target, [BackupAndRestore], options, {
      deleteCheckpoint: trueOrFalse,
      saveFreq: either(oneOf("epoch"), whole(1)),
    });
    this.path = `${checkValue("BackupAndRestore", "folder", folder, text)}/backup.safetensors`;
    const { saveFreq = "epoch" } = options;
    if (saveFreq !== "epoch") this.pauseEvery = { steps: saveFreq };
  }

  async onTrainBegin(training: TrainingControl): Promise<void> {
    if (!(await fileExists(this.path))) return;
    const { state } = await readCheckpoint(`File ${this.path}`, await readFileBytes(this.path));
    training.setState(state);
  }

  onEpochEnd(_logs: EpochLogs, training: TrainingControl): Promise<void> {
    return this.write(training);
  }

  onPause(training: TrainingControl): Promise<void> {
    return this.write(training);
  }

  async onTrainEnd(): Promise<void> {
    if (this.options.deleteCheckpoint ?? true) await removeFile(this.path);
  }

  private async write(training: TrainingControl): Promise<void> {
    const state = await training.getState();
    await writeFileAtomic(this.path, await checkpointFile({ state, notes: {} }));
  }
}

import { appendToFile, fileExists } from "#files";
import { checkOptionsOf } from "../base/known-options.js";
import { checkValue, text } from "../base/rules.js";
import { eventRecord, FILE_VERSION } from "../formats/event-file.js";
import type { Callback } from "./callback.js";
import type { EpochLogs } from "./history.js";
import { measured } from "./logs.js";

/** Counts the files of this process: two may begin within a second. */
let filesBegun = 0;

/**
 * Writes event files that TensorBoard shows while the training runs: scalars `epoch_loss`, `epoch_accuracy`,
 * `epoch_learning_rate`, … by epoch (from 0, as Keras counts), from training in the folder `train` and from validation
 * in `validation`. Start the viewer with `tensorboard --logdir logs`.
 *
 * @example
 * await model.fit(data.train, { epochs: 20, callbacks: [new TensorBoard("logs/first")] });
 */
export class TensorBoard implements Callback {
  private file = "";
  private readonly begun = new Set<string>();

  /**
   * @param folder one folder a run; TensorBoard compares the runs of neighbouring folders
   * @param place.within a folder that must exist and hold `folder`: it is not created, and no link below it is followed
   */
  constructor(
    private readonly folder = "logs",
    private readonly place: { readonly within?: string | undefined } = {},
  ) {
    checkValue("TensorBoard", "folder", folder, text);
    checkOptionsOf(new.target, [TensorBoard], place, { within: text });
  }

  async onTrainBegin(): Promise<void> {
    const seconds = String(Math.floor(Date.now() / 1000)).padStart(10, "0");
    // Another process may have begun a file within this second, and been killed while writing.
    do this.file = `events.out.tfevents.${seconds}.heddle.${filesBegun++}.v2`;
    while (await fileExists(`${this.folder}/train/${this.file}`));
    this.begun.clear();
  }

  async onEpochEnd(logs: EpochLogs): Promise<void> {
    const train = new Map<string, number>();
    const validation = new Map<string, number>();
    for (const [name, value] of measured(logs)) {
      if (name.startsWith("val_")) validation.set(`epoch_${name.slice(4)}`, value);
      else train.set(`epoch_${name}`, value);
    }
    await this.write("train", logs.epoch - 1, train);
    await this.write("validation", logs.epoch - 1, validation);
  }

  /** Appends an event with scalars; a new file starts with an event that holds the format's version. */
  private async write(part: string, step: number, scalars: ReadonlyMap<string, number>): Promise<void> {
    if (scalars.size === 0) return;
    const wallTime = Date.now() / 1000;
    const path = `${this.folder}/${part}/${this.file}`;
    if (!this.begun.has(part)) {
      await appendToFile(path, eventRecord({ wallTime, fileVersion: FILE_VERSION }), this.place);
      this.begun.add(part);
    }
    await appendToFile(path, eventRecord({ wallTime, step, scalars }), this.place);
  }
}

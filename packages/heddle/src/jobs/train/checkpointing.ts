import type { Callback, TrainingControl, TrainingState } from "@heddle/core/internal/callbacks/callback.js";
import type { EpochLogs } from "@heddle/core/internal/callbacks/history.js";
import { type CheckpointMarks, checkMarks, marksOf } from "@heddle/core/internal/records/checkpoint-marks.js";
import { formatHistory } from "@heddle/core/internal/records/history-csv.js";
import { parseDuration } from "@heddle/core/internal/tuning/budget.js";
import { type CheckpointRule, Checkpoints, DEFAULT_KEPT_CHECKPOINTS } from "../../runs/checkpoints.js";
import type { RunFolder } from "../../runs/run-folder.js";
import type { Clock } from "./clock.js";

/** Reads `500` (steps), `90s`, `10m` or `1h`; undefined for any other text. */
export function parseCheckpointEvery(text: string): NonNullable<CheckpointRule["every"]> | undefined {
  const steps = Number(text);
  if (/^\d+$/.test(text)) return steps >= 1 && Number.isSafeInteger(steps) ? { steps } : undefined;
  // A time needs its unit: a bare number counts steps.
  const seconds = /[smh]$/.test(text) ? parseDuration(text) : undefined;
  return seconds === undefined ? undefined : { seconds };
}

export type { CheckpointMarks };
export { checkMarks, marksOf };

/** Writes a run's checkpoints, and resumes from one. Must come after every callback that has state. */
export class Checkpointing implements Callback {
  readonly pauseEvery: Callback["pauseEvery"];
  private readonly checkpoints: Checkpoints;

  constructor(
    private readonly options: {
      readonly folder: RunFolder;
      readonly rule: CheckpointRule;
      readonly marks: CheckpointMarks;
      /** Every epoch of the run; an earlier callback adds the current one. */
      readonly epochs: readonly EpochLogs[];
      readonly clock: Clock;
      /** Whether images were held out for validation; the test images must choose nothing. */
      readonly heldOut: boolean;
      readonly from: TrainingState | undefined;
    },
  ) {
    this.pauseEvery = options.rule.every;
    this.checkpoints = new Checkpoints(options.folder.checkpointsPath, options.folder.place);
  }

  onTrainBegin(training: TrainingControl): void {
    const { from } = this.options;
    if (from) training.setState(from);
  }

  onEpochEnd(_logs: EpochLogs, training: TrainingControl): Promise<void> {
    return this.write(training);
  }

  onPause(training: TrainingControl): Promise<void> {
    return this.write(training);
  }

  private async write(training: TrainingControl): Promise<void> {
    const { folder, rule, marks, epochs, clock } = this.options;
    await folder.checkThere();
    const notes = {
      ...marks,
      history: formatHistory(epochs),
      timeSeconds: JSON.stringify(clock.secondsWith("training")),
    };
    const kept = { last: rule.keep ?? DEFAULT_KEPT_CHECKPOINTS, bestEpoch: this.bestEpoch() };
    await this.checkpoints.write({ state: await training.getState(), notes }, kept);
  }

  /** The epoch with the lowest loss on the held-out images, or on the training images if none are held out. */
  private bestEpoch(): number | undefined {
    const { epochs, heldOut } = this.options;
    const lossOf = ({ loss, valLoss }: EpochLogs) => (heldOut ? (valLoss ?? Number.NaN) : loss);
    let best: EpochLogs | undefined;
    for (const logs of epochs) if (!best || lossOf(logs) < lossOf(best)) best = logs;
    return best?.epoch;
  }
}

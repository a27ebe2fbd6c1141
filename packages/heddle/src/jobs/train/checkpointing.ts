import { HeddleError } from "@heddle/core/internal/base/errors.js";
import { sha256 } from "@heddle/core/internal/base/sha256.js";
import type { Callback, TrainingControl, TrainingState } from "@heddle/core/internal/callbacks/callback.js";
import type { EpochLogs } from "@heddle/core/internal/callbacks/history.js";
import { parseDuration } from "@heddle/core/internal/tuning/budget.js";
import { type CheckpointRule, Checkpoints, DEFAULT_KEPT_CHECKPOINTS } from "../../runs/checkpoints.js";
import { formatHistory } from "../../runs/history-csv.js";
import type { RunRecord } from "../../runs/records.js";
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

/** What a checkpoint belongs to: texts that differ between runs. */
export type CheckpointMarks = Readonly<Record<keyof typeof markNames, string>>;

const markNames = {
  heddle: "version of Heddle",
  kernels: "kernels",
  model: "model",
  data: "dataset",
  settings: "settings",
} as const;

/** What the checkpoints of a run belong to. */
export async function marksOf({ versions, recipe, model, dataset }: RunRecord): Promise<CheckpointMarks> {
  // Where the data is does not matter, and the model is compared as it was built.
  const { heddleRecipe: _, model: __, data: ___, fast, ...settings } = recipe;
  const { kind, seed, files } = dataset.source;
  const hash = (value: unknown) => sha256(new TextEncoder().encode(JSON.stringify(value)));
  return {
    heddle: versions.heddle,
    kernels: fast === true ? "fma" : "strict",
    model: await hash(model),
    data: await hash([kind, seed ?? null, files.map((file) => file.sha256), dataset.testSha256]),
    settings: await hash([settings, dataset.trainImages]),
  };
}

/** @throws HeddleError that names the first mark by which a checkpoint belongs to a different run */
export function checkMarks(
  path: string,
  notes: Readonly<Record<string, string>>,
  marks: CheckpointMarks,
): void {
  const names = Object.keys(markNames) as (keyof CheckpointMarks)[];
  const different = names.find((name) => notes[name] !== marks[name]);
  if (different === undefined) return;
  const shown = (text = "none") => (text.length < 20 ? text : `SHA-256 ${text.slice(0, 12)}…`);
  throw new HeddleError({
    who: `Checkpoint ${path}`,
    expected: `one of this run's ${markNames[different]}, ${shown(marks[different])}`,
    received: shown(notes[different]),
    next: "It belongs to a different run, or run.json was changed: move it out of the folder, or restore run.json.",
  });
}

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

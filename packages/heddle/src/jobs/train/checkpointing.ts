import { HeddleError } from "@heddle/core/internal/base/errors.js";
import { sha256 } from "@heddle/core/internal/base/sha256.js";
import type { Callback, TrainingControl, TrainingState } from "@heddle/core/internal/callbacks/callback.js";
import type { EpochLogs } from "@heddle/core/internal/callbacks/history.js";
import { parseDuration } from "@heddle/core/internal/tuning/budget.js";
import { Checkpoints, DEFAULT_KEPT_CHECKPOINTS } from "../../runs/checkpoints.js";
import { formatHistory } from "../../runs/history-csv.js";
import type { RunRecord } from "../../runs/records.js";
import type { RunFolder } from "../../runs/run-folder.js";
import type { CheckpointRule } from "../job.js";
import type { Clock } from "./clock.js";

/** Reads `500` (steps), `90s`, `10m` or `1h`; undefined where it is none of them. */
export function parseCheckpointEvery(text: string): NonNullable<CheckpointRule["every"]> | undefined {
  const steps = Number(text);
  if (/^\d+$/.test(text)) return steps >= 1 && Number.isSafeInteger(steps) ? { steps } : undefined;
  // A part of a step is none, so that a time needs its unit.
  const seconds = /[smh]$/.test(text) ? parseDuration(text) : undefined;
  return seconds === undefined ? undefined : { seconds };
}

/** What a checkpoint belongs to, each a text that differs where it is another. */
export type CheckpointMarks = Readonly<Record<keyof typeof markNames, string>>;

const markNames = {
  heddle: "version of Heddle",
  kernels: "kernels",
  model: "model",
  data: "dataset",
  settings: "settings",
} as const;

/** What the checkpoints of a run belong to. */
export async function marksOf({
  versions,
  configuration,
  dataset,
  seed,
}: RunRecord): Promise<CheckpointMarks> {
  const { model, fast, threads, recipe, checkpointEvery, keepCheckpoints, ...settings } = configuration;
  const { kind, seed: drawnFrom, files } = dataset.source;
  const hash = (value: unknown) => sha256(new TextEncoder().encode(JSON.stringify(value)));
  return {
    heddle: versions.heddle,
    kernels: fast === true ? "fma" : "strict",
    model: await hash(model),
    data: await hash([kind, drawnFrom ?? null, files.map((file) => file.sha256), dataset.testSha256 ?? null]),
    settings: await hash([settings, seed]),
  };
}

/** @throws HeddleError that says of what a checkpoint is of another than the run it is to go on with */
export function checkMarks(
  path: string,
  notes: Readonly<Record<string, string>>,
  marks: CheckpointMarks,
): void {
  const names = Object.keys(markNames) as (keyof CheckpointMarks)[];
  const other = names.find((name) => notes[name] !== marks[name]);
  if (other === undefined) return;
  const shown = (text = "none") => (text.length < 20 ? text : `SHA-256 ${text.slice(0, 12)}…`);
  throw new HeddleError({
    who: `Checkpoint ${path}`,
    expected: `one of this run's ${markNames[other]}, ${shown(marks[other])}`,
    received: shown(notes[other]),
    next: "It is of another run, or run.json was changed: take it out of the folder, or change run.json back.",
  });
}

/** Writes a run's checkpoints, and goes on from one. Comes behind all callbacks that remember something. */
export class Checkpointing implements Callback {
  readonly pauseEvery: Callback["pauseEvery"];
  private readonly checkpoints: Checkpoints;

  constructor(
    private readonly options: {
      readonly folder: RunFolder;
      readonly rule: CheckpointRule;
      readonly marks: CheckpointMarks;
      /** Of the whole run; grows before this callback is told. */
      readonly epochs: readonly EpochLogs[];
      readonly clock: Clock;
      /** Whether the validation images are none of the test set, which must choose nothing. */
      readonly heldOut: boolean;
      readonly from: TrainingState | undefined;
    },
  ) {
    this.pauseEvery = options.rule.every;
    this.checkpoints = new Checkpoints(options.folder.checkpointsPath);
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

  /** The epoch with the lowest loss on images held out, on those trained on where there are none. */
  private bestEpoch(): number | undefined {
    const { epochs, heldOut } = this.options;
    const lossOf = ({ loss, valLoss }: EpochLogs) => (heldOut ? (valLoss ?? Number.NaN) : loss);
    let best: EpochLogs | undefined;
    for (const logs of epochs) if (!best || lossOf(logs) < lossOf(best)) best = logs;
    return best?.epoch;
  }
}

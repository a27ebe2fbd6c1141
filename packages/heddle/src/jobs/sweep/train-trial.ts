import { AbortedError, HeddleError } from "@heddle/core/internal/base/errors.js";
import { sha256 } from "@heddle/core/internal/base/sha256.js";
import type { Callback, TrainingState } from "@heddle/core/internal/callbacks/callback.js";
import { EarlyStopping } from "@heddle/core/internal/callbacks/early-stopping.js";
import type { EpochLogs } from "@heddle/core/internal/callbacks/history.js";
import type { Dataset } from "@heddle/core/internal/data/dataset.js";
import type { Images } from "@heddle/core/internal/data/images.js";
import { trainingOf } from "@heddle/core/internal/recipes/build-training.js";
import { fitTraining } from "@heddle/core/internal/recipes/fit-training.js";
import { prepareTraining } from "@heddle/core/internal/recipes/prepare-training.js";
import type { Verdict } from "@heddle/core/internal/sweep/sweep.js";
import { Checkpoints } from "../../runs/checkpoints.js";
import { heddleVersion } from "../../system/version.js";
import { epochsIn, KEPT_VERSION, type KeptEpoch, keptEpoch, writeKept } from "./kept-training.js";
import type { Objective, TrialEnd, TrialTask } from "./messages.js";

/** How a trial is trained. None of it changes the result. */
export interface TrialOptions {
  readonly objective: Objective;
  readonly threads: number;
  /** The model's source, for errors. */
  readonly who: string;
  readonly signal: AbortSignal;
  /** Called with the objective after each epoch, whose checkpoint is on the disk by then. */
  readonly onEpoch: (epoch: number, value: number) => Promise<Verdict>;
}

/**
 * Trains a trial on the images that are not held out, from its checkpoint if it has one, until it is paused, stopped or
 * complete. The test images play no part.
 */
export async function trainTrial(
  { settings, folder, keep }: TrialTask,
  dataset: Dataset<Images>,
  { objective, threads, who, signal, onEpoch }: TrialOptions,
): Promise<TrialEnd> {
  const training = trainingOf(settings, dataset, { threads, who });
  const { model } = training;
  try {
    const prepared = prepareTraining(training);
    const checkpoints = new Checkpoints(folder);
    // A damaged one is put aside, and the one before it, or the beginning, gives the same bits.
    const newest = await checkpoints.newest(() => {});
    const mark = await markOf(settings);
    let verdict: Verdict = "continue";
    let history: readonly KeptEpoch[] = [];
    if (newest) {
      const { state, notes } = newest.checkpoint;
      checkMark(newest.path, notes["trial"], mark);
      // The process may have ended between its checkpoint and its report.
      const { value } = notes;
      history = epochsIn(newest.path, notes["history"]);
      if (value !== undefined) verdict = await onEpoch(state.epoch, Number(value));
    }
    const write = async (state: TrainingState, value?: number) => {
      const notes = {
        trial: mark,
        ...(value !== undefined && { value: String(value) }),
        ...(keep !== undefined && { history: JSON.stringify({ history }) }),
      };
      await checkpoints.write({ state, notes }, { last: 1, bestEpoch: undefined });
    };
    const reporting: Callback = {
      onEpochEnd: async (logs, control) => {
        const value = objectiveOf(objective, logs);
        history = [...history, keptEpoch(logs)];
        await write(await control.getState(), value);
        verdict = await onEpoch(logs.epoch, value);
        if (verdict !== "continue") control.stop();
      },
      onPause: async (control) => write(await control.getState()),
    };
    const resuming = (from: TrainingState | undefined): Callback => ({
      onTrainBegin: (control) => {
        if (from) control.setState(from);
      },
    });
    if (verdict === "continue") {
      await fitTraining(training, prepared, {
        signal,
        from: newest?.checkpoint.state,
        callbacks: (from) => [resuming(from), reporting],
      });
    }
    if (verdict !== "continue") return { kind: verdict === "pause" ? "paused" : "stopped" };
    const { accuracy, loss } = await model.evaluate(training.validation!, { signal });
    const weightsSha256 = await model.weightsSha256();
    if (keep !== undefined) {
      const epoch = bestEpochOf(prepared.fit.callbacks) || history.length;
      const { variant, threads } = await model.engine();
      const { parameters } = model;
      const about = { formatVersion: KEPT_VERSION, parameters, history, epoch, weightsSha256 } as const;
      const validation = { accuracy, loss };
      await writeKept(keep, { ...about, validation, engine: { variant, threads } }, model);
    }
    return { kind: "complete", value: { accuracy, loss }[objective], weightsSha256 };
  } catch (thrown) {
    if (thrown instanceof AbortedError) return { kind: "interrupted" };
    if (thrown instanceof HeddleError) return { kind: "failed", message: thrown.message };
    throw thrown;
  } finally {
    model.dispose();
  }
}

/** Of early stopping: the epoch to whose weights it returned. */
function bestEpochOf(callbacks: readonly Callback[]): number | undefined {
  return callbacks.find((one) => one instanceof EarlyStopping)?.bestEpoch;
}

function objectiveOf(objective: Objective, { valAccuracy, valLoss }: EpochLogs): number {
  return (objective === "accuracy" ? valAccuracy : valLoss) ?? Number.NaN;
}

/** What a trial's checkpoint belongs to. */
function markOf(settings: TrialTask["settings"]): Promise<string> {
  // In one order: settings that come from a file have another one.
  const entries = Object.entries(settings).sort(([a], [b]) => (a < b ? -1 : 1));
  return sha256(new TextEncoder().encode(JSON.stringify([heddleVersion, entries])));
}

function checkMark(path: string, received: string | undefined, expected: string): void {
  if (received === expected) return;
  throw new HeddleError({
    who: `Checkpoint ${path}`,
    expected: "one of this trial, by this version of Heddle",
    received: "one of other settings or another version",
    next: "Resume the sweep with the version that it began with, or start a new one.",
  });
}

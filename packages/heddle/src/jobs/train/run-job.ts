import type { TrainingState } from "@heddle/core/internal/callbacks/callback.js";
import type { EpochLogs } from "@heddle/core/internal/callbacks/history.js";
import type { RunRecord } from "@heddle/core/internal/records/run-record.js";
import { RunFolder } from "../../runs/run-folder.js";
import { lockFolder } from "../../system/lock.js";
import type { Job, JobResult } from "../job.js";
import { Clock } from "./clock.js";
import { closeBroken } from "./close-broken.js";
import { crossValidate } from "./cross-validate.js";
import { describe } from "./describe.js";
import { LiveRecord, newRecord, resumedRecord } from "./live-record.js";
import { measure } from "./measure.js";
import { prepareJob } from "./prepare-job.js";
import { report } from "./report.js";
import type { RunUnderWay, Stage } from "./run-under-way.js";
import { train } from "./train.js";

/**
 * Trains a model, evaluates it, and stores everything in a run folder with a report. The folder is readable at any
 * moment: `run.json` is there from the start, the history and the model after each epoch.
 *
 * @throws AbortedError when the signal fires; the folder then holds the model as it was at the last whole step.
 *   HeddleError before the folder is made when the model does not fit the data
 */
export async function runJob(job: Job): Promise<JobResult> {
  const prepared = await prepareJob(job);
  const folder = await RunFolder.create(job.runsFolder, { name: job.name });
  job.events.onFolder(folder.path);
  const lock = await lockFolder(folder.path, "Run");
  try {
    const record = new LiveRecord(newRecord(job, folder.id, prepared));
    if (job.from) await folder.writeFirstWeights(job.model);
    return await runStages({
      job: { ...job, signal: AbortSignal.any([job.signal, lock.lost]) },
      prepared,
      folder,
      record,
      epochs: [],
      state: undefined,
      firstWeights: job.model.getWeights(),
      clock: new Clock(),
    });
  } finally {
    await lock.release();
  }
}

/**
 * Resumes a run, to the same bits as if it had never stopped. Its folder must be locked.
 *
 * @throws as `runJob` does
 */
export async function resumeJob(job: Job, from: RunSoFar): Promise<JobResult> {
  const { folder, state } = from;
  const { pictures } = job.model;
  const prepared = await prepareJob(job);
  // A model takes pictures as its first images were, whatever file they are in now.
  if (pictures) job.model.pictures = pictures;
  job.events.onFolder(folder.path);
  job.events.onResumed?.(state);
  return runStages({
    job,
    prepared,
    folder,
    record: new LiveRecord(resumedRecord(from.record)),
    epochs: [...from.epochs],
    state,
    firstWeights: job.model.getWeights(),
    clock: new Clock(from.timeSeconds),
  });
}

/** What earlier processes did of a run. */
export interface RunSoFar {
  readonly folder: RunFolder;
  readonly record: RunRecord;
  /** Whole epochs. */
  readonly epochs: readonly EpochLogs[];
  /** Seconds of each stage. */
  readonly timeSeconds: Readonly<Record<string, number>>;
  /** Undefined at the beginning. */
  readonly state: TrainingState | undefined;
}

async function runStages(run: RunUnderWay): Promise<JobResult> {
  let stage: Stage = "data";
  const timed = async <Result>(name: Stage, work: (run: RunUnderWay) => Promise<Result>) => {
    stage = name;
    const result = await work(run);
    run.clock.lap(name);
    return result;
  };
  try {
    await timed("data", describe);
    const trained = await timed("training", train);
    const judged = run.job.settings.folds
      ? await timed("folds", crossValidate)
      : { crossValidation: undefined };
    const measured = await timed("evaluation", measure);
    stage = "report";
    return await report(run, { ...trained, ...judged, ...measured });
  } catch (thrown) {
    throw await closeBroken(run, thrown, stage);
  } finally {
    run.job.model.dispose();
  }
}

import { removeLeftovers } from "@heddle/core/internal/base/aside-node.js";
import { HeddleError } from "@heddle/core/internal/base/errors.js";
import { isFile, isFolder } from "@heddle/core/internal/base/files-node.js";
import { hasRelaxedSimd } from "@heddle/core/internal/engine/variant.js";
import { trainingImages } from "@heddle/core/internal/recipes/training-images.js";
import { parseWholeHistory } from "@heddle/core/internal/records/history-csv.js";
import { JsonFields } from "@heddle/core/internal/records/json-fields.js";
import type { Metrics } from "@heddle/core/internal/records/metrics-record.js";
import type { RunRecord } from "@heddle/core/internal/records/run-record.js";
import type { LoadOptions } from "../../datasets/index.js";
import { type CheckpointRule, Checkpoints } from "../../runs/checkpoints.js";
import { RunFolder } from "../../runs/run-folder.js";
import { lockFolder, removeDeadLock } from "../../system/lock.js";
import { heddleVersion } from "../../system/version.js";
import { checkSameData } from "../check-same-data.js";
import { dataOfRun } from "../data-of-model.js";
import type { Job, JobEvents } from "../job.js";
import { planOfRun } from "../plan-of-run.js";
import { checkMarks, marksOf } from "../train/checkpointing.js";
import { type RunSoFar, resumeJob } from "../train/run-job.js";
import { unpackProject } from "./unpack-project.js";

export interface ResumeOptions {
  /** Where the run's data is now, if it was moved; refused when its checksums differ. */
  readonly data?: string | undefined;
  readonly load: LoadOptions;
  /**
   * Threads to compute on, however many the run had.
   *
   * @defaultValue every core
   */
  readonly threads?: number | undefined;
  /** Replaces the run's own rule, field by field. */
  readonly checkpoints?: CheckpointRule | undefined;
  /**
   * Whether event files for TensorBoard are written from now on.
   *
   * @defaultValue true if the run has some already
   */
  readonly tensorBoard?: boolean;
  readonly signal: AbortSignal;
  /** Called with the number of all epochs. Returns what follows the rest of the run. */
  readonly events: (epochs: number) => JobEvents;
  /** Called for each damaged checkpoint, with a sentence. */
  readonly onWarning: (message: string) => void;
}

/** A finished run. */
export interface ResumedRun {
  readonly folder: string;
  readonly reportPath: string;
  readonly record: RunRecord;
  readonly metrics: Metrics;
  /** True when the run was finished already: nothing was done. */
  readonly wasFinished: boolean;
}

/**
 * Resumes a run that was stopped, was killed or failed, in its folder, to the same bits as if it had never stopped. A
 * finished run stays as it is.
 *
 * @param run a run folder, an id below `root`, `latest`, or a project as the studio writes it, which is unpacked into `root`
 * @throws HeddleError before anything is changed when there is no such run, another process is working on it, its last
 *   checkpoint belongs to a different run, its data differs, or this Heddle cannot give the same bits; as `runJob` does
 *   during training
 */
export async function resumeRun(run: string, root: string, options: ResumeOptions): Promise<ResumedRun> {
  const isProject = /\.zip$/i.test(run) && (await isFile(run));
  const folder = await RunFolder.open(isProject ? await unpackProject(run, root) : run, root);
  const before = await folder.readRecord();
  if (before.status === "finished") {
    // A kill at the very end leaves a lock. In a folder that cannot be written it stays.
    await removeDeadLock(folder.path).catch(() => {});
    return { ...(await endOf(folder)), wasFinished: true };
  }
  checkVersion(folder, before);
  const lock = await lockFolder(folder.path, "Run");
  try {
    // Whoever had the lock may have finished the run.
    const record = await folder.readRecord();
    if (record.status === "finished") return { ...(await endOf(folder)), wasFinished: true };
    const from = await lastState(folder, record, options.onWarning);
    const signal = AbortSignal.any([options.signal, lock.lost]);
    await resumeJob(await jobOf(folder, record, { ...options, signal }), from);
    return { ...(await endOf(folder)), wasFinished: false };
  } finally {
    await lock.release();
  }
}

async function endOf(folder: RunFolder) {
  const { path, reportPath } = folder;
  return { folder: path, reportPath, record: await folder.readRecord(), metrics: await folder.readMetrics() };
}

/** The state that a run is resumed from. */
async function lastState(
  folder: RunFolder,
  record: RunRecord,
  onWarning: ResumeOptions["onWarning"],
): Promise<RunSoFar> {
  const { path, modelPath, checkpointsPath } = folder;
  const newest = await new Checkpoints(checkpointsPath).newest(onWarning);
  if (newest) checkMarks(newest.path, newest.checkpoint.notes, await marksOf(record));
  for (const name of [path, modelPath, checkpointsPath, `${path}/figures`, folder.foldsPath])
    await removeLeftovers(name);
  if (!newest) return { folder, record, epochs: [], timeSeconds: {}, state: undefined };
  const { state, notes } = newest.checkpoint;
  const who = `Checkpoint ${newest.path}`;
  return {
    folder,
    record,
    state,
    epochs: parseWholeHistory(who, notes["history"] ?? ""),
    timeSeconds: JsonFields.parse(who, notes["timeSeconds"] ?? "").numbers(),
  };
}

/** The run's training with its data, as `run.json` describes it. */
async function jobOf(folder: RunFolder, record: RunRecord, options: ResumeOptions): Promise<Job> {
  const { data, load, threads, signal } = options;
  const plan = planOfRun(folder.recordPath, record);
  if (plan.fast && !hasRelaxedSimd()) throw withoutFma(folder);
  await folder.readFirstWeights(plan.model, record);
  const dataset = await dataOfRun(record, { data, load });
  checkSameData(record, dataset);
  return {
    ...plan,
    dataset,
    ...trainingImages(dataset.train, plan),
    threads,
    signal,
    settings: record.recipe,
    runsFolder: folder.path,
    name: dataset.name,
    command: record.command,
    checkpoints: { ...record.checkpoints, ...options.checkpoints },
    tensorBoard: options.tensorBoard === true || (await isFolder(folder.tensorBoardPath)),
    events: options.events(plan.epochs),
  };
}

function checkVersion({ path }: RunFolder, { versions }: RunRecord): void {
  if (versions.heddle === heddleVersion) return;
  throw new HeddleError({
    who: `Run ${path}`,
    expected: `Heddle ${versions.heddle}, which began it, because another version gives different bits`,
    received: heddleVersion,
    next: `Install version ${versions.heddle} to resume it, or train it again from scratch.`,
  });
}

function withoutFma({ path }: RunFolder): HeddleError {
  return new HeddleError({
    who: `Run ${path}`,
    expected: "WebAssembly relaxed SIMD, because it was begun with `fast: true` (fma kernels)",
    received: "a JavaScript engine without it",
    next: "Resume it with a newer Node; the strict kernels give different last bits.",
  });
}

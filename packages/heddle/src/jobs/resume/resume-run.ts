import { HeddleError } from "@heddle/core/internal/base/errors.js";
import { isFolder, removeHalfWritten } from "@heddle/core/internal/base/files-node.js";
import { hasRelaxedSimd } from "@heddle/core/internal/engine/variant.js";
import type { LoadOptions } from "../../datasets/index.js";
import { type CheckpointRule, Checkpoints } from "../../runs/checkpoints.js";
import { parseHistory } from "../../runs/history-csv.js";
import { JsonFields } from "../../runs/json-fields.js";
import type { Metrics, RunRecord } from "../../runs/records.js";
import { RunFolder } from "../../runs/run-folder.js";
import { lockFolder, removeDeadLock } from "../../system/lock.js";
import { heddleVersion } from "../../system/version.js";
import { checkSameData } from "../check-same-data.js";
import type { Job, JobEvents } from "../job.js";
import { datasetOfRun } from "../open-run.js";
import { planOfRun, wasStreamed } from "../plan-of-run.js";
import { streamsOfRun } from "../streams.js";
import { checkMarks, marksOf } from "../train/checkpointing.js";
import { type RunSoFar, resumeJob } from "../train/run-job.js";

export interface ResumeOptions {
  /** Data in place of the run's own; refused where its checksums are others. */
  readonly data?: string | undefined;
  readonly load: LoadOptions;
  /** Threads to compute on; every core by default, however many the run had. */
  readonly threads?: number | undefined;
  /** Instead of the run's own. */
  readonly checkpoints?: CheckpointRule | undefined;
  /** Writes event files for TensorBoard from here on; as the run was begun by default. */
  readonly tensorBoard?: boolean;
  readonly signal: AbortSignal;
  /** Told how many epochs there are in all; what it returns hears of the rest. */
  readonly events: (epochs: number) => JobEvents;
  /** Told of damaged checkpoints, each in a sentence. */
  readonly onWarning: (message: string) => void;
}

/** A run that is over. */
export interface ResumedRun {
  readonly folder: string;
  readonly reportPath: string;
  readonly record: RunRecord;
  readonly metrics: Metrics;
  /** It was over before: nothing was done. */
  readonly wasFinished: boolean;
}

/**
 * Goes on with a run that was stopped, killed or failed, in its folder, to the same bits as if it had never stopped. A
 * finished run is left as it is.
 *
 * @param run a run folder, an id below `root`, or `latest`
 * @throws HeddleError before anything is changed when there is no such run, another process works on it, its last
 *   checkpoint or the data are of another, or this Heddle cannot give the same bits; as `runJob` does while it trains
 */
export async function resumeRun(run: string, root: string, options: ResumeOptions): Promise<ResumedRun> {
  const folder = await RunFolder.open(run, root);
  const before = await folder.readRecord();
  if (before.status === "finished") {
    // It may have been killed when all but this was done. A folder that cannot be written keeps it.
    await removeDeadLock(folder.path).catch(() => {});
    return { ...(await endOf(folder)), wasFinished: true };
  }
  checkVersion(folder, before);
  const lock = await lockFolder(folder.path, "Run");
  try {
    // Whoever had the lock may have finished it.
    const record = await folder.readRecord();
    if (record.status === "finished") return { ...(await endOf(folder)), wasFinished: true };
    const from = await lastState(folder, record, options.onWarning);
    const job = await jobOf(folder, record, options);
    await resumeJob(job, from);
    return { ...(await endOf(folder)), wasFinished: false };
  } finally {
    await lock.release();
  }
}

async function endOf(folder: RunFolder) {
  const { path, reportPath } = folder;
  return { folder: path, reportPath, record: await folder.readRecord(), metrics: await folder.readMetrics() };
}

/** Where a run goes on. */
async function lastState(
  folder: RunFolder,
  record: RunRecord,
  onWarning: ResumeOptions["onWarning"],
): Promise<RunSoFar> {
  const { path, modelPath, checkpointsPath } = folder;
  const found = await new Checkpoints(checkpointsPath).newest(onWarning);
  if (found) checkMarks(found.path, found.checkpoint.notes, await marksOf(record));
  await removeHalfWritten(path, modelPath, checkpointsPath, `${path}/figures`);
  if (!found) return { folder, record, epochs: [], timeSeconds: {}, state: undefined };
  const { state, notes } = found.checkpoint;
  const who = `Checkpoint ${found.path}`;
  return {
    ...{ folder, record, state },
    epochs: parseHistory(who, notes["history"] ?? ""),
    timeSeconds: JsonFields.parse(who, notes["timeSeconds"] ?? "").numbers(),
  };
}

/** The run's training with its data, as `run.json` describes it. */
async function jobOf(folder: RunFolder, record: RunRecord, options: ResumeOptions): Promise<Job> {
  const { data, load, threads, signal } = options;
  const plan = planOfRun(folder.recordPath, record);
  if (plan.fast && !hasRelaxedSimd()) throw withoutFma(folder);
  const { dataset, streams } = wasStreamed(record)
    ? await streamsOfRun(record, data, load)
    : { dataset: await datasetOfRun(record, data, load), streams: undefined };
  checkSameData(record, dataset);
  return {
    ...plan,
    dataset,
    streams,
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
    expected: `Heddle ${versions.heddle}, which began it, as another version gives other bits`,
    received: heddleVersion,
    next: `Install version ${versions.heddle} to go on, or begin again: heddle train ${path}.`,
  });
}

function withoutFma({ path }: RunFolder): HeddleError {
  return new HeddleError({
    who: `Run ${path}`,
    expected: "WebAssembly relaxed SIMD, as it was begun with --fast (fma kernels)",
    received: "a JavaScript engine without",
    next: "Go on with a newer Node; the strict kernels give other last bits.",
  });
}

import { readdir, realpath } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { HeddleError, messageOf } from "@heddle/core/internal/base/errors.js";
import { fileError, hasFile, isFolder } from "@heddle/core/internal/base/files-node.js";
import type { Interval } from "@heddle/core/internal/evaluate/index.js";
import type { OnDamagedLine } from "@heddle/core/internal/records/lines.js";
import { isDated } from "@heddle/core/internal/records/run-ids.js";
import { type RunRecord, runStatuses } from "@heddle/core/internal/records/run-record.js";
import { hearSignal } from "../system/hear-signal.js";
import { isLocked } from "../system/lock.js";
import { RunFolder } from "./run-folder.js";
import { isRun, runsNamed } from "./run-list.js";

/** A run's status as seen from outside: `killed` is one whose `run.json` says that it is running, but it is not. */
export const listedStatuses = [...runStatuses, "killed"] as const;
export type ListedStatus = (typeof listedStatuses)[number];

/** A run's status at this moment. */
export async function statusNow({ status }: Pick<RunRecord, "status">, path: string): Promise<ListedStatus> {
  return status === "running" && !(await isLocked(path)) ? "killed" : status;
}

/** A run in a line of a list. */
export interface RunSummary {
  /** The name of its folder. */
  readonly id: string;
  readonly path: string;
  /** Its name; `null` if it has none. */
  readonly name: string | null;
  readonly tags: readonly string[];
  readonly status: ListedStatus;
  /** Short name: `fashion-mnist`. */
  readonly dataset: string;
  readonly seed: number;
  readonly epochs: { readonly done: number; readonly planned: number };
  /** 0..1; `null` until it is measured, at the end of the run. */
  readonly testAccuracy: number | null;
  /** Wilson's interval of the test accuracy; `null` until it is measured, and for runs of earlier versions. */
  readonly testInterval: Interval | null;
  /** Of the training images, each judged by a model that was not trained on it; `null` for a run without folds. */
  readonly crossValidation: { readonly accuracy: number; readonly interval: Interval } | null;
  readonly testLoss: number | null;
  readonly trainAccuracy: number | null;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly finishedAt: string | null;
  /** From the loaded data to the end of the evaluation; `null` until the run is finished. */
  readonly seconds: number | null;
  readonly weightsSha256: string | null;
}

/** A run that cannot be read. */
export interface DamagedRun {
  readonly id: string;
  readonly path: string;
  /** Which file is wrong and how, in a sentence. */
  readonly reason: string;
}

/** Runs that are read at the same time: enough to keep a disk busy, too few to run out of open files. */
const READ_AT_ONCE = 32;

/**
 * Reads every run of a folder, oldest first. Damaged runs are listed apart, so that one bad file hides no other run. For
 * each `labels.jsonl` and `history.csv` with damaged lines, which are skipped, there is a warning.
 *
 * @param root the folder of all runs; if it is missing, there are none
 * @throws HeddleError when the folder itself cannot be read; AbortedError on `signal`
 * @example
 * const { runs } = await readRuns("runs");
 * runs.at(-1)?.testAccuracy; // 0.9276
 */
export async function readRuns(
  root: string,
  signal?: AbortSignal,
): Promise<{
  readonly runs: readonly RunSummary[];
  readonly damaged: readonly DamagedRun[];
  readonly warnings: readonly string[];
}> {
  const ids = await runIds(root);
  const all: (RunSummary | DamagedRun)[] = new Array(ids.length);
  const warnings: string[] = [];
  const onWarning = (message: string) => warnings.push(message);
  let next = 0;
  const reader = async () => {
    for (let at = next++; at < ids.length; at = next++) {
      await hearSignal(signal, "Reading the runs");
      all[at] = await readRun(join(root, ids[at]!), onWarning);
    }
  };
  await Promise.all(Array.from({ length: READ_AT_ONCE }, reader));
  const runs = all.filter((one): one is RunSummary => !("reason" in one));
  return {
    runs: runs.sort((a, b) => Date.parse(a.startedAt) - Date.parse(b.startedAt)),
    damaged: all.filter((one): one is DamagedRun => "reason" in one),
    warnings,
  };
}

/** The folders that are runs, or are named like one: those that lost their `run.json` are reported, too. */
async function runIds(root: string): Promise<readonly string[]> {
  try {
    const names = (await readdir(root)).filter((name) => !name.startsWith(".")).sort();
    const areRuns = await Promise.all(names.map((name) => isRunLike(join(root, name))));
    return names.filter((_, index) => areRuns[index]);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw fileError(root, "a folder of runs", thrown);
  }
}

async function isRunLike(path: string): Promise<boolean> {
  return (await isRun(path)) || (isDated(basename(path)) && (await isFolder(path)));
}

async function readRun(path: string, onWarning: OnDamagedLine): Promise<RunSummary | DamagedRun> {
  const id = basename(path);
  try {
    if (!(await hasFile(join(path, "run.json"))))
      return { id, path, reason: "There is no run.json in its folder." };
    const folder = await RunFolder.open(path);
    const [record, { name, tags }, history] = await Promise.all([
      folder.readRecord(),
      folder.readTags(onWarning),
      folder.readHistory(onWarning),
    ]);
    const metrics = (await hasFile(folder.metricsPath)) ? await folder.readMetrics() : null;
    const crossValidation = metrics?.crossValidation;
    return {
      id,
      path,
      name,
      tags,
      status: await statusNow(record, path),
      dataset: record.dataset.name,
      seed: record.recipe.seed,
      epochs: { done: history.epochs.at(-1)?.epoch ?? 0, planned: record.recipe.epochs },
      testAccuracy: metrics?.test.accuracy ?? null,
      testInterval: metrics?.test.interval ?? null,
      crossValidation: crossValidation
        ? { accuracy: crossValidation.accuracy, interval: crossValidation.interval }
        : null,
      testLoss: metrics?.test.loss ?? null,
      trainAccuracy: metrics?.train.accuracy ?? null,
      startedAt: record.startedAt,
      finishedAt: record.finishedAt ?? null,
      seconds: metrics?.timeSeconds.total ?? null,
      weightsSha256: record.weightsSha256 ?? null,
    };
  } catch (thrown) {
    return { id, path, reason: messageOf(thrown) };
  }
}

/**
 * The path of a run directly below a folder of runs, damaged or not. Only these are renamed and deleted.
 *
 * @param root the folder of all runs
 * @param run an id, a name, `latest`, or the path of a folder directly below `root`
 * @throws HeddleError when there is no such run, or it is in another folder
 */
export async function findInStore(root: string, run: string): Promise<string> {
  if (run === "latest") return (await RunFolder.open(run, root)).path;
  const home = await realpath(root).catch(() => resolve(root));
  let elsewhere = false;
  for (const path of [resolve(root, run), resolve(run)]) {
    if (!(await isRunLike(path))) continue;
    const parent = await realpath(dirname(path)).catch(() => dirname(path));
    if (parent === home) return join(root, basename(path));
    elsewhere = true;
  }
  const named = elsewhere ? [] : await runsNamed(root, run);
  if (named.length === 1) return join(root, named[0]!);
  const received = elsewhere
    ? "one in another folder"
    : named.length > 1
      ? `${named.length} with that name: ${named.join(", ")}`
      : "none with that name";
  throw new HeddleError({
    who: `Run ${run}`,
    expected: `one run in ${root}`,
    received,
    next: "List the runs to see their ids, or set `runsFolder` to another folder of runs.",
  });
}

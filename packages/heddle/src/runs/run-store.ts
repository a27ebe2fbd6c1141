import { readdir, realpath } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { HeddleError, messageOf } from "@heddle/core/internal/base/errors.js";
import { fileError, isFile, isFolder } from "@heddle/core/internal/base/files-node.js";
import { isLocked } from "../system/lock.js";
import { type RunRecord, runStatuses } from "./records.js";
import { isDated, RunFolder, runsNamed } from "./run-folder.js";

/** How a run stands as seen from outside: `killed` is one that says it is running and is not. */
export const listedStatuses = [...runStatuses, "killed"] as const;
export type ListedStatus = (typeof listedStatuses)[number];

/** How a run stands at this moment. */
export async function statusNow({ status }: Pick<RunRecord, "status">, path: string): Promise<ListedStatus> {
  return status === "running" && !(await isLocked(path)) ? "killed" : status;
}

/** A run of a folder of runs, in a line. */
export interface RunSummary {
  /** The name of its folder. */
  readonly id: string;
  readonly path: string;
  /** What people call it; `null` where nobody named it. */
  readonly name: string | null;
  readonly tags: readonly string[];
  readonly status: ListedStatus;
  /** Short name: `fashion-mnist`. */
  readonly dataset: string;
  readonly seed: number;
  readonly epochs: { readonly done: number; readonly planned: number };
  /** 0..1; `null` where it was not measured, as in a run that is not over. */
  readonly testAccuracy: number | null;
  readonly testLoss: number | null;
  readonly trainAccuracy: number | null;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly finishedAt: string | null;
  /** From the data at hand to the end of the evaluation; `null` where the run is not over. */
  readonly seconds: number | null;
  readonly weightsSha256: string | null;
}

/** A run that cannot be read. */
export interface DamagedRun {
  readonly id: string;
  readonly path: string;
  /** What is wrong with which file, in a sentence. */
  readonly reason: string;
}

/** How many runs are read at the same time: enough to keep a disk busy, too few to run out of open files. */
const READ_AT_ONCE = 32;

/**
 * Every run of a folder, the oldest first; those that are damaged apart, so that one bad file hides no other run.
 *
 * @param root the folder of all runs; none are found where it is missing
 * @throws HeddleError when the folder itself cannot be read
 * @example
 * const { runs } = await readRuns("runs");
 * runs.at(-1)?.testAccuracy; // 0.9276
 */
export async function readRuns(
  root: string,
): Promise<{ readonly runs: readonly RunSummary[]; readonly damaged: readonly DamagedRun[] }> {
  const ids = await runIds(root);
  const found: (RunSummary | DamagedRun)[] = new Array(ids.length);
  let next = 0;
  const reader = async () => {
    while (next < ids.length) {
      const at = next++;
      found[at] = await readRun(join(root, ids[at]!));
    }
  };
  await Promise.all(Array.from({ length: READ_AT_ONCE }, reader));
  const runs = found.filter((one): one is RunSummary => !("reason" in one));
  return {
    runs: runs.sort((a, b) => Date.parse(a.startedAt) - Date.parse(b.startedAt)),
    damaged: found.filter((one): one is DamagedRun => "reason" in one),
  };
}

/** The folders that are runs, or have the name of one: of those that lost their `run.json` people must hear, too. */
async function runIds(root: string): Promise<readonly string[]> {
  try {
    const names = (await readdir(root)).filter((name) => !name.startsWith(".")).sort();
    const found = await Promise.all(names.map((name) => isRunLike(join(root, name))));
    return names.filter((_, index) => found[index]);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw fileError(root, "a folder of runs", thrown);
  }
}

async function isRunLike(path: string): Promise<boolean> {
  return (await isFile(join(path, "run.json"))) || (isDated(basename(path)) && (await isFolder(path)));
}

async function readRun(path: string): Promise<RunSummary | DamagedRun> {
  const id = basename(path);
  try {
    if (!(await isFile(join(path, "run.json")))) {
      return { id, path, reason: "There is no run.json in its folder." };
    }
    const folder = await RunFolder.open(path);
    const [record, labels, history] = await Promise.all([
      folder.readRecord(),
      folder.readLabels(),
      folder.readHistory(),
    ]);
    const metrics = (await isFile(folder.metricsPath)) ? await folder.readMetrics() : null;
    return {
      id,
      path,
      name: labels.name,
      tags: labels.tags,
      status: await statusNow(record, path),
      dataset: record.dataset.name,
      seed: record.recipe.seed,
      epochs: { done: history.epochs.length, planned: record.recipe.epochs },
      testAccuracy: metrics?.test.accuracy ?? null,
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
 * The path of a run that lies in a folder of runs and nowhere else: what may be renamed and deleted. A damaged one
 * counts.
 *
 * @param root the folder of all runs
 * @param run an id, a name, `latest`, or the path of a folder directly below `root`
 * @throws HeddleError when there is none, or the path leads elsewhere
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
    ? "one that lies elsewhere"
    : named.length > 1
      ? `the name of ${named.length}: ${named.join(", ")}`
      : "none of that name";
  throw new HeddleError({
    who: `Run ${run}`,
    expected: `one run in ${root}`,
    received,
    next: "See heddle runs for their ids; --run-dir names another folder of runs.",
  });
}

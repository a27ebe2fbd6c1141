import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { HeddleError } from "@heddle/core/internal/base/errors.js";
import { hasFile, isFile, isFolder, readTextFile } from "@heddle/core/internal/base/files-node.js";
import { formatTime, isDated } from "@heddle/core/internal/records/run-ids.js";
import { parseRunRecord } from "@heddle/core/internal/records/run-record.js";
import { readTags } from "./tags.js";

/** Whether a folder is a run. */
export function isRun(path: string): Promise<boolean> {
  return isFile(join(path, "run.json"));
}

/** The ids of the runs in a folder, oldest first; none when the folder is missing. */
export async function listRuns(root: string): Promise<readonly string[]> {
  if (!(await isFolder(root))) return [];
  const names = (await readdir(root)).sort();
  const areRuns = await Promise.all(names.map((name) => isRun(join(root, name))));
  return names.filter((_, index) => areRuns[index]);
}

/** The ids of the runs with a name; a run whose tags are damaged has none. */
export async function runsNamed(root: string, name: string): Promise<readonly string[]> {
  const ids = await listRuns(root);
  const tags = await Promise.all(ids.map((id) => readTags(join(root, id)).catch(() => undefined)));
  const wanted = name.normalize("NFC");
  return ids.filter((_, index) => tags[index]?.name === wanted);
}

/**
 * The path of a run.
 *
 * @param run the path of a run folder, the id or the name of a run below `root`, or `latest`
 * @param root the folder of all runs
 * @throws HeddleError when there is no such run, or more than one with that name
 */
export async function findRun(run: string, root: string): Promise<string> {
  if (run === "latest") {
    const newest = await newestRun(root);
    if (newest !== undefined) return join(root, newest);
    throw notFound(`Runs in ${root}`, "at least one run", "none");
  }
  for (const path of [run, join(root, run)]) {
    if (await isRun(path)) return path;
  }
  const named = await runsNamed(root, run);
  if (named.length === 1) return join(root, named[0]!);
  if (named.length > 1) throw notFound(`Run ${run}`, "one run with that name", named.join(" and "));
  // A pipe or a device in place of run.json is named.
  for (const path of [run, join(root, run)]) await hasFile(join(path, "run.json"));
  const received = (await isFolder(run)) ? "a folder without run.json" : "no such folder";
  throw notFound(`Run ${run}`, `a run folder or the id of a run in ${root}`, received);
}

/** The run that began last. Its id tells when, unless the folder was renamed: then `run.json` does. */
async function newestRun(root: string): Promise<string | undefined> {
  const ids = await listRuns(root);
  const starts = await Promise.all(ids.map((id) => (isDated(id) ? id : startOf(join(root, id)))));
  const order = ids.map((id, index) => ({ id, at: starts[index]! }));
  return order.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0)).at(-1)?.id;
}

/** When a run began, as its first id started; empty for a damaged one, which then comes first. */
async function startOf(path: string): Promise<string> {
  const record = join(path, "run.json");
  try {
    return formatTime(new Date(parseRunRecord(record, await readTextFile(record)).startedAt));
  } catch {
    return "";
  }
}

function notFound(who: string, expected: string, received: string): HeddleError {
  const next = "Pass the path of a run folder, an id, a name, or latest.";
  return new HeddleError({ who, expected, received, next });
}

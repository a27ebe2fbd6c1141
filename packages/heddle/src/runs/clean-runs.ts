import type { Dirent } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { removeLeftovers } from "@heddle/core/internal/base/aside-node.js";
import { fileError, isFile } from "@heddle/core/internal/base/files-node.js";
import { hearSignal } from "../system/hear-signal.js";
import { removeDeadLock } from "../system/lock.js";
import { isRun } from "./run-list.js";

/**
 * Removes what killed processes left in a folder of runs: temporary files, runs that were being deleted, and locks. What
 * a process that is alive has there stays, and so does everything that Heddle did not make. No link is followed.
 *
 * @param root the folder of all runs; if it is missing, there is nothing to remove
 * @returns the paths of what was removed
 * @throws HeddleError when the folder cannot be read or written; AbortedError on `signal`, between two runs
 */
export async function cleanRuns(root: string, signal?: AbortSignal): Promise<readonly string[]> {
  const removed = [...(await removeLeftovers(root))];
  for (const name of await foldersIn(root)) {
    await hearSignal(signal, "Cleaning up");
    const path = join(root, name);
    if (!(await isOurs(path))) continue;
    removed.push(...(await cleanFolder(path)), ...(await removeDeadLock(path)));
  }
  return removed;
}

/** A run, or a study. */
async function isOurs(path: string): Promise<boolean> {
  return (await isRun(path)) || (await isFile(join(path, "study.json")));
}

/** Removes leftovers in a folder and in all folders below it. */
async function cleanFolder(path: string): Promise<readonly string[]> {
  const removed = [...(await removeLeftovers(path))];
  for (const name of await foldersIn(path)) removed.push(...(await cleanFolder(join(path, name))));
  return removed;
}

/** Folders themselves, not links to some. */
async function foldersIn(path: string): Promise<readonly string[]> {
  try {
    const entries: Dirent[] = await readdir(path, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw fileError(path, "a folder that can be read", thrown);
  }
}

import { mkdir, rename, rm, rmdir } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { asideOf, removeLeftovers } from "@heddle/core/internal/base/aside-node.js";
import { HeddleError } from "@heddle/core/internal/base/errors.js";
import { fileError, isFolder } from "@heddle/core/internal/base/files-node.js";
import type { OnDamagedLine } from "@heddle/core/internal/records/lines.js";
import { RUN_FILES, RUN_PICTURES } from "@heddle/core/internal/records/run-files.js";
import { checkName, checkTag, type RunTags } from "@heddle/core/internal/records/run-tags.js";
import { isLocked, waitForFolder } from "../system/lock.js";
import { firstStranger } from "../system/ours.js";
import { RunFolder } from "./run-folder.js";
import { runsNamed } from "./run-list.js";
import { findInStore } from "./run-store.js";

/**
 * Adds tags to a run, or removes them. Adding one that it has, or removing one that it does not have, is no error.
 * Several processes may change tags at once.
 *
 * @param options.onWarning called with a sentence if `labels.jsonl` has damaged lines, which are skipped
 * @returns the run, and its name and tags as they are now
 * @throws HeddleError when there is no such run, or a tag could be mistaken for something else on a command line
 */
export async function tagRun(
  root: string,
  run: string,
  tags: readonly string[],
  options: { readonly remove?: boolean; readonly onWarning?: OnDamagedLine } = {},
): Promise<{ readonly run: RunFolder } & RunTags> {
  const checked = tags.map(checkTag);
  const folder = await RunFolder.open(await findInStore(root, run));
  for (const tag of checked) {
    const at = new Date().toISOString();
    await folder.changeTags(options.remove ? { at, untag: tag } : { at, tag });
  }
  return { run: folder, ...(await folder.readTags(options.onWarning)) };
}

/**
 * Gives a run a name, which finds it like its id. Its folder stays where it is. The run's own id as the name removes
 * the name that it had.
 *
 * @throws HeddleError when there is no such run, the name is a path, or another run has it
 */
export async function nameRun(root: string, run: string, name: string): Promise<RunFolder> {
  const checked = checkName(name);
  const folder = await RunFolder.open(await findInStore(root, run));
  const at = new Date().toISOString();
  if (checked === folder.id) {
    await folder.changeTags({ at, name: null });
    return folder;
  }
  return alone(root, async () => {
    const others = (await runsNamed(root, checked)).filter((id) => id !== folder.id);
    if (others[0] !== undefined) throw isTaken(checked, others[0]);
    if (await isFolder(join(root, checked))) throw isTaken(checked, checked);
    await folder.changeTags({ at, name: checked });
    return folder;
  });
}

/**
 * Renames a run's folder, and with it its id.
 *
 * @throws HeddleError when there is no such run, it is still training, or the name is taken or is a path
 */
export async function renameRunFolder(root: string, run: string, id: string): Promise<RunFolder> {
  checkId(id);
  const folder = await RunFolder.open(await findInStore(root, run));
  if (id === folder.id) return folder;
  if (await isLocked(folder.path)) {
    throw underWay(folder.path, "Wait until it ends, or name it without `folder: true`.");
  }
  return alone(root, async () => {
    const [named] = (await runsNamed(root, id)).filter((other) => other !== folder.id);
    if (named !== undefined) throw isTaken(id, named);
    const target = join(root, id);
    try {
      // The system gives the name to one process only; a folder can then be moved over this empty one.
      await mkdir(target);
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code === "EEXIST") throw isTaken(id, id);
      throw fileError(target, "a folder that can be made", thrown);
    }
    try {
      if (process.platform === "win32") await rmdir(target);
      await rename(folder.path, target);
    } catch (thrown) {
      await rmdir(target).catch(() => undefined);
      throw fileError(folder.path, "a folder that can be renamed", thrown);
    }
    return RunFolder.open(target);
  });
}

/** Does something while no other process names runs of a folder: what is free when it looks is free when it writes. */
async function alone<T>(root: string, work: () => Promise<T>): Promise<T> {
  const lock = await waitForFolder(root, "Folder");
  try {
    return await work();
  } finally {
    await lock.release();
  }
}

/**
 * Finds all runs to delete before the first one is deleted.
 *
 * @param options.force whether runs that are still training are deleted, too; false by default
 * @returns their paths, each once
 * @throws HeddleError when one of them is missing, holds anything that is not a run's, or is still training without `force`
 */
export async function findToDelete(
  root: string,
  runs: readonly string[],
  options: { readonly force?: boolean } = {},
): Promise<readonly string[]> {
  const paths = new Set<string>();
  for (const run of runs) {
    const path = await findInStore(root, run);
    paths.add(path);
    const stranger = await firstStranger(path, RUN_FILES, RUN_PICTURES);
    if (stranger !== undefined) throw holdsMore(path, stranger);
    if (!options.force && (await isLocked(path))) throw underWay(path, "Stop it, or set `force: true`.");
  }
  return [...paths];
}

/** Deletes a run's folder. It is renamed first, so that a kill leaves no half of a run. */
export async function deleteRunFolder(path: string): Promise<void> {
  const aside = await asideOf(resolve(path), "deleted");
  try {
    await removeLeftovers(dirname(aside));
    await rename(path, aside);
    await rm(aside, { recursive: true, force: true, maxRetries: 3 });
  } catch (thrown) {
    throw fileError(path, "a folder that can be deleted", thrown);
  }
}

function holdsMore(path: string, stranger: string): HeddleError {
  return new HeddleError({
    who: `Run ${basename(path)}`,
    expected: "a folder that holds only what a run writes",
    received: `one that also holds ${stranger}`,
    next: "Move that to another place, or remove the folder yourself.",
  });
}

function underWay(path: string, next: string): HeddleError {
  return new HeddleError({
    who: `Run ${basename(path)}`,
    expected: "a run that has ended",
    received: "one that is still training",
    next,
  });
}

function checkId(id: string): void {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(id) && !id.endsWith(".") && id !== "latest") return;
  throw new HeddleError({
    who: "Name of a run's folder",
    expected: "up to 100 letters, digits, dots, hyphens or underscores, and not latest",
    received: JSON.stringify(id),
    next: "Choose another name. A run cannot leave the folder of runs.",
  });
}

function isTaken(name: string, id: string): HeddleError {
  return new HeddleError({
    who: `Name ${name}`,
    expected: "a name that no other run has",
    received: `the name of ${id}`,
    next: "Choose another name.",
  });
}

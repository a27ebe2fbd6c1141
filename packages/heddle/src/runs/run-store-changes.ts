import { randomBytes } from "node:crypto";
import { mkdir, rename, rm, rmdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { HeddleError } from "@heddle/core/internal/base/errors.js";
import { fileError, isFolder } from "@heddle/core/internal/base/files-node.js";
import { isLocked } from "../system/lock.js";
import { checkName, checkTag, type RunLabels } from "./labels.js";
import { RunFolder, runsNamed } from "./run-folder.js";
import { findInStore } from "./run-store.js";

/**
 * Adds tags to a run, or takes them away; one that is there already, or is not, is no fault. Several processes may do
 * so at once.
 *
 * @returns the run's labels as they are now
 * @throws HeddleError when there is no such run, or a tag could not be typed again
 */
export async function tagRun(
  root: string,
  run: string,
  tags: readonly string[],
  options: { readonly remove?: boolean } = {},
): Promise<{ readonly run: RunFolder; readonly labels: RunLabels }> {
  const checked = tags.map(checkTag);
  const folder = await RunFolder.open(await findInStore(root, run));
  for (const tag of checked) {
    const at = new Date().toISOString();
    await folder.changeLabel(options.remove ? { at, untag: tag } : { at, tag });
  }
  return { run: folder, labels: await folder.readLabels() };
}

/**
 * Gives a run a name that every command finds it by. Its folder stays. The id as its name takes the name away.
 *
 * @throws HeddleError when there is no such run, the name is a path, or another run has it
 */
export async function nameRun(root: string, run: string, name: string): Promise<RunFolder> {
  const checked = checkName(name);
  const folder = await RunFolder.open(await findInStore(root, run));
  const at = new Date().toISOString();
  if (checked === folder.id) {
    await folder.changeLabel({ at, name: null });
    return folder;
  }
  const others = (await runsNamed(root, checked)).filter((id) => id !== folder.id);
  if (others[0] !== undefined) throw isTaken(checked, others[0]);
  if (await isFolder(join(root, checked))) throw isTaken(checked, checked);
  await folder.changeLabel({ at, name: checked });
  return folder;
}

/**
 * Renames a run's folder, and with it its id.
 *
 * @throws HeddleError when there is no such run, it still trains, or the name is taken or a path
 */
export async function renameRunFolder(root: string, run: string, id: string): Promise<RunFolder> {
  checkId(id);
  const folder = await RunFolder.open(await findInStore(root, run));
  if (id === folder.id) return folder;
  if (await isLocked(folder.path))
    throw underWay(folder.path, "Wait for its end, or name it without --folder.");
  const [named] = (await runsNamed(root, id)).filter((other) => other !== folder.id);
  if (named !== undefined) throw isTaken(id, named);
  const target = join(root, id);
  try {
    // The system gives the name to one process alone; a folder may then be moved over an empty one.
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
}

/**
 * Finds runs that are to be deleted, before any of them is.
 *
 * @returns their paths, each once
 * @throws HeddleError when one of them is not there, or still trains and `force` does not say so
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
    if (!options.force && (await isLocked(path))) throw underWay(path, "Stop it, or add --force.");
  }
  return [...paths];
}

/** Deletes a run's folder: first it gets another name, so that a kill leaves no half of a run behind. */
export async function deleteRunFolder(path: string): Promise<void> {
  const aside = join(path, "..", `.deleted-${basename(path)}-${randomBytes(4).toString("hex")}`);
  try {
    await rename(path, aside);
    await rm(aside, { recursive: true, force: true, maxRetries: 3 });
  } catch (thrown) {
    throw fileError(path, "a folder that can be deleted", thrown);
  }
}

function underWay(path: string, next: string): HeddleError {
  return new HeddleError({
    who: `Run ${basename(path)}`,
    expected: "a run that is over",
    received: "one under way",
    next,
  });
}

function checkId(id: string): void {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(id) && !id.endsWith(".") && id !== "latest") return;
  throw new HeddleError({
    who: "Name of a run's folder",
    expected: "up to 100 letters, digits, dots, hyphens or underscores, and not latest",
    received: JSON.stringify(id),
    next: "Choose another name; a folder stays in the folder of runs.",
  });
}

function isTaken(name: string, id: string): HeddleError {
  return new HeddleError({
    who: `Name ${name}`,
    expected: "one that no other run has",
    received: `that of ${id}`,
    next: "Choose another name.",
  });
}

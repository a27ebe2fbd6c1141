import { createHash, randomBytes } from "node:crypto";
import { lstat, readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { describeProcess, isRunning, type ProcessDescription } from "./process-node.js";

// What is written, replaced or deleted is for a moment under a temporary name next to its place: `.NAME.heddle-MARK.KIND`.
// The mark says which process gave it, so that what a killed process left can be told from what another one is writing.

/** `tmp`: written, not complete. `old`: replaced, put back if the new one does not arrive. `deleted`: being deleted. */
type AsideKind = "tmp" | "old" | "deleted";

const ASIDE = /^\.(.+)\.heddle-([0-9a-f]{8})-(\d+)-(\d*)-[0-9a-f]{8}\.(tmp|old|deleted)$/;

/** After how long without a change something is taken for left behind, if its process cannot be seen from here. */
const FORGOTTEN_MS = 24 * 60 * 60 * 1000;

let own: Promise<ProcessDescription> | undefined;

/** Does not change, and is wanted for every file that is written. */
function thisProcess(): Promise<ProcessDescription> {
  own ??= describeProcess();
  return own;
}

/** Whether a file or folder has a temporary name of Heddle's. */
export function isAside(name: string): boolean {
  return ASIDE.test(name);
}

/** A temporary name next to `path` that nobody else uses, and that says which process uses it. */
export async function asideOf(path: string, kind: AsideKind): Promise<string> {
  const { scope, pid, start } = await thisProcess();
  const mark = `${shortened(scope)}-${pid}-${start}-${randomBytes(4).toString("hex")}`;
  return join(dirname(path), `.${basename(path)}.heddle-${mark}.${kind}`);
}

/**
 * Removes what killed processes left in a folder under temporary names, and puts back what they had moved out of the way
 * without replacing it. Files of processes that are alive stay, and so does everything that Heddle did not name.
 *
 * @param folder may be missing
 * @returns the paths of what was removed or put back
 */
export async function removeLeftovers(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch(() => []);
  const done: string[] = [];
  for (const name of names) {
    const match = ASIDE.exec(name);
    const path = join(folder, name);
    if (!match || !(await isLeft(path, match))) continue;
    const target = join(folder, match[1]!);
    // A disk that cannot be written keeps them: that is no fault of what is being done now.
    if (match[5] === "old" && !(await isThere(target))) {
      if (await succeeds(rename(path, target))) done.push(target);
    } else if (await succeeds(rm(path, { recursive: true, force: true, maxRetries: 3 }))) done.push(path);
  }
  return done;
}

async function isLeft(path: string, [, , scope, pid, start]: RegExpExecArray): Promise<boolean> {
  const me = await thisProcess();
  if (me.scope !== "" && scope === shortened(me.scope)) {
    return !(await isRunning({ pid: Number(pid), start: start! }));
  }
  const entry = await lstat(path).catch(() => undefined);
  return entry !== undefined && Date.now() - entry.mtimeMs > FORGOTTEN_MS;
}

function shortened(scope: string): string {
  return createHash("sha256").update(scope).digest("hex").slice(0, 8);
}

/** Whether anything is at the path, a link that leads nowhere included. */
async function isThere(path: string): Promise<boolean> {
  return succeeds(lstat(path));
}

function succeeds(action: Promise<unknown>): Promise<boolean> {
  return action.then(
    () => true,
    () => false,
  );
}

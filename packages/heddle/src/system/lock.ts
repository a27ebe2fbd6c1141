import { randomBytes } from "node:crypto";
import { link, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { HeddleError } from "@heddle/core/internal/base/errors.js";
import { fileError, makeFolder } from "@heddle/core/internal/base/files-node.js";

/** How often whoever has a folder touches its lock, so that another machine sees that it is alive. */
const BEAT_MS = 1000;
/** How long a lock of another machine may go untouched. Network file systems may show a touch seconds later. */
const SILENCE_MS = 5000;

/**
 * Takes a folder for this process, so that two do not write into it side by side. A process that was killed leaves its
 * lock behind, which the next one takes over: at once on the same machine, after five seconds without a sign of life on
 * another.
 *
 * @param what the folder is, for messages: `Run`
 * @returns what gives the folder free again
 * @throws HeddleError when a process that is alive has it
 */
export async function lockFolder(folder: string, what: string): Promise<() => Promise<void>> {
  const path = lockPath(folder);
  const mine = `${hostname()} ${process.pid} ${(await startOf(process.pid)) ?? ""}`.trim();
  const taken = (holder: string) => takenError(`${what} ${folder}`, path, holder, what);
  try {
    await makeFolder(folder);
    if (!(await create(path, mine))) {
      const holder = await holderOf(path);
      if (await isAlive(path, holder)) throw taken(holder);
      await removeDead(path, holder);
      if (!(await create(path, mine))) throw taken(await holderOf(path));
    }
  } catch (thrown) {
    if (thrown instanceof HeddleError) throw thrown;
    throw fileError(folder, "a folder that can be written", thrown);
  }
  const beat = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => {});
  }, BEAT_MS);
  beat.unref();
  return async () => {
    clearInterval(beat);
    // On a disk that cannot be written any more it stays, and is a dead process's from then on.
    if ((await holderOf(path)) === mine) await rm(path, { force: true }).catch(() => {});
  };
}

/** Removes the lock that a killed process left; one of a process that is alive stays. */
export async function removeDeadLock(folder: string): Promise<void> {
  const path = lockPath(folder);
  const holder = await holderOf(path);
  if (!(await isAlive(path, holder))) await removeDead(path, holder);
}

/** Whether a process that is alive has the folder. */
export async function isLocked(folder: string): Promise<boolean> {
  const path = lockPath(folder);
  const holder = await holderOf(path);
  return holder !== "" && isAlive(path, holder);
}

function lockPath(folder: string): string {
  return join(folder, "lock");
}

/** `HOST PID START`; nothing where there is no lock. */
async function holderOf(path: string): Promise<string> {
  return (await readFile(path, "utf8").catch(() => "")).trim();
}

/** False when the lock is there already. */
async function create(path: string, content: string): Promise<boolean> {
  try {
    await writeFile(path, `${content}\n`, { flag: "wx" });
    return true;
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw thrown;
  }
}

/** Removes a dead process's lock, and gives it back should another have taken it in between. */
async function removeDead(path: string, holder: string): Promise<void> {
  const aside = `${path}.${randomBytes(6).toString("hex")}`;
  try {
    await rename(path, aside);
  } catch (thrown) {
    // Another was faster: whether it has the lock by now is seen when it is created.
    if ((thrown as NodeJS.ErrnoException).code === "ENOENT") return;
    throw thrown;
  }
  if ((await holderOf(aside)) !== holder) await link(aside, path).catch(() => {});
  await rm(aside, { force: true });
}

/** Whether the process that wrote a lock still runs. */
async function isAlive(path: string, holder: string): Promise<boolean> {
  const [host, id, start] = holder.split(" ");
  const pid = Number(id);
  if (host !== hostname()) return host !== "" && isTouched(path);
  if (!Number.isSafeInteger(pid) || pid < 1 || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
  } catch (thrown) {
    // EPERM: it runs, as another user.
    if ((thrown as NodeJS.ErrnoException).code !== "EPERM") return false;
  }
  // Numbers of processes come again.
  const startNow = await startOf(pid);
  return start === undefined || startNow === undefined || start === startNow;
}

/** Waits for a sign of life. Times are compared with each other alone: clocks differ, and jump. */
async function isTouched(path: string): Promise<boolean> {
  const touched = async () => (await stat(path).catch(() => undefined))?.mtimeMs;
  const before = await touched();
  for (let waitedMs = 0; waitedMs < SILENCE_MS; waitedMs += BEAT_MS / 2) {
    await new Promise((resolve) => setTimeout(resolve, BEAT_MS / 2));
    if ((await touched()) !== before) return true;
  }
  return false;
}

/** When a process began, in the system's own count, where the system tells (Linux). */
async function startOf(pid: number): Promise<string | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  // The 22nd field; the second is a name in parentheses that may hold anything.
  return text.slice(text.lastIndexOf(")") + 2).split(" ")[19];
}

function takenError(who: string, path: string, holder: string, what: string): HeddleError {
  const [host, pid] = holder.split(" ");
  return new HeddleError({
    who,
    expected: "no other process at work on it",
    received: `process ${pid} on ${host}`,
    next: `Wait for its end, or delete ${path} if it is no ${what.toLowerCase()}.`,
  });
}

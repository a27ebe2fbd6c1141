import { randomBytes } from "node:crypto";
import { link, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { asideOf, removeLeftovers } from "@heddle/core/internal/base/aside-node.js";
import { HeddleError } from "@heddle/core/internal/base/errors.js";
import { fileError } from "@heddle/core/internal/base/files-node.js";
import {
  describeProcess,
  isRunning,
  type ProcessDescription,
} from "@heddle/core/internal/base/process-node.js";

// A process that wants a folder puts a claim into it, a file with a name of its own, and then looks at all claims. It has
// the folder if no other claim is alive; otherwise it withdraws. Of two processes at least the later one sees the other's
// claim, so both never have the folder. Two that see each other both withdraw, and try again after a random time. Claims
// of dead processes are removed by name, and no name is used twice, so that what is removed is what was found dead.

/** How often a holder touches its claim, so that others see that it is alive. */
const BEAT_MS = 1000;
/** How long a claim may go untouched where the process itself cannot be seen. Network disks show a touch seconds later. */
const SILENCE_MS = 5000;
/** How often two that see each other try again, and how long each waits at most in between. */
const TRIES = 8;
const LONGEST_PAUSE_MS = 100;

const CLAIM = /^lock-[0-9a-f]{12}$/;

/** Names of the claims that this process holds. */
const held = new Set<string>();

/** How long to wait before looking again whether a folder is free. */
const WAIT_MS = 200;

/** The error for a folder that a process which is alive has to itself. */
export class LockedError extends HeddleError {
  override readonly name = "LockedError";
}

/** The error for a folder that this process had to itself until its claim was deleted. */
export class LockLostError extends HeddleError {
  override readonly name = "LockLostError";
}

/** A folder that this process has to itself. */
export interface Lock {
  /**
   * Aborts with a {@link LockLostError} when the claim is gone: deleted by someone, or by a process that took this one
   * for dead. From then on this process must not write into the folder.
   */
  readonly lost: AbortSignal;
  /** Releases the folder. */
  release(): Promise<void>;
}

/**
 * Takes a folder for this process, so that two do not write into it at once. A process that was killed leaves its claim
 * behind, which the next one removes: at once where it can see that the process is gone (the same machine and PID
 * namespace), and elsewhere after five seconds without a sign of life.
 *
 * @param folder must exist: one that was just moved away is not made again
 * @param what what the folder is, for messages: `Run`
 * @throws LockedError when a process that is alive has it; HeddleError when the folder cannot be written
 */
export async function lockFolder(folder: string, what: string): Promise<Lock> {
  try {
    await removeLeftovers(folder);
    const me = await describeProcess();
    const seen = new Set<string>();
    for (let tries = 1; ; tries++) {
      const name = await putClaim(folder, me);
      const rival = await liveRival(folder, name, me).catch(async (thrown) => {
        await withdraw(folder, name);
        throw thrown;
      });
      if (!rival) return hold(folder, what, name);
      await withdraw(folder, name);
      // A rival that only claims, as this process does, comes back under a different name.
      if (seen.has(rival.name) || tries === TRIES) throw takenError(folder, what, rival);
      seen.add(rival.name);
      await pause(Math.random() * LONGEST_PAUSE_MS);
    }
  } catch (thrown) {
    if (thrown instanceof HeddleError) throw thrown;
    throw fileError(folder, "a folder that can be written", thrown);
  }
}

/**
 * Takes a folder as `lockFolder` does, but waits until no other process has it.
 *
 * @param signal ends the waiting
 * @throws the reason of `signal`; HeddleError when the folder cannot be written
 */
export async function waitForFolder(folder: string, what: string, signal?: AbortSignal): Promise<Lock> {
  for (;;) {
    signal?.throwIfAborted();
    try {
      return await lockFolder(folder, what);
    } catch (thrown) {
      if (!(thrown instanceof LockedError)) throw thrown;
    }
    await pause(WAIT_MS);
  }
}

/**
 * Removes the claims that killed processes left; those of processes that are alive stay.
 *
 * @returns the paths of those that were removed
 */
export async function removeDeadLock(folder: string): Promise<readonly string[]> {
  const before = await claimsIn(folder);
  await liveRival(folder, undefined, await describeProcess());
  const left = (await claimsIn(folder)).map(({ name }) => name);
  return before.flatMap(({ name }) => (left.includes(name) ? [] : [join(folder, name)]));
}

/** Whether a process that is alive has the folder. */
export async function isLocked(folder: string): Promise<boolean> {
  const me = await describeProcess();
  const claims = await claimsIn(folder);
  const alive = await Promise.all(claims.map((claim) => isAlive(folder, claim, me)));
  return alive.includes(true);
}

/** A claim as it is read: its file's name and who wrote it. */
interface Claim extends ProcessDescription {
  readonly name: string;
}

/** Writes a claim that is whole from the moment it can be seen. */
async function putClaim(folder: string, me: ProcessDescription): Promise<string> {
  const name = `lock-${randomBytes(6).toString("hex")}`;
  const path = join(folder, name);
  const aside = await asideOf(path, "tmp");
  const content = `${JSON.stringify(me)}\n`;
  held.add(name);
  try {
    await writeFile(aside, content, { flag: "wx" });
    // Not every file system has links; a name that nobody else uses may also be written in place.
    await link(aside, path).catch(() => writeFile(path, content, { flag: "wx" }));
  } catch (thrown) {
    held.delete(name);
    throw thrown;
  } finally {
    await rm(aside, { force: true }).catch(() => {});
  }
  return name;
}

async function withdraw(folder: string, name: string): Promise<void> {
  held.delete(name);
  // On a disk that cannot be written any more it stays, and is a dead process's from then on.
  await rm(join(folder, name), { force: true }).catch(() => {});
}

/** Keeps a claim alive. */
function hold(folder: string, what: string, name: string): Lock {
  const path = join(folder, name);
  const lost = new AbortController();
  const beat = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch((thrown: NodeJS.ErrnoException) => {
      if (thrown.code === "ENOENT" && held.has(name)) lost.abort(lostError(folder, what, name));
    });
  }, BEAT_MS);
  beat.unref();
  const release = async () => {
    clearInterval(beat);
    await withdraw(folder, name);
  };
  return { lost: lost.signal, release };
}

/** Another claim whose process is alive; those of dead processes are removed on the way. */
async function liveRival(
  folder: string,
  own: string | undefined,
  me: ProcessDescription,
): Promise<Claim | undefined> {
  const rivals = (await claimsIn(folder)).filter(({ name }) => name !== own);
  const looks = rivals.map(async (rival) => {
    if (await isAlive(folder, rival, me)) return rival;
    await rm(join(folder, rival.name), { force: true });
    return undefined;
  });
  return (await Promise.all(looks)).find((rival) => rival !== undefined);
}

/** The claims in a folder; none where there is no folder. */
async function claimsIn(folder: string): Promise<Claim[]> {
  const names = await readdir(folder).catch(() => []);
  return Promise.all(names.filter((name) => CLAIM.test(name)).map((name) => readClaim(folder, name)));
}

/** One that cannot be read says nothing about its process: only its heartbeat shows whether that is alive. */
async function readClaim(folder: string, name: string): Promise<Claim> {
  const unknown = { name, host: "an unknown host", pid: 0, start: "", scope: "" };
  try {
    const { host, pid, start, scope } = JSON.parse(await readFile(join(folder, name), "utf8"));
    const texts = [host, start, scope].every((value) => typeof value === "string");
    return texts && Number.isSafeInteger(pid) && pid > 0 ? { name, host, pid, start, scope } : unknown;
  } catch {
    return unknown;
  }
}

/** Whether the process that put a claim still runs. */
async function isAlive(folder: string, { name, pid, start, scope }: Claim, me: ProcessDescription) {
  if (scope === "" || scope !== me.scope) return isTouched(join(folder, name));
  if (pid === me.pid && start === me.start) return held.has(name);
  return isRunning({ pid, start });
}

/** Waits for a sign of life. Times are compared with each other alone: clocks differ, and jump. */
async function isTouched(path: string): Promise<boolean> {
  const touched = async () => (await stat(path).catch(() => undefined))?.mtimeMs;
  const before = await touched();
  for (let waitedMs = 0; waitedMs < SILENCE_MS; waitedMs += BEAT_MS / 2) {
    if (before === undefined) return false;
    await pause(BEAT_MS / 2);
    const now = await touched();
    if (now === undefined) return false;
    if (now !== before) return true;
  }
  return false;
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function lostError(folder: string, what: string, name: string): LockLostError {
  return new LockLostError({
    who: `${what} ${folder}`,
    expected: `${name} to stay while this process works on it`,
    received: "a folder without it",
    next: "Another process may have it now: nothing more was written. See that no other works on it, then resume.",
  });
}

function takenError(folder: string, what: string, { name, pid, host }: Claim): LockedError {
  return new LockedError({
    who: `${what} ${folder}`,
    expected: "no other process at work on it",
    received: pid > 0 ? `process ${pid} on ${host}` : "one that cannot be read",
    next: `Wait until it ends, or delete ${join(folder, name)} if it is no ${what.toLowerCase()}.`,
  });
}

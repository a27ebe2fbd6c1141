import { createHash } from "node:crypto";
import { constants, createReadStream } from "node:fs";
import { type FileHandle, open, rename, rm, stat } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { AbortedError, HeddleError, messageOf } from "@heddle/core/internal/base/errors.js";
import { makeFolder } from "@heddle/core/internal/base/files-node.js";
import { anyObject, atLeast, type Rule } from "@heddle/core/internal/base/rules.js";
import type { CatalogueFile } from "@heddle/core/internal/data/catalogue.js";
import { waitForFolder } from "../system/lock.js";

/** Timeouts and retries of a download. With the defaults it gives up within 5 seconds if no mirror is reachable. */
export interface DownloadPatience {
  /**
   * How long to wait for the first response of a host.
   *
   * @defaultValue 2500
   */
  readonly contactTimeoutMs?: number | undefined;
  /**
   * How long a host that has responded may be silent.
   *
   * @defaultValue 10_000
   */
  readonly stallTimeoutMs?: number | undefined;
  /**
   * How often to retry each mirror after a broken connection or a response of a busy server.
   *
   * @defaultValue 4
   */
  readonly retries?: number | undefined;
  /**
   * How long to wait before the first retry; the time doubles with each further one.
   *
   * @defaultValue 500
   */
  readonly backoffMs?: number | undefined;
}

/** Times in milliseconds, and a number of retries. */
export const patienceRule: Rule = {
  expected:
    "an object with contactTimeoutMs, stallTimeoutMs, retries or backoffMs, each a number of at least 0",
  accepts: (value) =>
    anyObject.accepts(value) &&
    Object.entries(value as object).every(
      ([name, one]) =>
        ["contactTimeoutMs", "stallTimeoutMs", "retries", "backoffMs"].includes(name) &&
        (one === undefined || atLeast(0).accepts(one)),
    ),
};

/** The options of {@link download}. */
export interface DownloadOptions extends DownloadPatience {
  /** URLs of the same file on different hosts, tried in order. */
  readonly urls: readonly string[];
  /** The file's path; `target` + `.part` holds the bytes received so far. */
  readonly target: string;
  /** The size and checksums of the file. */
  readonly expected: Pick<CatalogueFile, "bytes" | "md5" | "sha256">;
  /** Which hosts respond. Share one among the files of a dataset, so that a dead host is contacted only once. */
  readonly hosts?: HostBook | undefined;
  /** Called with the number of bytes on disk, after each chunk. */
  readonly onProgress?: ((receivedBytes: number) => void) | undefined;
  /** Called with one line for each failure, which says what happens next. */
  readonly onNotice?: ((message: string) => void) | undefined;
  /** Stops the download. */
  readonly signal?: AbortSignal | undefined;
}

/** The hosts that have responded, and those that are unreachable and not contacted again. */
export class HostBook {
  readonly answered = new Set<string>();
  readonly unreachable = new Set<string>();
}

/** The error for a file that no mirror provides; the message lists what went wrong at each. */
export class DownloadError extends HeddleError {
  override readonly name = "DownloadError";
}

/** One failed attempt, and what to do next. */
class AttemptError extends Error {
  constructor(
    message: string,
    readonly then: "retry" | "next mirror" | "give up host",
  ) {
    super(message);
  }
}

/**
 * Downloads a file from the first mirror that has it. Resumes an earlier attempt, even one of an earlier process. The file
 * appears at `target` complete and with the right checksums, or not at all. Several processes may ask for the same file:
 * one downloads it, the others wait and find it there.
 *
 * @throws DownloadError if no mirror provides the file; AbortedError on `signal`; HeddleError if the disk fails
 * @example
 * await download({ urls: ["https://example.org/a.gz"], target: "cache/a.gz", expected });
 */
export async function download(options: DownloadOptions): Promise<void> {
  const { target, expected, signal } = options;
  await onDisk(target, () => makeFolder(dirname(target)));
  const lock = await onDisk(target, () => waitForFolder(dirname(target), "Folder", signal)).catch((error) => {
    throw signal?.aborted ? stopped(target, error) : error;
  });
  try {
    if ((await onDisk(target, () => sizeOfFile(target))) === expected.bytes) {
      if (!(await onDisk(target, () => checksumFault(target, expected)))) return;
    }
    await downloadFromAny(options);
  } finally {
    await lock.release();
  }
}

/** Tries the mirrors one after the other, each several times. */
async function downloadFromAny(options: DownloadOptions): Promise<void> {
  const { urls, target, onNotice, signal, retries = 4, backoffMs = 500, hosts = new HostBook() } = options;
  const part = `${target}.part`;
  const failures: string[] = [];
  for (const url of urls) {
    const { host } = new URL(url);
    for (let attempt = 0; !hosts.unreachable.has(host); attempt++) {
      try {
        await attemptDownload(url, part, { ...options, hosts });
        await onDisk(target, () => moveIntoPlace(part, target));
        return;
      } catch (error) {
        if (signal?.aborted) throw stopped(target, error);
        if (!(error instanceof AttemptError)) throw error;
        failures.push(`${host}: ${error.message}`);
        const again = error.then === "retry" && attempt < retries;
        onNotice?.(
          `${basename(target)} from ${host}: ${error.message}; ${again ? "retrying" : "giving up on this mirror"}`,
        );
        if (error.then === "give up host") hosts.unreachable.add(host);
        if (!again) break;
      }
      await wait(backoffMs * 2 ** attempt, undefined, { signal }).catch((error: unknown) => {
        throw stopped(target, error);
      });
    }
  }
  throw new DownloadError({
    who: `Download of ${basename(target)}`,
    expected: `the file from one of ${urls.length} mirrors`,
    received: failures.length > 0 ? failures.join("; ") : "no reachable host",
    next: "Check the network and try again; the bytes received so far are kept.",
  });
}

/** Makes one request: appends the missing bytes to `part`, then checks the file. */
async function attemptDownload(
  url: string,
  part: string,
  options: DownloadOptions & { readonly hosts: HostBook },
): Promise<void> {
  const { expected } = options;
  const size = await onDisk(part, () => sizeOfFile(part));
  const start = size <= expected.bytes ? size : 0;
  if (start < expected.bytes) await requestRest(url, part, start, options);
  const fault = await onDisk(part, () => checksumFault(part, expected));
  if (!fault) return;
  await onDisk(part, () => rm(part));
  // The fault may be in a part from an earlier attempt, so the same mirror is tried once more from the start.
  throw new AttemptError(`${fault}; deleted the received bytes`, start > 0 ? "retry" : "next mirror");
}

async function requestRest(
  url: string,
  part: string,
  start: number,
  options: DownloadOptions & { readonly hosts: HostBook },
): Promise<void> {
  const { expected, hosts, onProgress, signal, contactTimeoutMs = 2500, stallTimeoutMs = 10_000 } = options;
  const { host } = new URL(url);
  const silence = new Silence(signal);
  let handle: FileHandle | undefined;
  try {
    silence.restart(hosts.answered.has(host) ? stallTimeoutMs : contactTimeoutMs);
    // The checksums are those of the file itself, so the transport must not change its encoding.
    const headers = { "accept-encoding": "identity", ...(start > 0 ? { range: `bytes=${start}-` } : {}) };
    const response = await fetch(url, { headers, signal: silence.signal });
    hosts.answered.add(host);
    let received = acceptedStart(response, start, expected.bytes);
    handle = await onDisk(part, () => open(part, flagsFor(received)));
    const body = response.body!.getReader();
    for (;;) {
      silence.restart(stallTimeoutMs);
      const { done, value } = await body.read();
      if (done) break;
      received += value.length;
      if (received > expected.bytes)
        throw new AttemptError("it sent more bytes than the file has", "next mirror");
      const file = handle;
      await onDisk(part, () => file.writeFile(value));
      onProgress?.(received);
    }
    if (received < expected.bytes)
      throw new AttemptError(`the connection ended after ${received} bytes`, "retry");
  } catch (error) {
    if (error instanceof AttemptError || error instanceof HeddleError) throw error;
    const reason = silence.broken ?? reasonOf(error);
    throw new AttemptError(reason, hosts.answered.has(host) ? "retry" : "give up host");
  } finally {
    silence.end();
    const file = handle;
    if (file) {
      await onDisk(part, async () => {
        await file.sync().finally(() => file.close());
      });
    }
  }
}

/** Appends, or begins again. A link in the place of the part is not followed; Windows has no O_NOFOLLOW. */
function flagsFor(received: number): number {
  const { O_APPEND, O_CREAT, O_NOFOLLOW = 0, O_TRUNC, O_WRONLY } = constants;
  return O_WRONLY | O_CREAT | O_NOFOLLOW | (received > 0 ? O_APPEND : O_TRUNC);
}

/** The position in the file at which the response's body starts. */
function acceptedStart(response: Response, start: number, fileBytes: number): number {
  const { status } = response;
  if (status === 429 || status >= 500) throw new AttemptError(`it responded with HTTP ${status}`, "retry");
  const resumed = status === 206 && response.headers.get("content-range")?.startsWith(`bytes ${start}-`);
  if (!resumed && status !== 200) throw new AttemptError(`it responded with HTTP ${status}`, "next mirror");
  const accepted = resumed ? start : 0;
  const length = response.headers.get("content-length");
  if (length !== null && Number(length) !== fileBytes - accepted) {
    throw new AttemptError(`it offered ${length} bytes instead of ${fileBytes - accepted}`, "next mirror");
  }
  return accepted;
}

/** Aborts a request when the host has been silent for too long, or on the caller's signal. */
class Silence {
  private readonly controller = new AbortController();
  private timer: NodeJS.Timeout | undefined;
  private readonly stop = () => this.controller.abort();
  /** What to report after too long a silence. */
  broken: string | undefined;

  constructor(private readonly caller: AbortSignal | undefined) {
    if (caller?.aborted) this.stop();
    caller?.addEventListener("abort", this.stop);
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  restart(limitMs: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.broken = `no bytes for ${limitMs / 1000} s`;
      this.stop();
    }, limitMs);
  }

  /** Also aborts a request that is still open. */
  end(): void {
    clearTimeout(this.timer);
    this.caller?.removeEventListener("abort", this.stop);
    this.stop();
  }
}

/** What is wrong with a complete file, or `undefined`. */
async function checksumFault(
  path: string,
  expected: DownloadOptions["expected"],
): Promise<string | undefined> {
  const md5 = createHash("md5");
  const sha256 = createHash("sha256");
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    md5.update(chunk as Uint8Array);
    sha256.update(chunk as Uint8Array);
  }
  const actual = { md5: md5.digest("hex"), sha256: sha256.digest("hex") };
  if (actual.md5 !== expected.md5) return `wrong checksum: MD5 ${actual.md5} instead of ${expected.md5}`;
  if (actual.sha256 !== expected.sha256)
    return `wrong checksum: SHA-256 ${actual.sha256} instead of ${expected.sha256}`;
  return undefined;
}

async function moveIntoPlace(part: string, target: string): Promise<void> {
  await rename(part, target);
  // The new name survives a power failure only once the folder is on disk too. Windows cannot open folders.
  if (process.platform === "win32") return;
  const folder = await open(dirname(target));
  await folder.sync().finally(() => folder.close());
}

async function sizeOfFile(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return 0;
    throw error;
  }
}

/** Runs an action on files. A failure is the disk's, not the network's, so no other mirror would help. */
async function onDisk<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    const next = "Free space there, or choose another cache folder.";
    const parts = { who: path, expected: "to write the download", received: messageOf(error), next };
    throw new HeddleError(parts, { cause: error });
  }
}

function stopped(target: string, cause: unknown): AbortedError {
  const message = `Download of ${basename(target)}: stopped on request. The bytes received so far are kept, and the next download resumes from there.`;
  return new AbortedError(message, { cause });
}

/** The reason of a failed request: that of its cause, because `fetch failed` says nothing. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = (cause as NodeJS.ErrnoException | undefined)?.code;
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return "the host name cannot be resolved";
  return cause === undefined ? messageOf(error) : messageOf(cause) || String(code);
}

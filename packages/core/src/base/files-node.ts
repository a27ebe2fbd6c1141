import { constants, type Stats } from "node:fs";
import { access, type FileHandle, lstat, mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { asideOf, removeLeftovers } from "./aside-node.js";
import { checkPath } from "./check-path.js";
import { checkNotAborted, HeddleError, messageOf } from "./errors.js";
import { formatBytes } from "./format.js";
import { MAXIMUM_FILE_BYTES, MAXIMUM_TEXT_BYTES } from "./limits.js";
import type { WritePlace } from "./write-place.js";

/** Whether files can be read by path. */
export const readsPaths: boolean = true;

/** The path of a `file:` URL. */
export function pathOfUrl(url: URL): string {
  return fileURLToPath(url);
}

/** What the system's error codes mean to the user, and what to do next. */
const explanations: Readonly<Record<string, readonly [received: string, next: string]>> = {
  ENOENT: ["no such file or folder", "Check the path."],
  EISDIR: ["a folder", "Pass the path of a file."],
  ENOTDIR: ["a path that leads through a file", "Check the folders of the path."],
  EEXIST: ["a file where a folder must be", "Move that file away or choose another folder."],
  EACCES: ["permission denied", "Change its permissions or choose another path."],
  EPERM: ["permission denied", "Change its permissions or choose another path."],
  EROFS: ["a read-only file system", "Choose a path on a disk that can be written."],
  ENOSPC: ["a full disk", "Free some space or choose another disk."],
  EDQUOT: ["a full disk quota", "Free some space or choose another disk."],
  EMFILE: ["too many open files", "Raise the limit of open files (ulimit -n)."],
  ELOOP: ["a link", "Remove the link, or choose another path."],
  ENAMETOOLONG: ["a name that is too long", "Choose a shorter name."],
};

/**
 * Turns an error of the file system into a {@link HeddleError} that names the path.
 *
 * @param path the file or folder
 * @param expected what it should have been, as a noun phrase: `"a file that can be read"`
 * @param thrown what the file system threw
 */
export function fileError(path: string, expected: string, thrown: unknown): HeddleError {
  const code = (thrown as NodeJS.ErrnoException | null)?.code ?? "";
  const [received, next] = explanations[code] ?? [messageOf(thrown), "Check the path and the disk."];
  return new HeddleError({ who: `File ${path}`, expected, received, next }, { cause: thrown });
}

/**
 * Looks at a file before it is opened. Pipes, sockets and devices are refused: opening or reading one may wait for ever,
 * which no signal interrupts, or never end.
 *
 * @throws HeddleError that names the path when nothing is there, or something that is not a file
 */
export async function checkFile(path: string): Promise<Stats> {
  const expected = "a file that can be read";
  const entry = await stat(path).catch((thrown: unknown) => {
    throw fileError(path, expected, thrown);
  });
  if (entry.isFile()) return entry;
  const [received, next] = entry.isDirectory()
    ? ["a folder", "Pass the path of a file."]
    : [kindOf(entry), "Write its content to a file, and pass the path of that."];
  throw new HeddleError({ who: `File ${path}`, expected, received, next });
}

/** What a thing that is neither a file nor a folder is. */
export function kindOf(entry: Stats): string {
  if (entry.isFIFO()) return "a pipe";
  if (entry.isSocket()) return "a socket";
  return "a device";
}

/**
 * Opens a file for reading, after {@link checkFile}.
 *
 * @throws HeddleError that names the path when it is not a file or cannot be opened
 */
export async function openFile(
  path: string,
): Promise<{ readonly handle: FileHandle; readonly bytes: number }> {
  await checkFile(path);
  try {
    const handle = await open(path);
    // Another file may be there by now: the size is that of the one that is open.
    return { handle, bytes: (await handle.stat()).size };
  } catch (thrown) {
    throw fileError(path, "a file that can be read", thrown);
  }
}

/** So much is read at a time: a signal is heard in between. */
const PIECE_BYTES = 16 * 2 ** 20;

/**
 * The whole content of a file, whose size is checked before any of it is read.
 *
 * @param options.maximumBytes the largest file to read; 2 GiB - 1 by default
 * @param options.signal ends the reading
 * @throws HeddleError that names the path when it is missing, not a file, not readable or too large; AbortedError on
 *   `signal`
 */
export async function readFileBytes(
  path: string,
  options: { readonly maximumBytes?: number; readonly signal?: AbortSignal | undefined } = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const { maximumBytes = MAXIMUM_FILE_BYTES, signal } = options;
  const { handle, bytes } = await openFile(path);
  try {
    if (bytes > maximumBytes) throw tooLarge(path, bytes, maximumBytes);
    const content = new Uint8Array(bytes);
    let at = 0;
    while (at < bytes) {
      checkNotAborted(signal, `Reading ${path}`);
      const { bytesRead } = await handle.read(content, at, Math.min(PIECE_BYTES, bytes - at), at);
      if (bytesRead === 0) break;
      at += bytesRead;
    }
    return content.subarray(0, at);
  } catch (thrown) {
    throw thrown instanceof HeddleError ? thrown : fileError(path, "a file that can be read", thrown);
  } finally {
    await handle.close();
  }
}

function tooLarge(path: string, bytes: number, maximumBytes: number): HeddleError {
  return new HeddleError({
    who: `File ${path}`,
    expected: `at most ${formatBytes(maximumBytes)}`,
    received: `${formatBytes(bytes)}`,
    next: "Check that this is the right file.",
  });
}

/**
 * The whole content of a text file of at most 64 MiB, which must be UTF-8.
 *
 * @throws HeddleError that names the path when it cannot be read, is too large or is not text
 */
export async function readTextFile(path: string): Promise<string> {
  const bytes = await readFileBytes(path, { maximumBytes: MAXIMUM_TEXT_BYTES });
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (thrown) {
    const parts = { who: `File ${path}`, expected: "UTF-8 text", received: "other bytes" };
    throw new HeddleError({ ...parts, next: "Check that this is the right file." }, { cause: thrown });
  }
}

/**
 * Writes a whole file or nothing: to a temporary file next to it, which is synced and then renamed over it. A reader
 * always finds the old content or the new, never a part, even after a crash. A link is replaced, not followed. Missing
 * folders are created, and temporary files that killed processes left next to it are removed.
 *
 * @throws HeddleError that names the path when the disk is full or the folder cannot be written; the old
 * content stays, and no temporary file is left
 */
export async function writeFileAtomic(
  path: string,
  content: Uint8Array | string,
  place: WritePlace = {},
): Promise<void> {
  const folder = dirname(path);
  let aside: string | undefined;
  try {
    await prepareFolder(path, place);
    await removeLeftovers(folder);
    aside = await asideOf(path, "tmp");
    const file = await open(aside, "wx");
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(aside, path);
  } catch (thrown) {
    // A second error during the clean-up must not hide the first.
    if (aside !== undefined) await rm(aside, { force: true }).catch(() => undefined);
    throw thrown instanceof HeddleError ? thrown : fileError(path, "a file that can be written", thrown);
  }
  await syncFolder(folder);
}

/** True when a file or folder is at the path. */
export async function fileExists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** True when a file is at the path. */
export async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() ?? false;
}

/**
 * Whether there is a file at the path.
 *
 * @throws HeddleError that names the path when there is a folder, a pipe or a device
 */
export async function hasFile(path: string): Promise<boolean> {
  try {
    await stat(path);
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return false;
    throw fileError(path, "a file that can be read", thrown);
  }
  await checkFile(path);
  return true;
}

/** The names of what is in a folder; undefined where there is none, or it cannot be read. */
export async function namesIn(path: string): Promise<readonly string[] | undefined> {
  return readdir(path).catch(() => undefined);
}

/** True when a folder is at the path. */
export async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
}

/**
 * Appends to a file, which is created if it is missing, with its folders: everything or nothing. What a full disk took of
 * it is cut off again. A link is not followed.
 *
 * @throws HeddleError that names the path when it cannot be written
 */
export async function appendToFile(path: string, content: Uint8Array, place?: WritePlace): Promise<void> {
  await append(path, () => Promise.resolve(content), place);
}

/**
 * Appends a line to a text file as {@link appendToFile} does. Where a killed process left a part of a line, the new one
 * begins after it.
 *
 * @param line with its end
 */
export async function appendLine(path: string, line: string, place?: WritePlace): Promise<void> {
  const content = async (file: FileHandle) => {
    const { size } = await file.stat();
    const last = new Uint8Array(1);
    if (size > 0) await file.read(last, 0, 1, size - 1);
    const cut = size > 0 && last[0] !== NEWLINE;
    // In one write, so that lines of several processes do not mix.
    return new TextEncoder().encode(cut ? `\n${line}` : line);
  };
  await append(path, content, place);
}

const NEWLINE = 0x0a;

async function append(
  path: string,
  contentFor: (file: FileHandle) => Promise<Uint8Array>,
  place: WritePlace = {},
): Promise<void> {
  // Windows has no O_NOFOLLOW.
  const { O_APPEND, O_CREAT, O_NOFOLLOW = 0, O_RDWR } = constants;
  try {
    await prepareFolder(path, place);
    const file = await open(path, O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW);
    try {
      await appendWhole(file, await contentFor(file));
    } finally {
      await file.close();
    }
  } catch (thrown) {
    throw thrown instanceof HeddleError ? thrown : fileError(path, "a file that can be written", thrown);
  }
}

async function appendWhole(file: FileHandle, content: Uint8Array): Promise<void> {
  let written = 0;
  try {
    while (written < content.length) written += (await file.write(content, written)).bytesWritten;
  } catch (thrown) {
    // A full disk takes the bytes that fit into the file's last block.
    if (written > 0) await file.truncate((await file.stat()).size - written);
    throw thrown;
  }
}

/**
 * Removes a file, if it exists.
 *
 * @throws HeddleError that names the path when it cannot be removed
 */
export async function removeFile(path: string): Promise<void> {
  try {
    await rm(path, { force: true });
  } catch (thrown) {
    throw fileError(path, "a file that can be removed", thrown);
  }
}

/**
 * Creates a folder and those above it, one by one: Node's own `recursive` never ends in /proc, which exists, accepts no
 * new folders and says that it is missing.
 *
 * @param within a folder that must exist: neither it nor one above it is created
 * @returns false if it existed already
 * @throws the file system's error, for {@link fileError}
 */
export async function makeFolder(path: string, within?: string): Promise<boolean> {
  try {
    return await makeLastFolder(path);
  } catch (thrown) {
    const above = dirname(path);
    const isTop = above === path || (within !== undefined && relative(within, above) === "");
    if ((thrown as NodeJS.ErrnoException).code !== "ENOENT" || isTop) throw thrown;
    await makeFolder(above, within);
    return makeLastFolder(path);
  }
}

/** Makes the folder of a file. */
async function prepareFolder(path: string, { within }: WritePlace): Promise<void> {
  checkPath("File", path);
  const folder = dirname(path);
  if (within === undefined) {
    await makeFolder(folder);
    return;
  }
  await refuseLinks(within, folder);
  if (relative(within, folder) !== "") await makeFolder(folder, within);
}

/**
 * Checks that no folder on the way from one folder to another below it is a link.
 *
 * @throws HeddleError that names the first link
 */
export async function refuseLinks(from: string, to: string): Promise<void> {
  let path = from;
  for (const name of relative(from, to).split(sep).filter(Boolean)) {
    path = join(path, name);
    const entry = await lstat(path).catch(() => undefined);
    if (!entry?.isSymbolicLink()) continue;
    throw new HeddleError({
      who: `Folder ${path}`,
      expected: `a folder in ${from}`,
      received: "a link",
      next: "Nothing is written through a link. Remove it, and move the folder that it leads to into its place.",
    });
  }
}

async function makeLastFolder(path: string): Promise<boolean> {
  try {
    await mkdir(path);
    return true;
  } catch (thrown) {
    // It existed, or another process has just created it: systems report that by different codes.
    if (await isFolder(path)) return false;
    throw thrown;
  }
}

/** Makes a rename in the folder survive a power cut, on systems that can sync a folder. */
async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch {
    // Windows cannot open folders, and some network file systems refuse to sync them.
  }
}

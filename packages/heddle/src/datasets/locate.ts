import { stat } from "node:fs/promises";
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { HeddleError, messageOf } from "@heddle/core/internal/base/errors.js";
import { type CatalogueEntry, catalogue } from "@heddle/core/internal/data/catalogue.js";
import { type DownloadPatience, download, HostBook } from "./download.js";
import { listIdxFolder, missingFiles } from "./idx-folder.js";

/** How far the download of a dataset is. */
export interface DownloadProgress {
  /** The file that is coming. */
  readonly file: string;
  /** Bytes of all the dataset's files that are there. */
  readonly receivedBytes: number;
  /** Bytes of all the dataset's files. */
  readonly totalBytes: number;
}

export interface LocateOptions {
  /** A folder that holds the files, or holds a folder of the dataset's name with them; nothing else is tried. */
  readonly dataDir?: string | undefined;
  /** True never to touch the network; by default false. */
  readonly offline?: boolean | undefined;
  /** By default the platform's cache folder for Heddle (`defaultCacheFolder`). */
  readonly cacheDir?: string | undefined;
  /** By default `process.env`. */
  readonly env?: NodeJS.ProcessEnv | undefined;
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined;
  /** Called with one line for anything the user should know while the search goes on. */
  readonly onWarning?: ((message: string) => void) | undefined;
  /** Stops a download, which goes on from there the next time. */
  readonly signal?: AbortSignal | undefined;
  /** Time-outs and retries of downloads. */
  readonly patience?: DownloadPatience | undefined;
  /** The known datasets; by default Heddle's own. */
  readonly entries?: readonly CatalogueEntry[] | undefined;
}

export interface Located {
  /** The folder that holds the files. */
  readonly folder: string;
  readonly foundBy: "--data" | "HEDDLE_DATA" | "cache" | "download";
}

/** The dataset is not on disk and not to be had: the caller may go on with a generated one, and say so. */
export class DatasetUnavailableError extends HeddleError {
  override readonly name = "DatasetUnavailableError";
}

/**
 * Finds a known dataset's files: in `dataDir` if given, else in `HEDDLE_DATA`, else in the cache, else by
 * downloading them into the cache.
 *
 * @param name a name of the catalogue
 * @throws HeddleError for an unknown name and a `dataDir` without the files; DatasetUnavailableError when
 *   the files are nowhere on disk and cannot be downloaded; AbortedError on `signal`
 * @example
 * const { folder, foundBy } = await findDataset("fashion-mnist", { offline: true });
 */
export async function findDataset(name: string, options: LocateOptions = {}): Promise<Located> {
  const { dataDir, env = process.env, onWarning, entries = catalogue } = options;
  const entry = entries.find((known) => known.name === name);
  if (!entry) throw unknownDataset(name, entries);
  if (dataDir !== undefined) return { folder: await folderWithin(dataDir, name), foundBy: "--data" };

  const shared = env["HEDDLE_DATA"];
  if (shared) {
    const folder = join(shared, name);
    const listing = await listIdxFolder(folder);
    if (listing?.missing.length === 0) return { folder, foundBy: "HEDDLE_DATA" };
    const what = listing ? `lacks ${listing.missing.join(", ")}` : "is not there";
    onWarning?.(`HEDDLE_DATA is set to ${shared}, but its folder ${name} ${what}; looking further.`);
  }

  const folder = join(options.cacheDir ?? defaultCacheFolder(env), name);
  const absent = await absentFiles(entry, folder);
  if (absent.length === 0) return { folder, foundBy: "cache" };
  if (options.offline) {
    throw new DatasetUnavailableError({
      who: `Dataset "${name}"`,
      expected: `its files in HEDDLE_DATA or in ${folder}, as downloads are off`,
      received: `no ${absent.map((file) => file.name).join(", ")}`,
      next: `Allow downloads, or give the folder that holds them with --data DIR.`,
    });
  }
  await downloadAll(entry, folder, absent, options);
  return { folder, foundBy: "download" };
}

/** The error for a name that is neither a known dataset nor a folder. */
export function unknownDataset(name: string, entries: readonly CatalogueEntry[] = catalogue): HeddleError {
  return new HeddleError({
    who: `Dataset "${name}"`,
    expected: `${entries.map((entry) => entry.name).join(", ")}, fashion-sketch, or the path of a folder, CSV or npz file`,
    received: `"${name}", which is none of them`,
    next: "Correct the name or the path.",
  });
}

/** `dir` itself when it holds a dataset's files, else its folder `name`; throws when neither does. */
async function folderWithin(dir: string, name: string): Promise<string> {
  const listing = await listIdxFolder(dir);
  if (listing?.missing.length === 0) return dir;
  const inner = join(dir, name);
  const innerListing = await listIdxFolder(inner);
  if (innerListing?.missing.length === 0) return inner;
  throw innerListing ? missingFiles(inner, innerListing) : missingFiles(dir, listing);
}

/** The files that are not in `folder` in their right size; what they hold is checked when they are read. */
async function absentFiles(entry: CatalogueEntry, folder: string) {
  const sizes = await Promise.all(
    entry.files.map((file) =>
      stat(join(folder, file.name)).then(
        ({ size }) => size,
        () => undefined,
      ),
    ),
  );
  return entry.files.filter((file, index) => sizes[index] !== file.bytes);
}

async function downloadAll(
  entry: CatalogueEntry,
  folder: string,
  absent: CatalogueEntry["files"],
  { onProgress, onWarning, signal, patience }: LocateOptions,
): Promise<void> {
  const totalBytes = entry.files.reduce((sum, file) => sum + file.bytes, 0);
  let before = totalBytes - absent.reduce((sum, file) => sum + file.bytes, 0);
  const hosts = new HostBook();
  for (const file of absent) {
    const report = (bytes: number) =>
      onProgress?.({ file: file.name, receivedBytes: before + bytes, totalBytes });
    try {
      await download({
        ...patience,
        urls: entry.mirrors.map((mirror) => mirror + file.name),
        target: join(folder, file.name),
        expected: file,
        hosts,
        onProgress: report,
        onNotice: onWarning,
        signal,
      });
    } catch (error) {
      if (signal?.aborted) throw error;
      throw new DatasetUnavailableError(
        `Dataset "${entry.name}": not on disk and not to be had. ${messageOf(error)}`,
        { cause: error },
      );
    }
    before += file.bytes;
  }
}

/**
 * The folder for what can be had again: `$XDG_CACHE_HOME/heddle` or `~/.cache/heddle`, on macOS
 * `~/Library/Caches/heddle`, on Windows `%LOCALAPPDATA%\heddle\Cache`.
 */
export function defaultCacheFolder(
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  const home = homedir();
  if (platform === "win32") {
    return join(env["LOCALAPPDATA"] ?? join(home, "AppData", "Local"), "heddle", "Cache");
  }
  if (platform === "darwin") return join(home, "Library", "Caches", "heddle");
  const configured = env["XDG_CACHE_HOME"];
  // The XDG specification has relative paths ignored.
  return join(configured && isAbsolute(configured) ? configured : join(home, ".cache"), "heddle");
}

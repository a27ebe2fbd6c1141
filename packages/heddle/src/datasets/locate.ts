import { stat } from "node:fs/promises";
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { HeddleError, messageOf } from "@heddle/core/internal/base/errors.js";
import { checkOptionValues, type OptionRules } from "@heddle/core/internal/base/known-options.js";
import { abortSignal, anyFunction, anyObject, text, trueOrFalse } from "@heddle/core/internal/base/rules.js";
import { type CatalogueEntry, catalogue } from "@heddle/core/internal/data/catalogue.js";
import { type DownloadPatience, download, HostBook, patienceRule } from "./download.js";
import { folderWithin, listIdxFolder } from "./idx-folder.js";
import { unknownDataset } from "./resolve.js";

/** The progress of a dataset's download. */
export interface DownloadProgress {
  /** The file that is being downloaded. */
  readonly file: string;
  /** How many bytes of all the dataset's files are on disk. */
  readonly receivedBytes: number;
  /** How many bytes all the dataset's files have. */
  readonly totalBytes: number;
}

/** Where to look for a dataset's files, and how to download them. */
export interface LocateOptions {
  /** The folder that holds the files, possibly in a folder with the dataset's name. No other place is tried. */
  readonly dataDir?: string | undefined;
  /**
   * True to never touch the network.
   *
   * @defaultValue false
   */
  readonly offline?: boolean | undefined;
  /**
   * The folder in which downloads are kept.
   *
   * @defaultValue {@link defaultCacheFolder}, Heddle's cache folder on this platform
   */
  readonly cacheDir?: string | undefined;
  /**
   * The environment, which may name a folder of datasets as `HEDDLE_DATA`.
   *
   * @defaultValue `process.env`
   */
  readonly env?: NodeJS.ProcessEnv | undefined;
  /** Called during a download, after each chunk. */
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined;
  /** Called with each warning, usually one line long. */
  readonly onWarning?: ((message: string) => void) | undefined;
  /** Stops a download; the next one resumes it. */
  readonly signal?: AbortSignal | undefined;
  /** Timeouts and retries of downloads. */
  readonly patience?: DownloadPatience | undefined;
  /**
   * The known datasets.
   *
   * @defaultValue {@link catalogue}
   */
  readonly entries?: readonly CatalogueEntry[] | undefined;
}

/** What each option must be. */
export const LOCATE_RULES: OptionRules<LocateOptions> = {
  dataDir: text,
  offline: trueOrFalse,
  cacheDir: text,
  env: anyObject,
  onProgress: anyFunction,
  onWarning: anyFunction,
  signal: abortSignal,
  patience: patienceRule,
  entries: { expected: "a list of entries", accepts: Array.isArray },
};

/** Where a dataset's files were found. */
export interface Located {
  /** The folder that holds the files. */
  readonly folder: string;
  /** `"path"` if the caller named the folder, otherwise the place that had the files. */
  readonly foundBy: "path" | "HEDDLE_DATA" | "cache" | "download";
}

/** The error for a dataset that is not on disk and cannot be downloaded. A caller may use a generated one instead. */
export class DatasetUnavailableError extends HeddleError {
  override readonly name = "DatasetUnavailableError";
}

/**
 * Finds the files of a known dataset: in `dataDir` if it is set, otherwise in the folder that `HEDDLE_DATA` names,
 * otherwise in the cache, into which they are downloaded if necessary.
 *
 * @param name a name of the catalogue
 * @throws HeddleError for an unknown name and a `dataDir` without the files; DatasetUnavailableError if the files are
 *   not on disk and cannot be downloaded; AbortedError on `signal`
 * @example
 * const { folder, foundBy } = await findDataset("fashion-mnist", { offline: true });
 */
export async function findDataset(name: string, options: LocateOptions = {}): Promise<Located> {
  checkOptionValues("findDataset", options, LOCATE_RULES);
  const { dataDir, env = process.env, onWarning, entries = catalogue } = options;
  const entry = entries.find((known) => known.name === name);
  if (!entry) throw unknownDataset(name, entries);
  if (dataDir !== undefined) return { folder: await folderWithin(dataDir, [name]), foundBy: "path" };

  const shared = env["HEDDLE_DATA"];
  if (shared) {
    const folder = join(shared, name);
    const listing = await listIdxFolder(folder);
    if (listing?.missing.length === 0) return { folder, foundBy: "HEDDLE_DATA" };
    const fault = listing ? `lacks ${listing.missing.join(", ")}` : "does not exist";
    onWarning?.(`HEDDLE_DATA is set to ${shared}, but its folder ${name} ${fault}; looking elsewhere.`);
  }

  const folder = join(options.cacheDir ?? defaultCacheFolder(env), name);
  const absent = await absentFiles(entry, folder);
  if (absent.length === 0) return { folder, foundBy: "cache" };
  if (options.offline) {
    throw new DatasetUnavailableError({
      who: `Dataset "${name}"`,
      expected: `its files in HEDDLE_DATA or in ${folder}, because downloads are off`,
      received: `no ${absent.map((file) => file.name).join(", ")}`,
      next: "Allow downloads, or set `dataDir` to the folder that holds the files.",
    });
  }
  await downloadAll(entry, folder, absent, options);
  return { folder, foundBy: "download" };
}

/**
 * Checks that files found under a dataset's name are the published ones, by the name that their checksums gave them. Files
 * in a folder that the caller named may be any.
 */
export function checkPublished(
  { name }: { readonly name: string },
  entry: CatalogueEntry,
  { folder, foundBy }: Located,
): void {
  if (foundBy === "path" || name === entry.name) return;
  throw new HeddleError({
    who: folder,
    expected: `the files of ${entry.title} as published`,
    received: "files with different checksums",
    next:
      foundBy === "HEDDLE_DATA"
        ? "Replace them, or set `dataDir` to the folder to use them as they are."
        : "Delete the folder to download them again.",
  });
}

/** The files that are missing from `folder` or have the wrong size; their contents are checked when they are read. */
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
  let receivedBytes = totalBytes - absent.reduce((sum, file) => sum + file.bytes, 0);
  const hosts = new HostBook();
  for (const file of absent) {
    const report = (bytes: number) =>
      onProgress?.({ file: file.name, receivedBytes: receivedBytes + bytes, totalBytes });
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
        `Dataset "${entry.name}" is not on disk and cannot be downloaded. ${messageOf(error)}`,
        { cause: error },
      );
    }
    receivedBytes += file.bytes;
  }
}

/**
 * Heddle's cache folder: `$XDG_CACHE_HOME/heddle` or `~/.cache/heddle`, on macOS `~/Library/Caches/heddle`, on Windows
 * `%LOCALAPPDATA%\heddle\Cache`.
 *
 * @param env the environment; `process.env` by default
 * @param platform the platform; that of the process by default
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
  // The XDG specification says to ignore relative paths.
  return join(configured && isAbsolute(configured) ? configured : join(home, ".cache"), "heddle");
}

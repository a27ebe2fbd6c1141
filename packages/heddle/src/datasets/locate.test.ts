import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { AbortedError } from "@heddle/core/internal/base/errors.js";
import { describe, expect, it } from "vitest";
import {
  DatasetUnavailableError,
  type DownloadProgress,
  defaultCacheFolder,
  findDataset,
  type LocateOptions,
} from "./locate.js";
import { silent, startMirror, status } from "./mirror.testing.js";
import { temporaryFolder, tinyEntry, tinyFiles, tinyPacked, writeFiles } from "./tiny-dataset.testing.js";

const patience = { backoffMs: 1, retries: 1, contactTimeoutMs: 2000 };

/** Options under which no dataset is on disk. */
const nowhere = (mirrors: readonly string[] = []): LocateOptions & { cacheDir: string } => ({
  env: {},
  cacheDir: join(temporaryFolder(), "cache"),
  entries: [tinyEntry(mirrors)],
  patience,
});

const serving = (files: Readonly<Record<string, Uint8Array>>) =>
  startMirror((response, _start, request) => {
    const file = files[request.url!.slice(1)];
    if (file) response.end(file);
    else status(404)(response, 0, request);
  });

const without = (files: Readonly<Record<string, Uint8Array>>, absent: string) =>
  Object.fromEntries(Object.entries(files).filter(([name]) => name !== absent));

describe("findDataset", () => {
  it("finds files in `dataDir`, or in a folder there with the dataset's name", async () => {
    const dataDir = temporaryFolder();
    const folder = writeFiles(join(dataDir, "tiny"), tinyFiles);
    const options = { ...nowhere(), env: { HEDDLE_DATA: dataDir } };
    expect(await findDataset("tiny", { ...options, dataDir })).toEqual({ folder, foundBy: "path" });
    expect(await findDataset("tiny", { ...options, dataDir: folder })).toEqual({ folder, foundBy: "path" });
  });

  it("refuses a `dataDir` without the files, wherever else they are", async () => {
    const shared = temporaryFolder();
    writeFiles(join(shared, "tiny"), tinyFiles);
    const options = { ...nowhere(), env: { HEDDLE_DATA: shared } };
    const empty = temporaryFolder();
    await expect(findDataset("tiny", { ...options, dataDir: empty })).rejects.toThrow(
      `${empty}: expected a folder with train-images-idx3-ubyte[.gz], train-labels-idx1-ubyte[.gz], t10k-images-idx3-ubyte[.gz], t10k-labels-idx1-ubyte[.gz], received a folder without train-images`,
    );
    const none = join(empty, "none");
    await expect(findDataset("tiny", { ...options, dataDir: none })).rejects.toThrow(
      "received no folder of that name",
    );
    writeFiles(join(empty, "tiny"), without(tinyFiles, "t10k-labels-idx1-ubyte"));
    await expect(findDataset("tiny", { ...options, dataDir: empty })).rejects.toThrow(
      "received a folder without t10k-labels-idx1-ubyte[.gz].",
    );
    await expect(findDataset("tiny", { ...options, dataDir: empty })).rejects.not.toBeInstanceOf(
      DatasetUnavailableError,
    );
  });

  it("prefers HEDDLE_DATA to the cache, and warns if it lacks the dataset", async () => {
    const options = nowhere();
    const cached = writeFiles(join(options.cacheDir, "tiny"), tinyPacked);
    const shared = temporaryFolder();
    const warnings: string[] = [];
    const find = () =>
      findDataset("tiny", {
        ...options,
        env: { HEDDLE_DATA: shared },
        onWarning: (line) => warnings.push(line),
      });
    expect(await find()).toEqual({ folder: cached, foundBy: "cache" });
    const folder = writeFiles(join(shared, "tiny"), without(tinyFiles, "t10k-labels-idx1-ubyte"));
    expect((await find()).foundBy).toBe("cache");
    expect(warnings).toEqual([
      `HEDDLE_DATA is set to ${shared}, but its folder tiny does not exist; looking elsewhere.`,
      `HEDDLE_DATA is set to ${shared}, but its folder tiny lacks t10k-labels-idx1-ubyte[.gz]; looking elsewhere.`,
    ]);
    writeFiles(folder, tinyFiles);
    expect(await find()).toEqual({ folder, foundBy: "HEDDLE_DATA" });
    expect(warnings).toHaveLength(2);
  });

  it("downloads into the cache, once", async () => {
    const mirror = await serving(tinyPacked);
    const options = nowhere([mirror.url]);
    const progress: DownloadProgress[] = [];
    const folder = join(options.cacheDir, "tiny");
    const found = await findDataset("tiny", { ...options, onProgress: (step) => progress.push(step) });
    expect(found).toEqual({ folder, foundBy: "download" });
    expect(readdirSync(folder).sort()).toEqual(Object.keys(tinyPacked).sort());
    const totalBytes = Object.values(tinyPacked).reduce((sum, { length }) => sum + length, 0);
    expect(progress.at(-1)).toEqual({
      file: "t10k-labels-idx1-ubyte.gz",
      receivedBytes: totalBytes,
      totalBytes,
    });
    expect((await findDataset("tiny", options)).foundBy).toBe("cache");
    expect(mirror.requests).toHaveLength(4);
  });

  it("downloads only files that the cache lacks or has in the wrong size", async () => {
    const mirror = await serving(tinyPacked);
    const options = nowhere([mirror.url]);
    const folder = writeFiles(join(options.cacheDir, "tiny"), tinyPacked);
    rmSync(join(folder, "t10k-labels-idx1-ubyte.gz"));
    writeFileSync(join(folder, "train-labels-idx1-ubyte.gz"), "half");
    await findDataset("tiny", options);
    expect(mirror.requests).toEqual(["/train-labels-idx1-ubyte.gz", "/t10k-labels-idx1-ubyte.gz"]);
  });

  it("never touches the network with `offline: true`", async () => {
    const mirror = await serving(tinyPacked);
    const error: unknown = await findDataset("tiny", { ...nowhere([mirror.url]), offline: true }).catch(
      (e) => e,
    );
    expect(error).toBeInstanceOf(DatasetUnavailableError);
    expect((error as Error).message).toMatch(
      /^Dataset "tiny": expected its files in HEDDLE_DATA or in .+, because downloads are off, received no train-images-idx3-ubyte\.gz, .+\. Allow downloads, or set `dataDir` to the folder that holds the files\.$/,
    );
    expect(mirror.requests).toEqual([]);
  });

  it("contacts an unreachable host once, and not again for each file", async () => {
    const mute = await startMirror(silent);
    const options = { ...nowhere(["http://127.0.0.1:1/", mute.url]), patience: { contactTimeoutMs: 50 } };
    const warnings: string[] = [];
    const found = findDataset("tiny", { ...options, onWarning: (line) => warnings.push(line) });
    await expect(found).rejects.toThrow(DatasetUnavailableError);
    expect(warnings).toHaveLength(2);
    expect(mute.requests).toHaveLength(1);
  });

  it("downloads from the next mirror if the first host is dead", async () => {
    const mirror = await serving(tinyPacked);
    const warnings: string[] = [];
    const options = nowhere(["http://127.0.0.1:1/", mirror.url]);
    await findDataset("tiny", { ...options, onWarning: (line) => warnings.push(line) });
    expect(warnings).toHaveLength(1);
    expect(mirror.requests).toHaveLength(4);
  });

  it("treats a cache that cannot be written as an unavailable dataset", async () => {
    const mirror = await serving(tinyPacked);
    const options = nowhere([mirror.url]);
    writeFileSync(options.cacheDir, "a file in place of the folder");
    await expect(findDataset("tiny", options)).rejects.toThrow(DatasetUnavailableError);
  });

  it("stops on an aborted signal", async () => {
    const mute = await startMirror(silent);
    const signal = AbortSignal.timeout(20);
    await expect(findDataset("tiny", { ...nowhere([mute.url]), signal })).rejects.toThrow(AbortedError);
  });

  it("refuses an unknown name", async () => {
    await expect(findDataset("fasion-mnist")).rejects.toThrow(
      'Dataset "fasion-mnist": expected fashion-mnist, fashion-sketch, or the path of a folder, an archive, or a CSV, npz or Parquet file, received "fasion-mnist", which is none of these. Did you mean fashion-mnist?',
    );
  });
});

describe("defaultCacheFolder", () => {
  it("follows the conventions of each platform", () => {
    const home = homedir();
    expect(defaultCacheFolder({}, "linux")).toBe(join(home, ".cache", "heddle"));
    expect(defaultCacheFolder({ XDG_CACHE_HOME: "/var/x" }, "linux")).toBe(join("/var/x", "heddle"));
    expect(defaultCacheFolder({ XDG_CACHE_HOME: "relative" }, "linux")).toBe(join(home, ".cache", "heddle"));
    expect(defaultCacheFolder({}, "darwin")).toBe(join(home, "Library", "Caches", "heddle"));
    expect(defaultCacheFolder({ LOCALAPPDATA: "/local" }, "win32")).toBe(join("/local", "heddle", "Cache"));
  });
});

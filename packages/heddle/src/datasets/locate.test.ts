import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { AbortedError, HeddleError } from "@heddle/core/internal/base/errors.js";
import { describe, expect, it } from "vitest";
import { loadDataset } from "./load.js";
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

/** Options under which nothing is found anywhere. */
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
  it("takes --data DIR with the files in it or in a folder of the dataset's name", async () => {
    const dataDir = temporaryFolder();
    const folder = writeFiles(join(dataDir, "tiny"), tinyFiles);
    const options = { ...nowhere(), env: { HEDDLE_DATA: dataDir } };
    expect(await findDataset("tiny", { ...options, dataDir })).toEqual({ folder, foundBy: "--data" });
    expect(await findDataset("tiny", { ...options, dataDir: folder })).toEqual({ folder, foundBy: "--data" });
  });

  it("refuses a --data DIR that lacks the files, wherever else they are", async () => {
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

  it("prefers HEDDLE_DATA to the cache, and warns when it does not have the dataset", async () => {
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
      `HEDDLE_DATA is set to ${shared}, but its folder tiny is not there; looking further.`,
      `HEDDLE_DATA is set to ${shared}, but its folder tiny lacks t10k-labels-idx1-ubyte[.gz]; looking further.`,
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

  it("downloads only what the cache lacks, and what has the wrong size there", async () => {
    const mirror = await serving(tinyPacked);
    const options = nowhere([mirror.url]);
    const folder = writeFiles(join(options.cacheDir, "tiny"), tinyPacked);
    rmSync(join(folder, "t10k-labels-idx1-ubyte.gz"));
    writeFileSync(join(folder, "train-labels-idx1-ubyte.gz"), "half");
    await findDataset("tiny", options);
    expect(mirror.requests).toEqual(["/train-labels-idx1-ubyte.gz", "/t10k-labels-idx1-ubyte.gz"]);
  });

  it("never touches the network when offline", async () => {
    const mirror = await serving(tinyPacked);
    const error: unknown = await findDataset("tiny", { ...nowhere([mirror.url]), offline: true }).catch(
      (e) => e,
    );
    expect(error).toBeInstanceOf(DatasetUnavailableError);
    expect((error as Error).message).toMatch(
      /^Dataset "tiny": expected its files in HEDDLE_DATA or in .+, as downloads are off, received no train-images-idx3-ubyte\.gz, .+\. Allow downloads, or give the folder that holds them with --data DIR\.$/,
    );
    expect(mirror.requests).toEqual([]);
  });

  it("asks a host that cannot be reached once, and not again for each file", async () => {
    const mute = await startMirror(silent);
    const options = { ...nowhere(["http://127.0.0.1:1/", mute.url]), patience: { contactTimeoutMs: 50 } };
    const warnings: string[] = [];
    const found = findDataset("tiny", { ...options, onWarning: (line) => warnings.push(line) });
    await expect(found).rejects.toThrow(DatasetUnavailableError);
    expect(warnings).toHaveLength(2);
    expect(mute.requests).toHaveLength(1);
  });

  it("takes the files from the mirror that has them when the first host is dead", async () => {
    const mirror = await serving(tinyPacked);
    const warnings: string[] = [];
    const options = nowhere(["http://127.0.0.1:1/", mirror.url]);
    await findDataset("tiny", { ...options, onWarning: (line) => warnings.push(line) });
    expect(warnings).toHaveLength(1);
    expect(mirror.requests).toHaveLength(4);
  });

  it("counts a cache that cannot be written as not to be had", async () => {
    const mirror = await serving(tinyPacked);
    const options = nowhere([mirror.url]);
    writeFileSync(options.cacheDir, "a file in the place of the folder");
    await expect(findDataset("tiny", options)).rejects.toThrow(DatasetUnavailableError);
  });

  it("stops on request", async () => {
    const mute = await startMirror(silent);
    const signal = AbortSignal.timeout(20);
    await expect(findDataset("tiny", { ...nowhere([mute.url]), signal })).rejects.toThrow(AbortedError);
  });

  it("refuses an unknown name", async () => {
    await expect(findDataset("fasion-mnist")).rejects.toThrow(
      'Dataset "fasion-mnist": expected fashion-mnist, fashion-sketch, or the path of a folder, CSV or npz file, received "fasion-mnist", which is none of them. Correct the name or the path.',
    );
  });
});

describe("defaultCacheFolder", () => {
  it("is where each platform keeps such things", () => {
    const home = homedir();
    expect(defaultCacheFolder({}, "linux")).toBe(join(home, ".cache", "heddle"));
    expect(defaultCacheFolder({ XDG_CACHE_HOME: "/var/x" }, "linux")).toBe(join("/var/x", "heddle"));
    expect(defaultCacheFolder({ XDG_CACHE_HOME: "relative" }, "linux")).toBe(join(home, ".cache", "heddle"));
    expect(defaultCacheFolder({}, "darwin")).toBe(join(home, "Library", "Caches", "heddle"));
    expect(defaultCacheFolder({ LOCALAPPDATA: "/local" }, "win32")).toBe(join("/local", "heddle", "Cache"));
  });
});

describe("loadDataset", () => {
  it("draws fashion-sketch", async () => {
    const { dataset, foundBy } = await loadDataset("fashion-sketch", {
      sketch: { train: 20, test: 10, seed: 5 },
    });
    expect(foundBy).toBe("generated");
    expect(dataset).toMatchObject({ name: "fashion-sketch", source: { kind: "generated", seed: 5 } });
    expect([dataset.train.count, dataset.test.count]).toEqual([20, 10]);
    await expect(loadDataset("fashion-sketch", { dataDir: "somewhere" })).rejects.toThrow(
      'Dataset "fashion-sketch": expected no folder, as it is drawn by code, received somewhere. Leave one of the two out.',
    );
  });

  it("loads whatever a named folder holds, under the name of its checksums", async () => {
    const options = nowhere();
    const folder = writeFiles(join(temporaryFolder(), "kuzushiji"), tinyFiles);
    const known = await loadDataset(folder, options);
    expect(known).toMatchObject({ foundBy: "--data", dataset: { name: "tiny", title: "Tiny" } });
    const foreign = { ...options, entries: [{ ...tinyEntry(), files: [] }] };
    expect((await loadDataset(folder, foreign)).dataset.name).toBe("kuzushiji");
    expect((await loadDataset("tiny", { ...foreign, dataDir: folder })).dataset.name).toBe("kuzushiji");
  });

  it("refuses other files under a dataset's name in HEDDLE_DATA and in the cache", async () => {
    const options = nowhere();
    const packed = { ...tinyPacked };
    const labels = packed["t10k-labels-idx1-ubyte.gz"]!.slice();
    labels[9]! ^= 1; // the header's byte for the operating system: the contents stay whole
    packed["t10k-labels-idx1-ubyte.gz"] = labels;
    const folder = writeFiles(join(options.cacheDir, "tiny"), packed);
    await expect(loadDataset("tiny", options)).rejects.toThrow(
      `${folder}: expected the files of Tiny as published, received files with other checksums. Delete the folder to have them downloaded again.`,
    );
    await expect(loadDataset("tiny", { ...options, env: { HEDDLE_DATA: options.cacheDir } })).rejects.toThrow(
      "Replace them, or name the folder with --data to use them as they are.",
    );
    expect((await loadDataset("tiny", { ...options, dataDir: folder })).dataset.name).toBe(
      "tiny (unverified)",
    );
  });

  it("refuses a name that is neither a dataset nor a folder", async () => {
    const file = join(temporaryFolder(), "file");
    writeFileSync(file, "");
    await expect(loadDataset(file)).rejects.toThrow("received an empty file");
    await expect(loadDataset("mnits")).rejects.toThrow(HeddleError);
    mkdirSync(`${file}.d`);
    await expect(loadDataset(`${file}.d`)).rejects.toThrow("received a folder without");
  });
});

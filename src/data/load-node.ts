import { stat } from "node:fs/promises";
import { HeddleError } from "../base/errors.js";
import { catalogue } from "./catalogue.js";
import type { Dataset } from "./dataset.js";
import { type FashionSketchOptions, generateFashionSketch } from "./fashion-sketch/index.js";
import { readIdxFolder } from "./idx-folder-node.js";
import { findDataset, type Located, type LocateOptions, unknownDataset } from "./locate-node.js";

export interface LoadOptions extends LocateOptions {
  /** How many images `fashion-sketch` draws and from which seed; files do not depend on it. */
  readonly sketch?: FashionSketchOptions | undefined;
}

export interface LoadedDataset {
  readonly dataset: Dataset;
  readonly foundBy: Located["foundBy"] | "generated";
}

/**
 * A dataset by name or from a folder.
 *
 * A dataset asked for by name has the published checksums, or this throws. One from a folder that was named
 * (`dataDir`, or a path as `name`) is what the folder holds, under the name that its checksums give it:
 * MNIST, KMNIST and one's own files in that layout load too.
 *
 * @param name `fashion-mnist`, `fashion-sketch`, or the path of a folder
 * @throws HeddleError for an unknown name and for files that are missing, damaged or not the published ones;
 *   DatasetUnavailableError when they are not on disk and not to be had; AbortedError on `signal`
 * @example
 * const { dataset } = await loadDataset("fashion-mnist");
 * dataset.train.count; // 60000
 */
export async function loadDataset(name: string, options: LoadOptions = {}): Promise<LoadedDataset> {
  const { entries = catalogue } = options;
  if (name === "fashion-sketch") {
    if (options.dataDir !== undefined) throw drawnNotRead(options.dataDir);
    return { dataset: generateFashionSketch(options.sketch), foundBy: "generated" };
  }
  const entry = entries.find((known) => known.name === name);
  if (!entry) {
    if (!(await isFolder(name))) throw unknownDataset(name, entries);
    return loadDataset(entries[0]!.name, { ...options, dataDir: name });
  }
  const { folder, foundBy } = await findDataset(name, options);
  const dataset = await readIdxFolder(folder, entries);
  if (foundBy !== "--data" && dataset.name !== name) {
    throw new HeddleError({
      who: folder,
      expected: `the files of ${entry.title} as published`,
      received: "files with other checksums",
      next:
        foundBy === "HEDDLE_DATA"
          ? "Replace them, or name the folder with --data to use them as they are."
          : "Delete the folder to have them downloaded again.",
    });
  }
  return { dataset, foundBy };
}

function drawnNotRead(dataDir: string): HeddleError {
  return new HeddleError({
    who: 'Dataset "fashion-sketch"',
    expected: "no folder, as it is drawn by code",
    received: dataDir,
    next: "Leave one of the two out.",
  });
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (entry) => entry.isDirectory(),
    () => false,
  );
}

import { resolve } from "node:path";
import { HeddleError } from "@heddle/core/internal/base/errors.js";
import { isFolder } from "@heddle/core/internal/base/files-node.js";
import { assemble, type ClassedImages, toClasses } from "@heddle/core/internal/data/assemble.js";
import { type CatalogueEntry, catalogue } from "@heddle/core/internal/data/catalogue.js";
import type { Dataset, DatasetSource, FormOptions, HoldOut } from "@heddle/core/internal/data/dataset.js";
import {
  type DroppedRows,
  formatDropped,
  summarizeDropped,
} from "@heddle/core/internal/data/dropped-rows.js";
import {
  type FashionSketchOptions,
  generateFashionSketch,
} from "@heddle/core/internal/data/fashion-sketch/index.js";
import { checkFormOptions, formOptions } from "@heddle/core/internal/data/form-options.js";
import { type FoundForm, findForm, nameOfPath, type ReadData, readForm } from "./forms.js";
import { readIdxFolder, unverified } from "./idx-folder.js";
import { findDataset, type Located, type LocateOptions, unknownDataset } from "./locate.js";

export interface LoadOptions extends LocateOptions, FormOptions {
  /** How many images `fashion-sketch` draws and from which seed; files do not depend on it. */
  readonly sketch?: FashionSketchOptions | undefined;
  /**
   * How a test split is held out where the data has none; by default a sixth of each class, seed 42. `"none"`: every
   * image is in both splits, for models that have not seen any of them.
   */
  readonly holdOut?: Partial<HoldOut> | "none" | undefined;
  /** How such data was read before: holds for data of that form where nothing else is said. */
  readonly readAs?: FormOptions | undefined;
}

export interface LoadedDataset {
  readonly dataset: Dataset;
  readonly foundBy: Located["foundBy"] | "generated";
  /** Every row or picture that was left out; absent for IDX, which is whole or refused. */
  readonly dropped?: DroppedRows;
}

/**
 * A dataset by name, or from a path: a folder of IDX files, a folder of pictures (`CLASS/*.png`, with `train/`
 * and `test/` above or not), a folder with `*train*.csv` and `*test*.csv`, a CSV file, an `.npz` file.
 *
 * A dataset asked for by name has the published checksums, or this throws. One from a folder that was named
 * (`dataDir`, or a path as `name`) is what the folder holds, under the name that its checksums give it:
 * MNIST, KMNIST and one's own files in that layout load too.
 *
 * @param name `fashion-mnist`, `fashion-sketch`, or the path of a folder or file
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
    checkFormOptions("generated", options);
    return { dataset: generateFashionSketch(options.sketch), foundBy: "generated" };
  }
  const entry = entries.find((known) => known.name === name);
  if (!entry) {
    if (options.dataDir !== undefined) throw twoPlaces(name, options.dataDir);
    if ((await findForm(name)) === undefined && !(await isFolder(name))) throw unknownDataset(name, entries);
    return loadDataset(entries[0]!.name, { ...options, dataDir: name });
  }
  if (options.dataDir !== undefined) {
    const found = await findForm(options.dataDir);
    if (found && found.form !== "idx") return loadForm(options.dataDir, found, options, entries);
  }
  const { folder, foundBy } = await findDataset(name, options);
  checkFormOptions("idx", options);
  const dataset = await readIdxFolder(folder, entries, options.onWarning);
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

/** A dataset of any form but IDX; what was left out goes to `onWarning`. */
async function loadForm(
  path: string,
  found: Exclude<FoundForm, { form: "idx" }>,
  options: LoadOptions,
  entries: readonly CatalogueEntry[],
): Promise<LoadedDataset> {
  const { read, as } = await readAndReport(path, found, options);
  const { dropped } = read;
  const dataset = assemble(read, {
    name: unverified(nameOfPath(path), entries),
    source: sourceOf(path, read, as),
    classNames: read.classNames,
    holdOut: options.holdOut,
    onWarning: options.onWarning,
  });
  return { dataset, foundBy: "--data", dropped };
}

async function readAndReport(
  path: string,
  found: Exclude<FoundForm, { form: "idx" }>,
  options: LoadOptions,
): Promise<{ readonly read: ReadData; readonly as: FormOptions }> {
  checkFormOptions(found.form, options);
  const as = formOptions(found.form, options, options.readAs);
  warnOfLeftOut(found, options.onWarning);
  const read = await readForm(path, found, as);
  const report = formatDropped(read.dropped);
  if (report !== undefined) options.onWarning?.(report);
  return { read, as };
}

/**
 * Data by name or from a path, in the splits that it has itself: nothing is held out, and the test split may be
 * missing.
 *
 * @throws HeddleError as {@link loadDataset} does
 */
export async function loadSplits(name: string, options: LoadOptions = {}): Promise<ClassedImages> {
  const { entries = catalogue } = options;
  const known = name === "fashion-sketch" || entries.some((entry) => entry.name === name);
  const found = known ? undefined : await findForm(name);
  if (!found || found.form === "idx") return (await loadDataset(name, options)).dataset;
  const { read } = await readAndReport(name, found, options);
  return toClasses(read, { classNames: read.classNames, onWarning: options.onWarning });
}

function warnOfLeftOut(found: FoundForm, onWarning: LoadOptions["onWarning"]): void {
  if (found.form !== "images" || !found.listing.leftOut) return;
  const { folder, count } = found.listing.leftOut;
  onWarning?.(
    `The ${count} pictures in ${folder} are left out: validation images are held out of the training images.`,
  );
}

function sourceOf(path: string, { form, files, dropped }: ReadData, options: FormOptions): DatasetSource {
  const { missing, size, shape } = options;
  const asked = { ...(missing && { missing }), ...(size && { size }), ...(shape && { shape }) };
  const complete = dropped.rows.length === 0 && dropped.zeroed === 0;
  return {
    kind: "files",
    path: resolve(path),
    form,
    ...(Object.keys(asked).length > 0 && { options: asked }),
    ...(!complete && { dropped: summarizeDropped(dropped) }),
    files,
  };
}

function twoPlaces(name: string, dataDir: string): HeddleError {
  return new HeddleError({
    who: `Dataset "${name}"`,
    expected: "one place, as this is no name of a known dataset",
    received: `${dataDir} too`,
    next: "Leave one of the two out.",
  });
}

function drawnNotRead(dataDir: string): HeddleError {
  return new HeddleError({
    who: 'Dataset "fashion-sketch"',
    expected: "no folder, as it is drawn by code",
    received: dataDir,
    next: "Leave one of the two out.",
  });
}

import { resolve } from "node:path";
import { checkOptions, type OptionRules } from "@heddle/core/internal/base/known-options.js";
import { anyFunction, anyObject, whole } from "@heddle/core/internal/base/rules.js";
import { assemble, type ClassedImages, toClasses } from "@heddle/core/internal/data/assemble.js";
import type { Dataset, DatasetSource, FormOptions, HoldOut } from "@heddle/core/internal/data/dataset.js";
import {
  type DroppedRows,
  formatDropped,
  summarizeDropped,
} from "@heddle/core/internal/data/dropped-rows.js";
import {
  type FashionSketchOptions,
  SKETCH_RULES,
} from "@heddle/core/internal/data/fashion-sketch/options.js";
import {
  checkFormOptions,
  FORM_RULES,
  formOptions,
  holdOutRule,
} from "@heddle/core/internal/data/form-options.js";
import { hearSignal } from "../system/hear-signal.js";
import { type FoundForm, nameOfPath, readForm } from "./forms.js";
import { type IdxFolderOptions, readIdxFolder, unverified } from "./idx-folder.js";
import { checkPublished, findDataset, LOCATE_RULES, type Located, type LocateOptions } from "./locate.js";
import type { ReadData } from "./read-data.js";
import { type ResolvedName, resolveName } from "./resolve.js";

/** A dataset's name, or the path of a folder or file. */
export type DatasetName = "fashion-mnist" | "fashion-sketch" | (string & {});

/** The options of {@link loadDataset} and {@link loadSplits}. */
export interface LoadOptions extends LocateOptions, FormOptions {
  /**
   * How many images `fashion-sketch` draws, and from which seed. Files do not depend on it.
   *
   * @defaultValue `{ train: 12_000, test: 2_000, seed: 7 }`
   */
  readonly sketch?: FashionSketchOptions | undefined;
  /**
   * How to hold out a test split if the data has none. With `"none"`, both splits hold every image, for models that have
   * seen none of them.
   *
   * @defaultValue `{ fraction: 1 / 6, seed: 42 }`
   */
  readonly holdOut?: Partial<HoldOut> | "none" | undefined;
  /**
   * How many training pictures of a folder or of Parquet files to decode. Other forms of data are read whole.
   *
   * @defaultValue all of them
   */
  readonly limit?: number | undefined;
  /** Called with how many pictures of a folder have been read, and how many there are. */
  readonly onReading?: ((done: number, total: number) => void) | undefined;
  /** How similar data was read before: defaults for the options of reading, as far as they apply to the form. */
  readonly readAs?: FormOptions | undefined;
}

const LOAD_RULES: OptionRules<LoadOptions> = {
  ...LOCATE_RULES,
  ...FORM_RULES,
  sketch: anyObject,
  holdOut: holdOutRule,
  limit: whole(1),
  onReading: anyFunction,
  readAs: anyObject,
};

function checkLoadOptions(who: string, options: LoadOptions): void {
  checkOptions(who, options, LOAD_RULES);
  checkOptions(`${who}, sketch`, options.sketch ?? {}, SKETCH_RULES);
  checkOptions(`${who}, readAs`, options.readAs ?? {}, FORM_RULES);
}

/** The result of {@link loadDataset}. */
export interface LoadedDataset {
  readonly dataset: Dataset;
  /** Where it was found; `"generated"` if it was drawn by code. */
  readonly foundBy: Located["foundBy"] | "generated";
  /** Every row or picture that was dropped; absent for IDX, which is whole or refused. */
  readonly dropped?: DroppedRows;
}

/**
 * Loads a dataset by name or from a path: a folder of IDX files, of CIFAR's files, or of pictures (`CLASS/*.png`, possibly
 * in `train/` and `test/`), a CSV, npz or Parquet file or a folder with one for each split, or an archive of any of these.
 *
 * A dataset that is loaded by name has the published checksums, or this throws. From a path (`name` or `dataDir`),
 * whatever is there is loaded, under the name that its checksums identify. So MNIST, KMNIST and your own files in that
 * layout load too.
 *
 * @param name `fashion-mnist`, `fashion-sketch`, or the path of a folder or file
 * @throws HeddleError for an unknown name, and for files that are missing, damaged or not the published ones;
 *   DatasetUnavailableError if they are not on disk and cannot be downloaded; AbortedError on `signal`
 * @example
 * const { dataset } = await loadDataset("fashion-mnist");
 * dataset.train.count; // 60000
 */
export async function loadDataset(name: DatasetName, options: LoadOptions = {}): Promise<LoadedDataset> {
  checkLoadOptions("loadDataset", options);
  return loadResolved(await resolveName(name, options), options);
}

/**
 * Loads data by name or from a path in its own splits: nothing is held out, and there may be no test split.
 *
 * @param name `fashion-mnist`, `fashion-sketch`, or the path of a folder or file
 * @throws HeddleError as {@link loadDataset} does
 * @example
 * const { train, test } = await loadSplits("train.csv.gz"); // test is undefined
 */
export async function loadSplits(name: DatasetName, options: LoadOptions = {}): Promise<ClassedImages> {
  checkLoadOptions("loadSplits", options);
  const resolved = await resolveName(name, options);
  if (resolved.kind !== "path" || resolved.found.form === "idx") {
    return (await loadResolved(resolved, options)).dataset;
  }
  const { read, readAs } = await readAndReport(resolved.found, options);
  return toClasses(read, { ...readAs, classNames: read.classNames, onWarning: options.onWarning });
}

async function loadResolved(resolved: ResolvedName, options: LoadOptions): Promise<LoadedDataset> {
  if (resolved.kind === "generated") {
    checkFormOptions("generated", options);
    return { dataset: await drawSketch(options), foundBy: "generated" };
  }
  if (resolved.kind === "path") {
    const { path, found } = resolved;
    if (found.form !== "idx") return loadForm(path, found, options);
    checkFormOptions("idx", options);
    const readAs = formOptions("idx", options, options.readAs);
    const dataset = await readIdxFolder(path, { ...idxOptions(options), ...readAs, archive: found.archive });
    return { dataset, foundBy: "path" };
  }
  checkFormOptions("idx", options);
  const { entry } = resolved;
  const located = await findDataset(entry.name, options);
  const dataset = await readIdxFolder(located.folder, idxOptions(options));
  checkPublished(dataset, entry, located);
  return { dataset, foundBy: located.foundBy };
}

/** Those options that `readIdxFolder` has, too. */
function idxOptions({
  entries,
  range,
  channels,
  transpose,
  onWarning,
  signal,
}: LoadOptions): IdxFolderOptions {
  return { entries, range, channels, transpose, onWarning, signal };
}

async function drawSketch({ sketch, signal }: LoadOptions): Promise<Dataset> {
  const { drawFashionSketch } = await import("@heddle/core/internal/data/fashion-sketch/index.js");
  const drawing = drawFashionSketch(sketch);
  for (;;) {
    const step = drawing.next();
    if (step.done) return step.value;
    await hearSignal(signal, "Drawing fashion-sketch");
  }
}

/** Loads a dataset of any form but IDX. A report of dropped rows goes to `onWarning`. */
async function loadForm(
  path: string,
  found: Exclude<FoundForm, { form: "idx" }>,
  options: LoadOptions,
): Promise<LoadedDataset> {
  const { read, readAs } = await readAndReport(found, options);
  const dataset = assemble(read, {
    range: readAs.range,
    channels: readAs.channels,
    classOrder: readAs.classOrder,
    transpose: readAs.transpose,
    name: unverified(nameOfPath(path), options.entries),
    source: sourceOf(path, read, readAs),
    classNames: read.classNames,
    holdOut: options.holdOut,
    onWarning: options.onWarning,
  });
  return { dataset, foundBy: "path", dropped: read.dropped };
}

async function readAndReport(
  found: Exclude<FoundForm, { form: "idx" }>,
  options: LoadOptions,
): Promise<{ readonly read: ReadData; readonly readAs: FormOptions }> {
  checkFormOptions(found.form, options);
  const readAs = formOptions(found.form, options, options.readAs);
  const { signal, onReading, limit, holdOut } = options;
  const read = await readForm(found, { ...readAs, signal, onReading, limit, holdOut });
  const report = formatDropped(read.dropped);
  if (report !== undefined) options.onWarning?.(report);
  return { read, readAs: { ...readAs, ...read.readAs } };
}

function sourceOf(
  path: string,
  { form, files, dropped, split, limit }: ReadData,
  options: FormOptions,
): DatasetSource {
  const complete = dropped.rows.length === 0 && dropped.zeroed === 0;
  return {
    kind: "files",
    path: resolve(path),
    form,
    ...(Object.keys(options).length > 0 && { options }),
    ...(split && { split }),
    ...(limit !== undefined && { limit }),
    ...(!complete && { dropped: summarizeDropped(dropped) }),
    files,
  };
}

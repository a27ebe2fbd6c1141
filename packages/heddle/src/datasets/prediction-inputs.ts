import { stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { HeddleError } from "@heddle/core/internal/base/errors.js";
import { readFileBytes } from "@heddle/core/internal/base/files-node.js";
import { arrayRoles } from "@heddle/core/internal/data/array-names.js";
import { emptySink, splitOf } from "@heddle/core/internal/data/array-split.js";
import { readCsv } from "@heddle/core/internal/data/csv/read.js";
import type { DataForm, FormOptions, ImageSet } from "@heddle/core/internal/data/dataset.js";
import { type DroppedRows, formatDropped } from "@heddle/core/internal/data/dropped-rows.js";
import { formOptions } from "@heddle/core/internal/data/form-options.js";
import { imagesWithChannels } from "@heddle/core/internal/data/image-channels.js";
import type { LabelledImages } from "@heddle/core/internal/data/labelled-images.js";
import { npzArrays } from "@heddle/core/internal/data/npz.js";
import { orientationOf, transposed } from "@heddle/core/internal/data/orientation.js";
import { type SplitReading, warnOfReading } from "@heddle/core/internal/data/reading.js";
import { toByteRange } from "@heddle/core/internal/data/value-range.js";
import { isNpy, type NpyArray, readNpy } from "@heddle/core/internal/formats/npy.js";
import { notAPicture } from "@heddle/core/internal/pictures/raw-picture.js";
import { openArchive } from "./archive-folder.js";
import { findForm, isArchiveFile } from "./forms.js";
import { expandGlob, isGlob } from "./glob.js";
import { readIdxFile } from "./idx-file.js";
import { loadSplits } from "./load.js";
import { nearPath } from "./near-path.js";
import { beginsAsPicture } from "./picture-decoder.js";
import { describeOther, isPictureName } from "./picture-endings.js";
import { allPictures, pictureTree } from "./picture-tree.js";
import { diskFolder, firstBytes, type SourceFolder } from "./source-folder.js";

/** Pictures to predict: files below a folder or within an archive. */
export interface PictureInputs {
  readonly kind: "pictures";
  readonly source: SourceFolder;
  readonly pictures: readonly {
    /** Below the source. */
    readonly path: string;
    /** The folder that the picture lies in, below the path that the user named. */
    readonly folder: string | undefined;
  }[];
}

/** Images in rows to predict, of a table or an array. */
export interface RowInputs {
  readonly kind: "rows";
  /** The path, for errors and answers. */
  readonly name: string;
  readonly images: ImageSet;
  readonly reading?: SplitReading | undefined;
  /** The number of each row, from 1; damaged rows are counted, too. */
  readonly rows: readonly number[];
  /** The label of each row; absent for data without labels. */
  readonly labels?: readonly string[];
}

export type PredictionInputs = PictureInputs | RowInputs;

/** How inputs are read. */
export interface InputOptions extends FormOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onWarning: (message: string) => void;
}

const DATA_FILE = /(\.(csv|tsv)(\.(gz|bz2|xz))?|(\.(npz|npy|parquet)|idx\d-\w+)(\.gz)?)$/i;

/**
 * Finds what is to be predicted at a path: a picture; a folder or archive of pictures, however deep, or of data; a table or
 * array, with labels or without. Of data with a test split, its test images count.
 *
 * @throws HeddleError if there is nothing, or it cannot be read; AbortedError on `signal`
 */
export async function readInputs(path: string, options: InputOptions): Promise<readonly PredictionInputs[]> {
  const entry = await stat(path).catch(() => undefined);
  if (!entry) {
    const paths = isGlob(path) ? await expandGlob(path) : [];
    if (paths.length === 0) throw await missing(path);
    const pictures = paths.filter(isPictureName);
    const others = paths.filter((one) => !isPictureName(one));
    const inputs: PredictionInputs[] = pictures.length > 0 ? [listed(diskFolder(""), pictures)] : [];
    for (const one of others) inputs.push(...(await readInputs(one, options)));
    return inputs;
  }
  if (entry.isDirectory()) return [await folderInputs(diskFolder(path), path, options)];
  return [await fileInputs(path, options)];
}

async function folderInputs(
  source: SourceFolder,
  path: string,
  options: InputOptions,
): Promise<PredictionInputs> {
  const entries = await source.list("");
  const holdsData = entries.some(({ name, kind }) => kind === "file" && DATA_FILE.test(name));
  const pictures = holdsData ? [] : allPictures(await pictureTree(source));
  if (pictures.length === 0) return dataInputs(path, options);
  return {
    kind: "pictures",
    source,
    pictures: pictures.map((picture) => ({
      path: picture,
      folder: picture.includes("/") ? picture.split("/").at(-2)! : basename(path),
    })),
  };
}

function listed(source: SourceFolder, paths: readonly string[]): PictureInputs {
  return {
    kind: "pictures",
    source,
    pictures: paths.map((path) => ({ path, folder: basename(dirname(path)) || undefined })),
  };
}

async function fileInputs(path: string, options: InputOptions): Promise<PredictionInputs> {
  const { signal } = options;
  const head = await firstBytes(path, 4096);
  if (isPictureName(path) || beginsAsPicture(head)) return listed(diskFolder(""), [path]);
  const { what, reason } = describeOther(path);
  if (what !== "file") throw notAPicture(path, `a ${what}: ${reason}`);
  if (isNpy(head)) return arrayInputs(path, readNpy(await readFileBytes(path, { signal }), path), options);
  if (/[-.]idx\d-\w+(\.gz)?$/i.test(path)) return idxInputs(path, options);
  if (await isArchiveFile(path)) return folderInputs(await openArchive(path, signal), path, options);
  return dataInputs(path, options);
}

async function idxInputs(path: string, options: InputOptions): Promise<PredictionInputs> {
  const { array } = await readIdxFile(path, options.signal);
  const elements =
    array.data instanceof Uint8Array || array.data instanceof Int32Array ? "whole numbers" : "floats";
  return arrayInputs(path, { ...array, elements } as NpyArray, options);
}

async function dataInputs(path: string, options: InputOptions): Promise<PredictionInputs> {
  const { signal, onWarning, missing, shape, labelColumn, dropColumns, labels } = options;
  const found = await findForm(path, signal);
  if (found?.form === "csv") {
    const file = found.test ?? found.train;
    const name = join(found.source.path, file);
    const read = await readCsv(found.source.stream(file, signal), {
      ...{ name, missing, shape, labelColumn, dropColumns, labels, unlabelled: true },
    });
    warnOfReading({ choices: read.choices ?? [], leftOut: read.leftOut ?? [] }, onWarning);
    const rows = rowNumbers(read.dropped, read.images.count, read.headerLine);
    return rowInputs(name, read.images, { rows, dropped: read.dropped, labelled: read.labelled }, options);
  }
  if (found?.form === "npz" && "file" in found) {
    const name = join(found.source.path, found.file);
    const arrays = npzArrays(await found.source.read(found.file, { signal }), { name, signal });
    const roles = arrayRoles(arrays.names);
    const pair = roles.test ?? roles.validation ?? roles.train;
    if (pair) {
      const [images, answers] = [await arrays.read(pair.images), await arrays.read(pair.labels)];
      return arrayInputs(name, images, options, { labels: answers, images: pair.images });
    }
    const [only, another] = arrays.names;
    if (only !== undefined && another === undefined)
      return arrayInputs(name, await arrays.read(only), options);
  }
  // Every other form has labels.
  const { train, test, classNames } = await loadSplits(path, {
    ...formOptionsFor(found?.form, options),
    ...{ signal, onWarning },
  });
  const images = test ?? train;
  return {
    ...{ kind: "rows", name: path, images },
    rows: Array.from({ length: images.count }, (_, row) => row + 1),
    labels: Array.from(images.labels, (label) => classNames[label]!),
  };
}

function formOptionsFor(form: DataForm | undefined, options: InputOptions): FormOptions {
  return form === undefined ? {} : formOptions(form, {}, options);
}

function arrayInputs(
  name: string,
  array: NpyArray,
  options: InputOptions,
  labelled?: { readonly images: string; readonly labels: NpyArray },
): PredictionInputs {
  const count = array.shape[0] ?? 0;
  const none: NpyArray = { shape: [count], data: new Uint8Array(count), elements: "whole numbers" };
  const sink = emptySink();
  const { missing, shape } = options;
  const names = { name, images: labelled?.images ?? basename(name), labels: "labels" };
  const set = splitOf(array, labelled?.labels ?? none, { ...names, missing, shape }, sink);
  const rows = rowNumbers(sink, set.count, 0);
  return rowInputs(name, set, { rows, dropped: sink, labelled: labelled !== undefined }, options);
}

/** Rows as images from 0 to 255, lying as their source says. */
function rowInputs(
  name: string,
  set: LabelledImages,
  read: { readonly rows: readonly number[]; readonly dropped: DroppedRows; readonly labelled: boolean },
  { transpose, range, channels, onWarning }: InputOptions,
): RowInputs {
  const report = formatDropped(read.dropped);
  if (report !== undefined) onWarning(report);
  const orientation = orientationOf([name], transpose);
  warnOfReading({ choices: [orientation.choice], leftOut: [] }, onWarning);
  const [scaled] = toByteRange([orientation.transposed ? transposed(set) : set], { range, onWarning });
  const { images, shape, count } = imagesWithChannels(scaled!.set, channels ?? scaled!.set.shape[2]);
  const labels = read.labelled ? Array.from(set.labels, (label) => set.labelTexts[label]!) : undefined;
  return {
    ...{ kind: "rows", name, rows: read.rows, reading: scaled!.reading },
    images: { images, shape, count, labels: new Uint8Array(count) },
    ...(labels && { labels }),
  };
}

/** The numbers of the rows that were kept, from 1. */
function rowNumbers(
  { rows }: Pick<DroppedRows, "rows">,
  count: number,
  headerLine: number,
): readonly number[] {
  const dropped = new Set(rows.map(({ line = 0 }) => line - headerLine));
  const numbers: number[] = [];
  for (let row = 1; numbers.length < count; row++) if (!dropped.has(row)) numbers.push(row);
  return numbers;
}

async function missing(path: string): Promise<HeddleError> {
  const near = isGlob(path) ? undefined : await nearPath(path);
  return new HeddleError({
    who: path,
    expected: "a picture, a folder, a table or an array",
    received: isGlob(path) ? "a pattern that matches nothing" : "no file or folder of that name",
    next: near === undefined ? "Correct the path." : `Did you mean ${near}?`,
  });
}

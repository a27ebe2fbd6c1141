import { createHash } from "node:crypto";
import { readdir, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { HeddleError, messageOf } from "@heddle/core/internal/base/errors.js";
import { checkOptions, type OptionRules } from "@heddle/core/internal/base/known-options.js";
import { abortSignal, anyFunction, anyObject } from "@heddle/core/internal/base/rules.js";
import { type CatalogueEntry, catalogue, identify } from "@heddle/core/internal/data/catalogue.js";
import type { Channels, Dataset } from "@heddle/core/internal/data/dataset.js";
import { FORM_RULES, pickFormOptions } from "@heddle/core/internal/data/form-options.js";
import { datasetFromIdx, type IdxDatasetParts } from "@heddle/core/internal/data/idx/dataset.js";
import { readIdx } from "@heddle/core/internal/data/idx/read.js";
import type { ValueRange } from "@heddle/core/internal/data/value-range.js";
import type { ArchiveFolder } from "./archive-folder.js";
import { readIdxFile } from "./idx-file.js";

/** The names of a dataset's four files within its folder. */
export type IdxFolderFiles = Readonly<Record<keyof IdxDatasetParts, string>>;

/** The files of a dataset in MNIST's layout that a folder holds. */
interface IdxFolderListing {
  /** The names of the files that are there. */
  readonly files: Partial<IdxFolderFiles>;
  /** What the names start with: `"emnist-letters-"`, or nothing. */
  readonly prefix: string;
  /** The names of the files that are missing; empty for a complete dataset. */
  readonly missing: readonly string[];
}

// `t10k` in MNIST and datasets modelled on it, `test` in EMNIST; some unpackers turn `-idx3` into `.idx3`.
const FILE_NAME = /^(.*?)(train|t10k|test)-(images|labels)[-.]idx\d+-[a-z]+(\.gz)?$/i;

const partNames: IdxFolderFiles = {
  trainImages: "train-images-idx3-ubyte[.gz]",
  trainLabels: "train-labels-idx1-ubyte[.gz]",
  testImages: "t10k-images-idx3-ubyte[.gz]",
  testLabels: "t10k-labels-idx1-ubyte[.gz]",
};

/**
 * Lists the files in a folder that are named as in MNIST, Fashion-MNIST, KMNIST or EMNIST. Of a packed and a plain copy,
 * the packed one counts.
 *
 * @returns `undefined` if `folder` is not a folder
 * @throws HeddleError if it holds files of several datasets, as EMNIST's own archive does
 */
export async function listIdxFolder(folder: string): Promise<IdxFolderListing | undefined> {
  let names: string[];
  try {
    if (!(await stat(folder)).isDirectory()) return undefined;
    names = await readdir(folder);
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(String((error as NodeJS.ErrnoException).code))) return undefined;
    const next = "Check the path and its permissions.";
    throw new HeddleError({ who: folder, expected: "a readable folder", received: messageOf(error), next });
  }
  return idxFilesOf(folder, names);
}

/**
 * The files of a dataset in MNIST's layout among the names of a folder or an archive.
 *
 * @param folder its path, for errors
 * @throws HeddleError if there are files of several datasets
 */
export function idxFilesOf(folder: string, names: readonly string[]): IdxFolderListing {
  const files: { -readonly [Part in keyof IdxFolderFiles]?: string } = {};
  const prefixes = new Set<string>();
  // In sorted order, a packed file follows its plain copy and replaces it.
  for (const name of [...names].sort()) {
    const match = FILE_NAME.exec(name);
    if (!match) continue;
    prefixes.add(match[1]!.toLowerCase());
    const split = match[2]!.toLowerCase() === "train" ? "train" : "test";
    files[`${split}${match[3]!.toLowerCase() === "images" ? "Images" : "Labels"}`] = name;
  }
  if (prefixes.size > 1) {
    throw new HeddleError({
      who: folder,
      expected: "the four files of one dataset",
      received: `files of ${prefixes.size}: ${[...prefixes].map((prefix) => `${prefix}…`).join(", ")}`,
      next: "Move the four files that you want to their own folder.",
    });
  }
  const missing = (Object.keys(partNames) as (keyof IdxFolderFiles)[])
    .filter((part) => files[part] === undefined)
    .map((part) => partNames[part]);
  return { files, prefix: [...prefixes][0] ?? "", missing };
}

/** The options of {@link readIdxFolder}. */
export interface IdxFolderOptions {
  /**
   * The known datasets.
   *
   * @defaultValue {@link catalogue}
   */
  readonly entries?: readonly CatalogueEntry[] | undefined;
  /**
   * The range that pixel values span in the files, of both splits; it is brought to 0..255.
   *
   * @defaultValue floats from 0 to 1 span `"0..1"`; all other values stay as they are
   */
  readonly range?: ValueRange | undefined;
  /**
   * Whether to exchange rows and columns, because the files store images on their side, as EMNIST's do.
   *
   * @defaultValue true if the files are named as EMNIST's are published
   */
  readonly transpose?: boolean | undefined;
  /**
   * How many values each pixel gets, in both splits: 1 for grey, 2 for grey and opacity, 3 for colours, 4 for colours and
   * opacity.
   *
   * @defaultValue the fewest that hold all images
   */
  readonly channels?: Channels | undefined;
  /** Called with each warning, one line long. */
  readonly onWarning?: ((message: string) => void) | undefined;
  /** Ends the reading. */
  readonly signal?: AbortSignal | undefined;
  /** The archive that holds the four files; without it, they are on disk. */
  readonly archive?: ArchiveFolder | undefined;
}

const IDX_RULES: OptionRules<IdxFolderOptions> = {
  entries: { expected: "a list of entries", accepts: Array.isArray },
  range: FORM_RULES.range,
  channels: FORM_RULES.channels,
  transpose: FORM_RULES.transpose,
  onWarning: anyFunction,
  signal: abortSignal,
  archive: anyObject,
};

/**
 * Reads a dataset in MNIST's layout from a folder: MNIST, Fashion-MNIST, KMNIST, one split of EMNIST, or
 * your own, gzip or plain.
 *
 * Only files with the published checksums get a known dataset's name and class names. All others are named after their
 * folder, marked `(unverified)` if that could be mistaken for a known dataset.
 *
 * @param folder the folder that holds the four files, or the path of the archive
 * @throws HeddleError if files are missing, damaged or do not match each other; AbortedError on `signal`
 * @example
 * const dataset = await readIdxFolder("data/kmnist");
 * dataset.train.shape; // [28, 28, 1]
 */
export async function readIdxFolder(folder: string, options: IdxFolderOptions = {}): Promise<Dataset> {
  checkOptions("readIdxFolder", options, IDX_RULES);
  const { entries = catalogue, range, channels, transpose, onWarning, signal, archive } = options;
  const readAs = pickFormOptions({ range, channels, transpose });
  const listing = archive
    ? idxFilesOf(
        folder,
        (await archive.list("")).map(({ name }) => name),
      )
    : await listIdxFolder(folder);
  if (!listing || listing.missing.length > 0) throw missingFiles(folder, listing);
  const files = listing.files as IdxFolderFiles;
  const read = async (part: keyof IdxFolderFiles) => {
    const path = join(folder, files[part]);
    if (!archive) return { name: path, ...(await readIdxFile(path, signal)) };
    const bytes = await archive.read(files[part], { signal });
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    const file = { name: files[part], bytes: bytes.length, sha256 };
    return { name: path, array: await readIdx(bytes, path), file };
  };
  // One file after another, so that a failure leaves nothing running, and labels first, because small files show most
  // faults before large ones are read.
  const trainLabels = await read("trainLabels");
  const testLabels = await read("testLabels");
  const testImages = await read("testImages");
  const trainImages = await read("trainImages");
  const source = [trainImages, trainLabels, testImages, testLabels].map(({ file }) => file);
  const path = resolve(folder);
  const known = identify(
    source.map(({ sha256 }) => sha256),
    entries,
  );
  const unknownName = unverified(basename(path), entries);
  return datasetFromIdx(
    { trainImages, trainLabels, testImages, testLabels },
    {
      name: known?.name ?? unknownName,
      title: known?.title ?? unknownName,
      classNames: known?.classNames,
      // EMNIST stores each picture with rows and columns exchanged.
      transposed: transpose,
      range,
      channels,
      source: {
        kind: "files",
        path,
        ...(Object.keys(readAs).length > 0 && { options: readAs }),
        files: archive ? [archive.archive] : source,
      },
      onWarning,
    },
  );
}

/** The name of a folder or file, marked if it could be mistaken for a known dataset. */
export function unverified(name: string, entries: readonly CatalogueEntry[] = catalogue): string {
  const taken = ["fashion-sketch", ...entries.map((entry) => entry.name)].map(lettersOf);
  return taken.includes(lettersOf(name)) ? `${name} (unverified)` : name;
}

/** `Fashion_MNIST` and `fashion-mnist` alike as `fashionmnist`. */
function lettersOf(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, "");
}

/** `folder` itself if it holds a complete dataset, otherwise a folder with one of `names` in it that does. */
export async function folderWithin(folder: string, names: readonly string[]): Promise<string> {
  const listing = await listIdxFolder(folder);
  if (listing?.missing.length === 0) return folder;
  let failure = missingFiles(folder, listing);
  for (const name of names) {
    const inner = join(folder, name);
    const innerListing = await listIdxFolder(inner);
    if (innerListing?.missing.length === 0) return inner;
    if (innerListing) failure = missingFiles(inner, innerListing);
  }
  throw failure;
}

/** The error for a folder that does not hold a complete dataset. */
export function missingFiles(folder: string, listing: IdxFolderListing | undefined): HeddleError {
  const isEmpty = listing !== undefined && Object.keys(listing.files).length === 0;
  const alternatives = isEmpty
    ? ", or one with CSV, npz or Parquet files, CIFAR's files, or a folder of pictures for each class"
    : "";
  return new HeddleError({
    who: folder,
    expected: `a folder with ${Object.values(partNames).join(", ")}`,
    received: listing ? `a folder without ${listing.missing.join(", ")}` : "no folder of that name",
    next: `Choose the folder that holds the files${alternatives}.`,
  });
}

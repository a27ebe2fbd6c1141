import { readdir, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { HeddleError, messageOf } from "@heddle/core/internal/base/errors.js";
import { type CatalogueEntry, catalogue, identify } from "@heddle/core/internal/data/catalogue.js";
import type { Dataset } from "@heddle/core/internal/data/dataset.js";
import { datasetFromIdx, type IdxDatasetParts } from "@heddle/core/internal/data/idx/dataset.js";
import { readIdxFile } from "./idx-file.js";

/** The names of a dataset's four files within its folder. */
export type IdxFolderFiles = Readonly<Record<keyof IdxDatasetParts, string>>;

export interface IdxFolderListing {
  /** The files found, by their part. */
  readonly files: Partial<IdxFolderFiles>;
  /** What the names of the files start with: `"emnist-letters-"`, or nothing. */
  readonly prefix: string;
  /** What is missing, each as the name that would be found; empty for a whole dataset. */
  readonly missing: readonly string[];
}

// `t10k` in MNIST and its likes, `test` in EMNIST; unpackers turn `-idx3` into `.idx3`.
const FILE_NAME = /^(.*?)(train|t10k|test)-(images|labels)[-.]idx\d+-[a-z]+(\.gz)?$/i;

const partNames: IdxFolderFiles = {
  trainImages: "train-images-idx3-ubyte[.gz]",
  trainLabels: "train-labels-idx1-ubyte[.gz]",
  testImages: "t10k-images-idx3-ubyte[.gz]",
  testLabels: "t10k-labels-idx1-ubyte[.gz]",
};

/**
 * Which files of MNIST's, Fashion-MNIST's, KMNIST's or EMNIST's naming a folder holds; where a file is
 * there packed and plain, the packed one.
 *
 * @returns `undefined` when `folder` is not a folder
 * @throws HeddleError when files of several datasets lie side by side, as in EMNIST's own archive
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
  const files: { -readonly [Part in keyof IdxFolderFiles]?: string } = {};
  const prefixes = new Set<string>();
  // Sorted, a packed file comes after its plain twin and takes its place.
  for (const name of names.sort()) {
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
      next: "Put the four files that you want in a folder of their own.",
    });
  }
  const missing = (Object.keys(partNames) as (keyof IdxFolderFiles)[])
    .filter((part) => files[part] === undefined)
    .map((part) => partNames[part]);
  return { files, prefix: [...prefixes][0] ?? "", missing };
}

/**
 * Reads a dataset in MNIST's layout from a folder: MNIST, Fashion-MNIST, KMNIST, one split of EMNIST, or
 * your own, gzip or plain.
 *
 * Only files with the published checksums get a known dataset's name and class names. Any other goes by its
 * folder's name, marked `(unverified)` where that would pass for a known dataset; what is odd about its labels goes to
 * `onWarning`.
 *
 * @param folder the folder that holds the four files
 * @throws HeddleError when files are missing, damaged or do not fit each other
 * @example
 * const dataset = await readIdxFolder("data/kmnist");
 * dataset.train.shape; // [28, 28, 1]
 */
export async function readIdxFolder(
  folder: string,
  entries: readonly CatalogueEntry[] = catalogue,
  onWarning?: (message: string) => void,
): Promise<Dataset> {
  const listing = await listIdxFolder(folder);
  if (!listing || listing.missing.length > 0) throw missingFiles(folder, listing);
  const files = listing.files as IdxFolderFiles;
  const read = async (part: keyof IdxFolderFiles) => {
    const path = join(folder, files[part]);
    return { name: path, ...(await readIdxFile(path)) };
  };
  // Labels first and one file after the other: small files show most faults before the large ones are read,
  // and a failure leaves nothing running.
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
      transposed: listing.prefix.startsWith("emnist"),
      source: { kind: "files", path, files: source },
      onWarning,
    },
  );
}

/** A folder's or file's name, marked where it would pass for a known dataset. */
export function unverified(name: string, entries: readonly CatalogueEntry[] = catalogue): string {
  const taken = ["fashion-sketch", ...entries.map((entry) => entry.name)].map(lettersOf);
  return taken.includes(lettersOf(name)) ? `${name} (unverified)` : name;
}

/** `Fashion_MNIST` and `fashion-mnist` alike as `fashionmnist`. */
function lettersOf(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, "");
}

/** The error for a folder that does not hold a whole dataset. */
export function missingFiles(folder: string, listing: IdxFolderListing | undefined): HeddleError {
  const other = "or one with CSV files, an npz file, or a folder of pictures for each class";
  const none = listing !== undefined && Object.keys(listing.files).length === 0;
  return new HeddleError({
    who: folder,
    expected: `a folder with ${Object.values(partNames).join(", ")}`,
    received: listing ? `a folder without ${listing.missing.join(", ")}` : "no folder of that name",
    next: `Give the folder that holds the files${none ? `, ${other}` : ""}.`,
  });
}

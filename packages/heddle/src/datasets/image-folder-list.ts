import type { Dirent } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { fileError } from "@heddle/core/internal/base/files-node.js";

/** One picture of a folder of classes. */
export interface ListedPicture {
  /** The path below the dataset's folder, with slashes: `train/cat/001.png`. */
  readonly path: string;
  /** The name of its class's folder. */
  readonly label: string;
}

/** The pictures of a folder, all in `train` if it has no folders for splits. */
export interface ImageFolderListing {
  readonly train: readonly ListedPicture[];
  readonly test?: readonly ListedPicture[];
  /** The validation split's folder and how many pictures it holds, if it is not used as the test split. */
  readonly unused?: { readonly folder: string; readonly count: number };
}

const PICTURE = /\.(png|jpe?g|webp|gif|tiff?|avif)$/i;

const splitNames = {
  train: ["train", "training"],
  test: ["test", "testing"],
  validation: ["val", "valid", "validation"],
};

/** Whether a folder of this name may be a split. */
export function isSplitName(name: string): boolean {
  return Object.values(splitNames).some((names) => names.includes(name.toLowerCase()));
}

/**
 * Lists the pictures of `CLASS/*.png` or `SPLIT/CLASS/*.png`. Those of a class are sorted by code units, and the classes
 * alternate. So the order is the same on every system, and in the first n pictures classes have the same shares as in all.
 * A folder called `train` or like another split is one if it holds folders; where it holds pictures, it is a class.
 *
 * @returns `undefined` if the folder holds no such pictures
 * @throws HeddleError if a folder cannot be read
 */
export async function listImageFolder(folder: string): Promise<ImageFolderListing | undefined> {
  const names = await foldersIn(folder);
  const isSplit = await Promise.all(
    names.map((name) => isSplitName(name) && holdsFolders(join(folder, name))),
  );
  const splits = names.filter((_, index) => isSplit[index]);
  const splitOf = (split: keyof typeof splitNames) =>
    splits.find((name) => splitNames[split].includes(name.toLowerCase()));
  const train = splitOf("train");
  if (train === undefined) {
    const pictures = await picturesOf(folder, "");
    return pictures.length > 0 ? { train: pictures } : undefined;
  }
  const validation = splitOf("validation");
  const test = splitOf("test") ?? validation;
  const trainPictures = await picturesOf(join(folder, train), `${train}/`);
  if (trainPictures.length === 0) return undefined;
  const testPictures = test === undefined ? [] : await picturesOf(join(folder, test), `${test}/`);
  const unused = validation === undefined || validation === test ? undefined : validation;
  return {
    train: trainPictures,
    ...(testPictures.length > 0 && { test: testPictures }),
    ...(unused !== undefined && {
      unused: { folder: unused, count: (await picturesOf(join(folder, unused), "")).length },
    }),
  };
}

async function holdsFolders(folder: string): Promise<boolean> {
  const pictures = (await entriesOf(folder)).filter(isPicture);
  return pictures.length === 0 && (await foldersIn(folder)).length > 0;
}

async function picturesOf(folder: string, prefix: string): Promise<ListedPicture[]> {
  const pictures: ListedPicture[] = [];
  for (const label of await foldersIn(folder)) {
    for (const { name } of (await entriesOf(join(folder, label))).filter(isPicture)) {
      pictures.push({ path: `${prefix}${label}/${name}`, label });
    }
  }
  return interleaved(pictures);
}

function isPicture(entry: Dirent): boolean {
  return !entry.isDirectory() && PICTURE.test(entry.name) && !entry.name.startsWith(".");
}

/** Spreads the pictures of each class evenly over the list. */
function interleaved(pictures: readonly ListedPicture[]): ListedPicture[] {
  const classes = new Map<string, ListedPicture[]>();
  for (const picture of pictures) {
    const own = classes.get(picture.label);
    if (own) own.push(picture);
    else classes.set(picture.label, [picture]);
  }
  return [...classes.values()]
    .flatMap((own) => own.map((picture, at) => ({ picture, turn: (at + 0.5) / own.length })))
    .sort((a, b) => a.turn - b.turn)
    .map(({ picture }) => picture);
}

async function foldersIn(folder: string): Promise<string[]> {
  const entries = await entriesOf(folder);
  return entries
    .filter((entry) => (entry.isDirectory() || entry.isSymbolicLink()) && !entry.name.startsWith("."))
    .map(({ name }) => name);
}

/** The entries of a folder, sorted by code units; none if it is not a folder. */
async function entriesOf(folder: string): Promise<Dirent[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === "ENOTDIR") return [];
    throw fileError(folder, "a folder that can be read", thrown);
  }
}

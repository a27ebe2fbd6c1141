import { HeddleError } from "@heddle/core/internal/base/errors.js";
import { counted } from "@heddle/core/internal/base/format.js";
import {
  type LeftOut,
  leftOut,
  type ReaderNotes,
  type ReadingChoice,
} from "@heddle/core/internal/data/reading.js";
import { describeOther } from "./picture-endings.js";
import { listLabelledPictures } from "./picture-labels/list.js";
import { allFiles, allPictures, type ListedPicture, type PictureTree, pictureTree } from "./picture-tree.js";
import type { SourceFolder } from "./source-folder.js";

/** The pictures of a folder, all in `train` if it has no folders for splits, and what is left out of it. */
export interface ImageFolderListing extends ReaderNotes {
  readonly train: readonly ListedPicture[];
  readonly test?: readonly ListedPicture[];
}

const splitNames = {
  train: ["train", "training"],
  test: ["test", "testing"],
  validation: ["val", "valid", "validation"],
};

type SplitName = keyof typeof splitNames;

/** The split that one word in a folder's name says: `training_set`, `train-0`, `testImages`; undefined for none or several. */
function wordedSplit(name: string): SplitName | undefined {
  const words = name
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z]+/);
  const plain = words.map((word) => word.replace(/(set|data|images?|imgs?)$/, ""));
  const found = (Object.keys(splitNames) as SplitName[]).filter((split) =>
    splitNames[split].some((one) => plain.includes(one)),
  );
  return found.length === 1 ? found[0] : undefined;
}

/** Whether a folder of this name may be a split. */
export function isSplitName(name: string): boolean {
  return Object.values(splitNames).some((names) => names.includes(name.toLowerCase()));
}

/**
 * Lists the pictures of `CLASS/*.png` or `SPLIT/CLASS/*.png`, also within a folder that is the only one with pictures.
 * Those of a class are sorted by code units, and the classes alternate. So the order is the same on every system, and in the
 * first n pictures classes have the same shares as in all. A folder called `train` or like another split is one if it holds
 * folders; where it holds pictures, it is a class. Labels in files beside the pictures count more than folders.
 *
 * @returns `undefined` if there are no pictures
 * @throws HeddleError if there are, but not in one folder for each class, or if a folder cannot be read
 */
export async function listImageFolder(
  source: Pick<SourceFolder, "path" | "list" | "read" | "head">,
): Promise<ImageFolderListing | undefined> {
  const root = await pictureTree(source);
  const all = allPictures(root);
  if (all.length === 0) return undefined;
  const labelled = await listLabelled(source, root);
  if (labelled) return labelled;
  const base = withClasses(root);
  const listing = inSplits(base) ?? inClasses(base);
  if (listing.train.length === 0) throw withoutClasses(source.path, base, all);
  const down: ReadingChoice[] =
    base === root ? [] : [{ about: "folder", choice: `${base.path}, the only one with pictures` }];
  return {
    train: interleaved(listing.train),
    ...(listing.test && { test: interleaved(listing.test) }),
    choices: [...down, ...listing.choices],
    leftOut: [...emptyClasses(listing.classFolders), ...listing.leftOut, ...otherFiles(allFiles(root))],
  };
}

/**
 * Lists the pictures whose labels are in files beside them, in the same order.
 *
 * @returns undefined if there are no such files
 */
export async function listLabelled(
  source: Pick<SourceFolder, "path" | "list" | "read" | "head">,
  tree?: PictureTree,
): Promise<ImageFolderListing | undefined> {
  const found = await listLabelledPictures(source, tree ?? (await pictureTree(source)));
  if (!found) return undefined;
  const { train, test, choices, leftOut, others } = found;
  return {
    train: interleaved(train),
    ...(test && { test: interleaved(test) }),
    choices,
    leftOut: [...leftOut, ...otherFiles(others)],
  };
}

/** A listing before it is put in order, and the folders that it takes for classes. */
interface Found extends Required<ReaderNotes> {
  readonly train: readonly ListedPicture[];
  readonly test?: readonly ListedPicture[];
  readonly classFolders: readonly PictureTree[];
}

/** The folder that holds classes or splits: further down as long as there is one way. */
function withClasses(tree: PictureTree): PictureTree {
  const ways = tree.folders.filter((folder) => allPictures(folder).length > 0);
  const [only] = ways;
  const isWay = ways.length === 1 && tree.pictures.length === 0 && only!.pictures.length === 0;
  return isWay && !isSplitName(only!.name) ? withClasses(only!) : tree;
}

/** The pictures in the folders of splits; `undefined` if there is none for training. */
function inSplits(base: PictureTree): Found | undefined {
  const holdsClasses = ({ pictures, folders }: PictureTree) =>
    pictures.length === 0 && folders.some((folder) => folder.pictures.length > 0);
  const splits = base.folders.filter((folder) => isSplitName(folder.name) && holdsClasses(folder));
  const worded = splits.length === 0 ? wordedSplits(base, holdsClasses) : undefined;
  const splitOf = (split: SplitName) =>
    worded ? worded.get(split) : splits.find(({ name }) => splitNames[split].includes(name.toLowerCase()));
  const train = splitOf("train");
  if (!train) return undefined;
  const validation = splitOf("validation");
  const test = splitOf("test") ?? validation;
  const used = test ? [train, test] : [train];
  const unused = worded ? [] : base.folders.filter((folder) => !used.includes(folder));
  const outside = unused.filter((folder) => folder !== validation).flatMap(allPictures);
  const within = used.map(inClasses);
  return {
    train: within[0]!.train,
    ...(test && { test: within[1]!.train }),
    classFolders: used.flatMap(({ folders }) => folders),
    choices: [
      ...(worded
        ? [{ about: "splits", choice: `${used.map(({ path }) => path).join(" and ")}, by their names` }]
        : []),
      ...(test && test === validation
        ? [{ about: "test split", choice: `${validation.path}, because there is no test folder` }]
        : []),
    ],
    leftOut: [
      ...(validation && validation !== test
        ? entry("picture", "validation images are held out of the training images", allPictures(validation))
        : []),
      ...entry("picture", "they are in no class of a split", [...base.pictures, ...outside]),
      ...within.flatMap(({ leftOut }) => leftOut),
    ],
  };
}

/**
 * The folders with classes by the splits that words in their names say; undefined unless all folders with pictures are of
 * different splits, one of them for training.
 */
function wordedSplits(
  base: PictureTree,
  holdsClasses: (folder: PictureTree) => boolean,
): ReadonlyMap<SplitName, PictureTree> | undefined {
  const folders = base.folders.filter((folder) => allPictures(folder).length > 0);
  const found = new Map<SplitName, PictureTree>();
  for (const folder of folders) {
    const [split, classes] = [wordedSplit(folder.name), withClasses(folder)];
    if (split === undefined || found.has(split) || !holdsClasses(classes)) return undefined;
    found.set(split, classes);
  }
  return found.has("train") && base.pictures.length === 0 ? found : undefined;
}

/** The pictures of the folders directly in one, each a class. */
function inClasses(base: PictureTree): Found {
  const deeper = base.folders.flatMap(({ folders }) => folders.flatMap(allPictures));
  return {
    train: base.folders.flatMap(({ name, pictures }) => pictures.map((path) => ({ path, label: name }))),
    classFolders: base.folders,
    choices: [],
    leftOut: [
      ...entry("picture", "they are in no class folder", base.pictures),
      ...entry("picture", "they are in folders within a class folder", deeper),
    ],
  };
}

/** Folders that would be classes if they held pictures. */
function emptyClasses(folders: readonly PictureTree[]): LeftOut[] {
  const empty = folders.filter((folder) => allPictures(folder).length === 0).map(({ path }) => path);
  return entry("class folder", "without a picture that Heddle reads", empty);
}

/** Files that are not read as pictures, by what they are. */
function otherFiles(files: readonly string[]): LeftOut[] {
  const groups = new Map<string, { readonly what: string; readonly reason: string; names: string[] }>();
  for (const name of files) {
    const { what, reason } = describeOther(name);
    const group = groups.get(reason) ?? { what, reason, names: [] };
    group.names.push(name);
    groups.set(reason, group);
  }
  return [...groups.values()].flatMap(({ what, reason, names }) => entry(what, reason, names));
}

function entry(what: string, reason: string, names: readonly string[]): LeftOut[] {
  return names.length > 0 ? [leftOut(what, reason, names)] : [];
}

function withoutClasses(path: string, base: PictureTree, all: readonly string[]): HeddleError {
  const expected =
    "a folder with a folder of pictures for each class, or with train/ and test/ of such folders";
  if (base.pictures.length === all.length) {
    return new HeddleError({
      who: path,
      expected,
      received: `${counted(all.length, "picture")} and no folder for each class`,
      next: "Move the pictures of each class to a folder that has its name.",
    });
  }
  const counts = new Map<string, number>();
  for (const picture of all) {
    const folder = picture.slice(0, picture.lastIndexOf("/") + 1);
    counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  const seen = [...counts].slice(0, 4).map(([folder, count]) => `${folder} (${count})`);
  return new HeddleError({
    who: path,
    expected,
    received: `pictures in ${seen.join(", ")}${counts.size > 4 ? `, … (${counts.size} folders)` : ""}`,
    next: towardsClasses(base),
  });
}

/** What to do where the folders of splits and classes are not as expected. */
function towardsClasses(base: PictureTree): string {
  const withPictures = (folder: PictureTree) => folder.folders.filter((one) => allPictures(one).length > 0);
  const areSplits = (folders: readonly PictureTree[]) =>
    folders.length > 0 && folders.every(({ name }) => isSplitName(name));
  const [first, ...others] = withPictures(base);
  if (first && others.length === 0 && isSplitName(first.name)) {
    return `Add a folder train next to ${first.name}, or choose ${first.path} itself: test images are then held out of its pictures.`;
  }
  if (first && [first, ...others].every((folder) => areSplits(withPictures(folder)))) {
    const splits = withPictures(first).map((split) => `${split.name}/${first.name}`);
    return `Put the splits above the classes: ${splits.join(", ")} and so on.`;
  }
  return "Choose the folder that is directly above the classes.";
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

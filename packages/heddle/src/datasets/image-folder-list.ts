import type { SourceEntry, SourceFolder } from "./source-folder.js";

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
export async function listImageFolder(source: SourceFolder): Promise<ImageFolderListing | undefined> {
  const names = await foldersIn(source, "");
  const isSplit = await Promise.all(names.map((name) => isSplitName(name) && holdsFolders(source, name)));
  const splits = names.filter((_, index) => isSplit[index]);
  const splitOf = (split: keyof typeof splitNames) =>
    splits.find((name) => splitNames[split].includes(name.toLowerCase()));
  const train = splitOf("train");
  if (train === undefined) {
    const pictures = await picturesOf(source, "");
    return pictures.length > 0 ? { train: pictures } : undefined;
  }
  const validation = splitOf("validation");
  const test = splitOf("test") ?? validation;
  const trainPictures = await picturesOf(source, `${train}/`);
  if (trainPictures.length === 0) return undefined;
  const testPictures = test === undefined ? [] : await picturesOf(source, `${test}/`);
  const unused = validation === undefined || validation === test ? undefined : validation;
  return {
    train: trainPictures,
    ...(testPictures.length > 0 && { test: testPictures }),
    ...(unused !== undefined && {
      unused: { folder: unused, count: (await picturesOf(source, `${unused}/`)).length },
    }),
  };
}

async function holdsFolders(source: SourceFolder, folder: string): Promise<boolean> {
  const pictures = (await source.list(folder)).filter(isPicture);
  return pictures.length === 0 && (await foldersIn(source, folder)).length > 0;
}

/** The pictures of the classes below a split's folder: `""`, or its name and a slash. */
async function picturesOf(source: SourceFolder, split: string): Promise<ListedPicture[]> {
  const pictures: ListedPicture[] = [];
  for (const label of await foldersIn(source, split)) {
    for (const { name } of (await source.list(`${split}${label}`)).filter(isPicture)) {
      pictures.push({ path: `${split}${label}/${name}`, label });
    }
  }
  return interleaved(pictures);
}

function isPicture({ name, kind }: SourceEntry): boolean {
  return kind === "file" && PICTURE.test(name) && !name.startsWith(".");
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

async function foldersIn(source: SourceFolder, folder: string): Promise<string[]> {
  const entries = await source.list(folder);
  return entries
    .filter(({ name, kind }) => kind === "folder" && !name.startsWith("."))
    .map(({ name }) => name);
}

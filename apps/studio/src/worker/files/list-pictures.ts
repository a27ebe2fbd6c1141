import { HeddleError } from "@heddle/core";
import { splitOf } from "@heddle/core/internal/data/csv/names.js";
import { type LeftOut, leftOut } from "@heddle/core/internal/data/reading.js";
import { type Entry, nameOf } from "./entries";

/** A picture with its class. */
export interface ListedPicture {
  readonly entry: Entry;
  readonly label: string;
}

/** The pictures of both splits, and what is no picture of a class. */
export interface PictureListing {
  readonly train: readonly ListedPicture[];
  readonly test: readonly ListedPicture[] | undefined;
  readonly notes: readonly string[];
  readonly leftOut: readonly LeftOut[];
}

const PICTURE = /\.(png|jpe?g|jpe|jfif|webp|gif|avif|bmp|dib|pbm|pgm|ppm|pnm)$/i;

/** Whether a file of this name is read as a picture. */
export function isPicture({ path }: Entry): boolean {
  return PICTURE.test(path);
}

/** `boot-01.png`, `boot (2).jpg`: a word, then a number. */
const NUMBERED = /^(.*\p{L})[\s_.-]*\(?\d+\)?\.[^.]+$/u;

/**
 * Lists pictures by the folder that they are in, which names their class; folders called train and test above it are splits.
 * The class of pictures without a folder is what their names begin with.
 *
 * @throws HeddleError when there are not at least two classes
 */
export function listPictures(entries: readonly Entry[]): PictureListing {
  const listed = entries.filter(isPicture).map((entry) => {
    const folders = entry.path.split("/").slice(0, -1);
    const split = folders
      .slice(0, -1)
      .map(splitOf)
      .findLast((one) => one !== undefined);
    return { entry, label: folders.at(-1) ?? NUMBERED.exec(entry.path)?.[1], split };
  });
  const classes = new Set(listed.map(({ label }) => label));
  if (classes.size < 2 || classes.has(undefined)) throw withoutClasses(listed.length, classes);
  const others = entries.filter((entry) => !isPicture(entry)).map(({ path }) => nameOf(path));
  const hasSplits = ["train", "test"].every((name) => listed.some(({ split }) => split === name));
  const of = (wanted: string) =>
    interleaved(
      listed.flatMap(({ entry, label, split }) => (split === wanted ? [{ entry, label: label! }] : [])),
    );
  return {
    train: hasSplits
      ? of("train")
      : interleaved(listed.map(({ entry, label }) => ({ entry, label: label! }))),
    test: hasSplits ? of("test") : undefined,
    notes: listed.some(({ entry }) => !entry.path.includes("/"))
      ? [`The classes are what the names of the pictures begin with: ${[...classes].join(", ")}.`]
      : [],
    leftOut: others.length > 0 ? [leftOut("file", "no picture that a browser reads", others)] : [],
  };
}

/** Spreads the pictures of each class evenly, as Heddle does with folders on disk. */
function interleaved(pictures: readonly ListedPicture[]): readonly ListedPicture[] {
  const classes = Map.groupBy(pictures, ({ label }) => label);
  return [...classes.values()]
    .flatMap((own) => own.map((picture, at) => ({ picture, turn: (at + 0.5) / own.length })))
    .sort((a, b) => a.turn - b.turn)
    .map(({ picture }) => picture);
}

function withoutClasses(pictures: number, classes: ReadonlySet<string | undefined>): HeddleError {
  const names = [...classes].filter((name) => name !== undefined);
  return new HeddleError({
    who: "These pictures",
    expected: "a folder for each class, and at least two of them, or names such as cat-1.png and dog-1.png",
    received:
      names.length === 1 ? `${pictures} in one folder, ${names[0]}` : `${pictures} pictures without a folder`,
    next: "Put the pictures of each class into a folder that has its name, and drop the folder above.",
  });
}

import { HeddleError } from "../base/errors.js";
import type { NpyArray } from "../formats/npy.js";
import { type ArrayPair, arrayRoles } from "./array-names.js";
import { type ArrayOptions, emptySink, type SplitNames, splitOf } from "./array-split.js";
import type { DroppedRows } from "./dropped-rows.js";
import type { LabelledImages } from "./labelled-images.js";
import { type LeftOut, leftOut, type ReaderNotes, type ReadingChoice } from "./reading.js";

/** Arrays with names, of an archive or of several files. */
export interface ArraySource {
  /** The path of the archive or the folder, for errors. */
  readonly name: string;
  /** The names of all arrays. */
  readonly names: readonly string[];
  /** Reads one of them. */
  read(name: string): Promise<NpyArray>;
}

/** The images of named arrays. */
export interface ArrayImages extends ReaderNotes {
  readonly train: LabelledImages;
  /** Absent if there is only one split. */
  readonly test?: LabelledImages;
  /** The names of the classes 0, 1, …, if there is an array `class_names`. */
  readonly classNames?: readonly string[];
  /** The images that were dropped. */
  readonly dropped: DroppedRows;
}

/**
 * Reads images and labels from arrays that are told apart by their names. A validation split is used as the test split if
 * there is no other.
 *
 * @throws HeddleError if there are no images and labels for training, or they do not match
 */
export async function readNamedArrays(source: ArraySource, options: ArrayOptions): Promise<ArrayImages> {
  const { name, names } = source;
  const roles = arrayRoles(names);
  const { train: trainPair, validation } = roles;
  if (!trainPair) throw unnamed(name, names);
  const testPair = roles.test ?? validation;
  const sink = emptySink();
  const split = async (pair: ArrayPair) => {
    const about: SplitNames = { name, ...pair };
    return splitOf(
      await source.read(pair.images),
      await source.read(pair.labels),
      { ...options, ...about },
      sink,
    );
  };
  const train = await split(trainPair);
  const test = testPair && (await split(testPair));
  const classNames = roles.classNames && (await source.read(roles.classNames)).data;
  const choices: ReadingChoice[] = [];
  const notUsed: LeftOut[] = [];
  if (validation && testPair === validation) {
    choices.push({
      about: "test",
      choice: `${validation.images}, because there is no test split`,
      warn: true,
    });
  } else if (validation) {
    const { shape } = await source.read(validation.labels);
    notUsed.push({
      what: "validation image",
      reason: `${validation.images} is not used, because validation images are held out of the training images`,
      count: shape[0] ?? 0,
      examples: [],
    });
  }
  if (roles.others.length > 0) {
    notUsed.push(leftOut("array", "the name is not that of a split's images or labels", roles.others));
  }
  return {
    train,
    ...(test && { test }),
    ...(Array.isArray(classNames) && { classNames: classNames as readonly string[] }),
    dropped: sink,
    choices,
    leftOut: notUsed,
  };
}

function unnamed(who: string, names: readonly string[]): HeddleError {
  return new HeddleError({
    who,
    expected: "the arrays x_train, y_train, x_test and y_test",
    received: names.length > 0 ? names.slice(0, 8).join(", ") : "an empty archive",
    next: "Use numpy.savez_compressed(path, x_train=…, y_train=…, x_test=…, y_test=…).",
  });
}

import { HeddleError } from "../base/errors.js";
import { groupDigits } from "../base/format.js";
import { sameShape } from "../base/shape.js";
import { classesOf, isWholeNumber, splitWithClasses, textsInUse, warnOfEmptyClasses } from "./classes.js";
import type { Dataset, DatasetSource, HoldOut, ImageSet } from "./dataset.js";
import { defaultHoldOut, holdOut } from "./hold-out.js";
import type { LabelledImages } from "./labelled-images.js";
import { toByteRange } from "./value-range.js";

/** Splits over the same classes; the test split may be missing. */
export interface ClassedImages {
  readonly classNames: readonly string[];
  readonly train: ImageSet;
  readonly test?: ImageSet;
}

export interface ClassOptions {
  /** Names of the classes 0, 1, … where the data says them itself. */
  readonly classNames?: readonly string[] | undefined;
  /** Called with one line for anything the user should know. */
  readonly onWarning?: ((message: string) => void) | undefined;
}

export interface AssembleOptions extends ClassOptions {
  /** Short name, as typed on the command line. */
  readonly name: string;
  readonly source: DatasetSource;
  /**
   * How a test split is held out where there is none; by default a sixth of each class. `"none"`: every image is in
   * both splits, for models that have not seen any of them.
   */
  readonly holdOut?: Partial<HoldOut> | "none" | undefined;
}

/**
 * Labelled images as splits over the same classes: labels become classes, floats from 0 to 1 become 0 to 255.
 *
 * @throws HeddleError when the splits' images have different shapes, or one has numbers and the other names
 *   as labels
 */
export function toClasses(
  read: { readonly train: LabelledImages; readonly test?: LabelledImages | undefined },
  options: ClassOptions = {},
): ClassedImages {
  const { onWarning = () => {} } = options;
  const given = [read.train, ...(read.test ? [read.test] : [])];
  checkAlike(read.train, read.test);
  const { sets, range } = toByteRange(given);
  if (range === "floats 0..1") onWarning("The pixels are from 0 to 1: they were multiplied by 255.");
  if (range === "other floats") {
    onWarning("The pixels are not from 0 to 255, as models expect that start with Rescaling(1/255).");
  }
  const texts = given.flatMap(textsInUse);
  const classNames = namedClasses(read.train.name, texts, options.classNames);
  const numbered = options.classNames ? classNames.map((_, label) => String(label)) : classNames;
  const [train, test] = sets.map((set) => splitWithClasses(set, numbered));
  warnOfEmptyClasses({ classNames, train: train!.labels, test: test?.labels }, onWarning);
  return { classNames, train: train!, ...(test && { test }) };
}

/** Labelled images as a dataset; where there is no test split, a part is held out, and `onWarning` says so. */
export function assemble(
  read: { readonly train: LabelledImages; readonly test?: LabelledImages | undefined },
  options: AssembleOptions,
): Dataset {
  const { name, source, onWarning = () => {} } = options;
  const classed = toClasses(read, options);
  const { classNames, train, test } = classed;
  const named = { name, title: name, classNames };
  if (test) return { ...named, train, test, source };
  if (options.holdOut === "none") return { ...named, train, test: train, source };
  const split = { ...defaultHoldOut, ...options.holdOut };
  const parts = withTest(read.train.name, classed, onWarning, split);
  return { ...named, train: parts.train, test: parts.test, source: { ...source, split } };
}

/** Splits of which the test split is there; it is held out of the training images where it was not. */
export function withTest(
  name: string,
  { classNames, train, test }: ClassedImages,
  onWarning: (message: string) => void,
  split: HoldOut = defaultHoldOut,
): { readonly train: ImageSet; readonly test: ImageSet } {
  if (test) return { train, test };
  checkFraction(split);
  const parts = holdOut(name, train, classNames.length, split);
  onWarning(
    `There is no test split: ${groupDigits(parts.test.count)} of ${groupDigits(train.count)} images were held out as one, ` +
      `the same share of each class (seed ${split.seed}).`,
  );
  return parts;
}

function checkFraction({ fraction }: HoldOut): void {
  if (fraction > 0 && fraction < 1) return;
  throw new HeddleError({
    who: "Held-out part",
    expected: "a fraction above 0 and below 1",
    received: String(fraction),
    next: "Give one such as 1/6.",
  });
}

function checkAlike(train: LabelledImages, test: LabelledImages | undefined): void {
  if (!test) return;
  if (!sameShape(train.shape, test.shape)) {
    throw new HeddleError({
      who: test.name,
      expected: `images of ${train.shape.join(" × ")} as in ${train.name}`,
      received: test.shape.join(" × "),
      next: "Take both splits from the same dataset.",
    });
  }
  const isNumber = (text: string) => /^-?\d+$/.test(text);
  const kindOf = (set: LabelledImages) => (textsInUse(set).every(isNumber) ? "numbers" : "names");
  if (kindOf(train) === kindOf(test)) return;
  throw new HeddleError({
    who: test.name,
    expected: `labels that are ${kindOf(train)} as in ${train.name}`,
    received: kindOf(test),
    next: "Label both splits in the same way.",
  });
}

/** The classes of labels; with names given, labels are numbers that count them. */
function namedClasses(
  who: string,
  texts: readonly string[],
  names: readonly string[] | undefined,
): readonly string[] {
  if (!names) return classesOf(texts, who);
  const strange = texts.find((text) => !(isWholeNumber(text) && Number(text) < names.length));
  if (strange === undefined) return names;
  throw new HeddleError({
    who,
    expected: `labels from 0 to ${names.length - 1}, as it names ${names.length} classes`,
    received: `label ${strange}`,
    next: "Correct the labels or the names.",
  });
}

import { HeddleError } from "../base/errors.js";
import { groupDigits } from "../base/format.js";
import { checkOptions, checkOptionValues, type OptionRules } from "../base/known-options.js";
import { anyFunction, anyObject, anyText, listOf } from "../base/rules.js";
import {
  classesOf,
  inNormalForm,
  isWholeNumber,
  splitWithClasses,
  textsInUse,
  warnOfEmptyClasses,
} from "./classes.js";
import type { Channels, ClassOrder, Dataset, DatasetSource, HoldOut, ImageSet } from "./dataset.js";
import { FORM_RULES, holdOutRule } from "./form-options.js";
import { defaultHoldOut, holdOut } from "./hold-out.js";
import { commonChannels, imagesWithChannels } from "./image-channels.js";
import { checkSizes } from "./image-shape.js";
import type { LabelledImages } from "./labelled-images.js";
import { orientationOf, transposed } from "./orientation.js";
import {
  channelsChoice,
  classesChoice,
  type ReaderNotes,
  type Reading,
  type ReadingChoice,
  warnOfReading,
} from "./reading.js";
import { toByteRange, type ValueRange } from "./value-range.js";

/** Splits over the same classes, possibly without a test split. */
export interface ClassedImages {
  /** The name of each class, in the order of the labels. */
  readonly classNames: readonly string[];
  readonly train: ImageSet;
  readonly test?: ImageSet;
}

/** Labelled images as a reader returns them. */
export interface LabelledSplits extends ReaderNotes {
  readonly train: LabelledImages;
  /** Absent if the data has no test split. */
  readonly test?: LabelledImages | undefined;
}

/** The options of {@link toClasses}. */
export interface ClassOptions {
  /**
   * The range that pixel values span in the source, of every split; it is brought to 0..255.
   *
   * @defaultValue floats from 0 to 1 span `"0..1"`; all other values stay as they are
   */
  readonly range?: ValueRange | undefined;
  /**
   * How many values each pixel gets, in both splits: 1 for grey, 2 for grey and opacity, 3 for colours, 4 for colours and
   * opacity.
   *
   * @defaultValue the fewest that hold all images
   */
  readonly channels?: Channels | undefined;
  /**
   * Whether to exchange rows and columns, because the source stores images on their side, as EMNIST's files do.
   *
   * @defaultValue true for tables named as EMNIST's are published, such as `emnist-letters-train.csv`
   */
  readonly transpose?: boolean | undefined;
  /**
   * The names of the classes 0, 1, ….
   *
   * @defaultValue the labels themselves, by the rule of {@link classesOf}
   */
  readonly classNames?: readonly string[] | undefined;
  /**
   * The order of the classes, unless `classNames` has it.
   *
   * @defaultValue `"number"` if every label is a number, otherwise `"text"`
   */
  readonly classOrder?: ClassOrder | undefined;
  /** Called with each warning, one line long. */
  readonly onWarning?: ((message: string) => void) | undefined;
}

/** The options of {@link assemble}. */
export interface AssembleOptions extends ClassOptions {
  /** The dataset's name. */
  readonly name: string;
  /** Where the images came from. */
  readonly source: DatasetSource;
  /**
   * How to hold out a test split if the data has none. With `"none"`, both splits hold every image, for models that have
   * seen none of them.
   *
   * @defaultValue `{ fraction: 1 / 6, seed: 42 }`
   */
  readonly holdOut?: Partial<HoldOut> | "none" | undefined;
}

const CLASS_RULES: OptionRules<ClassOptions> = {
  range: FORM_RULES.range,
  channels: FORM_RULES.channels,
  classOrder: FORM_RULES.classOrder,
  transpose: FORM_RULES.transpose,
  classNames: listOf("names", anyText),
  onWarning: anyFunction,
};

const ASSEMBLE_RULES: OptionRules<AssembleOptions> = {
  ...CLASS_RULES,
  name: anyText,
  source: anyObject,
  holdOut: holdOutRule,
};

/**
 * Turns labelled images into splits over the same classes: labels become classes, and the pixel values of each split are
 * brought to 0..255 where they span another range that can be told.
 *
 * @throws HeddleError if the splits' images have different shapes or ranges, or the labels of one split are numbers and
 *   those of the other names
 * @example
 * const { images } = await readCsv(file.stream());
 * const { train, classNames } = toClasses({ train: images });
 */
export function toClasses(
  read: LabelledSplits,
  options: ClassOptions = {},
): ClassedImages & { readonly reading: Reading } {
  checkOptionValues("Dataset", options, CLASS_RULES);
  const { onWarning = () => {} } = options;
  const splits = [read.train, ...(read.test ? [read.test] : [])].map(inNormalForm);
  checkAlike(splits[0]!, splits[1]);
  const orientation = orientationOf(
    splits.map(({ name }) => name),
    options.transpose,
  );
  const shapes = splits.map(({ shape }) => shape);
  const channels = options.channels ?? commonChannels(shapes);
  const notes = {
    choices: [
      channelsChoice(channels, shapes, options.channels),
      orientation.choice,
      ...(read.choices ?? []),
    ],
    leftOut: read.leftOut ?? [],
  };
  warnOfReading(notes, onWarning);
  const scaled = toByteRange(orientation.transposed ? splits.map(transposed) : splits, options);
  const texts = splits.flatMap(textsInUse);
  const classNames = namedClasses(read.train.name, texts, options);
  const numbered = options.classNames ? classNames.map((_, label) => String(label)) : classNames;
  const [train, test] = scaled.map(({ set }) =>
    splitWithClasses(imagesWithChannels(set, channels), numbered),
  );
  warnOfEmptyClasses({ classNames, train: train!.labels, test: test?.labels }, onWarning);
  const reading: Reading = {
    train: scaled[0]!.reading,
    ...(test && { test: scaled[1]!.reading }),
    transposed: orientation.transposed,
    choices: notes.choices.toSpliced(1, 0, classesOfText(classNames, options)),
    leftOut: notes.leftOut,
  };
  return { classNames, train: train!, ...(test && { test }), reading };
}

/**
 * Turns labelled images into a dataset. If there is no test split, a part of the training images is held out, with a
 * warning.
 *
 * @throws HeddleError as {@link toClasses} does, and if too few images are left to hold out
 * @example
 * const { images } = await readCsv(file.stream(), { name: file.name });
 * const dataset = assemble({ train: images }, { name: file.name, source: { kind: "files", files: [] } });
 */
export function assemble(read: LabelledSplits, options: AssembleOptions): Dataset {
  checkOptions("Dataset", options, ASSEMBLE_RULES);
  const { name, onWarning = () => {} } = options;
  const classed = toClasses(read, options);
  const { classNames, train, test, reading } = classed;
  const source: DatasetSource = { ...options.source, reading };
  const named = { name, title: name, classNames };
  if (test) return { ...named, train, test, source };
  if (options.holdOut === "none") return { ...named, train, test: train, source };
  const split = { ...defaultHoldOut, ...options.holdOut };
  const parts = withTest(read.train.name, classed, onWarning, split);
  return { ...named, train: parts.train, test: parts.test, source: { ...source, split } };
}

/** Both splits; a missing test split is held out of the training images. */
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
    `No test split: held out ${groupDigits(parts.test.count)} of ${groupDigits(train.count)} images, ` +
      `the same share of each class (seed ${split.seed}).`,
  );
  return parts;
}

function checkFraction({ fraction }: HoldOut): void {
  if (fraction > 0 && fraction < 1) return;
  throw new HeddleError({
    who: "`holdOut`",
    expected: "a fraction above 0 and below 1",
    received: String(fraction),
    next: "Use one such as 1 / 6.",
  });
}

function checkAlike(train: LabelledImages, test: LabelledImages | undefined): void {
  if (!test) return;
  checkSizes(train, test);
  const isNumber = (text: string) => /^-?\d+$/.test(text);
  const kindOf = (set: LabelledImages) => (textsInUse(set).every(isNumber) ? "numbers" : "names");
  if (kindOf(train) === kindOf(test)) return;
  // A split may lack the classes that are no numbers, of classes that are digits and letters.
  const [numbered, named] = kindOf(test) === "numbers" ? [test, train] : [train, test];
  const known = new Set(textsInUse(named));
  if (textsInUse(numbered).every((text) => known.has(text))) return;
  throw new HeddleError({
    who: test.name,
    expected: `labels that are ${kindOf(train)} as in ${train.name}`,
    received: kindOf(test),
    next: "Label both splits in the same way.",
  });
}

/** The order of the classes, with its option where the names as text would be in another. */
function classesOfText(names: readonly string[], { classNames, classOrder }: ClassOptions): ReadingChoice {
  const sorted = [...names].sort();
  const isChoice = !classNames && (classOrder !== undefined || names.some((name, at) => name !== sorted[at]));
  return classesChoice(names, isChoice ? "classOrder" : undefined);
}

/** The classes of labels; with `classNames`, labels must be positions of these. */
function namedClasses(
  who: string,
  texts: readonly string[],
  { classNames: names, classOrder }: ClassOptions,
): readonly string[] {
  if (!names) return classesOf(texts, who, classOrder);
  const unknown = texts.find((text) => !(isWholeNumber(text) && Number(text) < names.length));
  if (unknown === undefined) return names;
  throw new HeddleError({
    who,
    expected: `labels from 0 to ${names.length - 1} for its ${names.length} class names`,
    received: `label ${unknown}`,
    next: "Correct the labels or the names.",
  });
}

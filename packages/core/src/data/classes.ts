import { HeddleError } from "../base/errors.js";
import type { Dataset, ImageSet } from "./dataset.js";
import type { LabelledImages } from "./labelled-images.js";

/** More classes than any set of small images has; a damaged label could ask for billions. */
export const MAXIMUM_CLASSES = 65536;

/**
 * The classes that labels stand for. Whole numbers are classes in their order, from the smallest label to the
 * largest, gaps included (a class of which there is no image stays a class) unless more than half of them were
 * gaps. Anything else is a name: the names, sorted by their code units.
 *
 * @param texts every label that occurs
 * @param name who complains
 * @example
 * classesOf(["3", "1", "2"], "letters.csv"); // ["1", "2", "3"]
 * classesOf(["dog", "cat"], "pets"); // ["cat", "dog"]
 */
export function classesOf(texts: Iterable<string>, name: string): readonly string[] {
  const distinct = [...new Set(texts)];
  const words = distinct.filter((text) => !isWholeNumber(text));
  if (distinct.length > MAXIMUM_CLASSES) {
    throw new HeddleError({
      who: name,
      expected: `at most ${MAXIMUM_CLASSES} classes`,
      received: `${distinct.length} different labels`,
      next: "Check that the right column holds the labels.",
    });
  }
  if (words.length > 0) return distinct.sort();
  const numbers = distinct.map(Number).sort((a, b) => a - b);
  // Label 0 is 0: tables that count from 1 mean no class 0.
  const [first = 0] = numbers;
  const range = (numbers.at(-1) ?? 0) - first + 1;
  if (range > 2 * numbers.length) return numbers.map(String);
  return Array.from({ length: range }, (_, index) => String(first + index));
}

/** `0`, `12`; not `007` and not `1.5`, which are names. */
export function isWholeNumber(text: string): boolean {
  return /^(0|[1-9]\d{0,14})$/.test(text);
}

/** Labelled images as a split of a dataset with these classes; labels become bytes where they fit. */
export function splitWithClasses(set: LabelledImages, classNames: readonly string[]): ImageSet {
  const positions = new Map(classNames.map((name, position) => [name, position]));
  // Texts that no image has any more, as its row was dropped, have no class: they get a harmless 0.
  const classOf = Int32Array.from(set.labelTexts, (text) => positions.get(text) ?? 0);
  const labels = classNames.length <= 256 ? new Uint8Array(set.count) : new Int32Array(set.count);
  for (let image = 0; image < set.count; image++) labels[image] = classOf[set.labels[image]!]!;
  return { images: set.images, labels, count: set.count, shape: set.shape };
}

/** The label texts that at least one image has. */
export function textsInUse({ labelTexts, labels }: LabelledImages): readonly string[] {
  const used = new Set(labels);
  return labelTexts.filter((_, position) => used.has(position));
}

/**
 * A dataset with the classes of a model that was trained on other files of the same kind: by name, so that a
 * table in which a class is missing does not shift the others. Whole numbers count as positions where the
 * model's classes have other names; where the model knows only numbers and the dataset names as many classes, these
 * are matched by their order and keep their names.
 *
 * @throws HeddleError when the dataset has a class that the model does not know
 */
export function withClasses(dataset: Dataset, classNames: readonly string[]): Dataset {
  const own = dataset.classNames;
  if (own.length === classNames.length && own.every((name, index) => name === classNames[index])) {
    return dataset;
  }
  const isNumbered = (names: readonly string[]) => names.every(isWholeNumber);
  if (own.length === classNames.length && isNumbered(classNames) && !isNumbered(own)) return dataset;
  const position = (name: string) => {
    const known = classNames.indexOf(name);
    if (known >= 0) return known;
    return isWholeNumber(name) && Number(name) < classNames.length ? Number(name) : -1;
  };
  const positions = Int32Array.from(own, position);
  const occurs = (label: number) =>
    dataset.train.labels.includes(label) || dataset.test.labels.includes(label);
  const strange = own.find((_, label) => positions[label]! < 0 && occurs(label));
  if (strange !== undefined) {
    const shown = classNames.slice(0, 10).join(", ");
    throw new HeddleError({
      who: dataset.title,
      expected: `the classes of the run: ${shown}${classNames.length > 10 ? ", …" : ""}`,
      received: `the class ${strange}`,
      next: "Choose data with the same classes.",
    });
  }
  const mapped = (set: ImageSet): ImageSet => {
    const labels = classNames.length <= 256 ? new Uint8Array(set.count) : new Int32Array(set.count);
    set.labels.forEach((label, image) => {
      labels[image] = positions[label]!;
    });
    return { ...set, labels };
  };
  return { ...dataset, classNames, train: mapped(dataset.train), test: mapped(dataset.test) };
}

/** How many class names a warning lists. */
const LISTED = 10;

/** Tells of a single class, and of classes of which a split has no image; `train` and `test` are labels. */
export function warnOfEmptyClasses(
  of: {
    readonly classNames: readonly string[];
    readonly train: ImageSet["labels"];
    readonly test?: ImageSet["labels"] | undefined;
  },
  onWarning: (message: string) => void,
): void {
  const { classNames, train, test } = of;
  const lacking = (labels: ImageSet["labels"]) => {
    const there = new Set<number>(labels);
    return classNames.filter((_, label) => !there.has(label));
  };
  const list = (names: readonly string[]) =>
    names.slice(0, LISTED).join(", ") + (names.length > LISTED ? ` and ${names.length - LISTED} more` : "");
  const [single] = classNames;
  if (classNames.length === 1)
    onWarning(`Every image is of the class ${single}: there is nothing to tell apart.`);
  const inTrain = lacking(train);
  if (inTrain.length > 0) onWarning(`No training image is of the class ${list(inTrain)}.`);
  const inTest = test ? lacking(test) : [];
  if (inTest.length > 0) onWarning(`No test image is of the class ${list(inTest)}.`);
}

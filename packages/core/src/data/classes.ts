import { HeddleError } from "../base/errors.js";
import { numberOf } from "./csv/cells.js";
import type { ClassOrder, Dataset, ImageSet } from "./dataset.js";
import type { LabelledImages } from "./labelled-images.js";

/** More classes than any set of small images has; a damaged label could otherwise call for billions. */
export const MAXIMUM_CLASSES = 65536;

/**
 * The classes that labels stand for. Whole numbers are classes in their order, from the smallest label to the
 * largest. A number between them without images is a class too, unless more than half of them would be. Other numbers
 * are in their order too. If a label is not a number, all are names, sorted by code units.
 *
 * @param texts every label that occurs
 * @param name the file's path, for errors
 * @param order `"text"` to sort numbers by code units too, without classes between them; `"number"` to sort the numbers
 *   among names by value, before the names
 * @throws HeddleError if there are more than 65,536 classes
 * @example
 * classesOf(["3", "1", "2"], "letters.csv"); // ["1", "2", "3"]
 * classesOf(["dog", "cat"], "pets"); // ["cat", "dog"]
 */
export function classesOf(texts: Iterable<string>, name: string, order?: ClassOrder): readonly string[] {
  const distinct = [...new Set(texts)];
  if (distinct.length > MAXIMUM_CLASSES) {
    throw new HeddleError({
      who: name,
      expected: `at most ${MAXIMUM_CLASSES} classes`,
      received: `${distinct.length} different labels`,
      next: "Check that the right column holds the labels.",
    });
  }
  const isNumber = (text: string) => !Number.isNaN(numberOf(text));
  if (order === "text" || (order === undefined && !distinct.every(isNumber))) return distinct.sort();
  if (!distinct.every(isWholeNumber)) {
    const names = distinct.filter((text) => !isNumber(text)).sort();
    const values = distinct.filter(isNumber).sort((a, b) => Number(a) - Number(b) || (a < b ? -1 : 1));
    return [...values, ...names];
  }
  const numbers = distinct.map(Number).sort((a, b) => a - b);
  // The range starts at the smallest label: a table that counts from 1 has no class 0.
  const [first = 0] = numbers;
  const range = (numbers.at(-1) ?? 0) - first + 1;
  if (range > 2 * numbers.length) return numbers.map(String);
  return Array.from({ length: range }, (_, index) => String(first + index));
}

/** True for `0` and `12`; false for `007` and `1.5`, which are names. */
export function isWholeNumber(text: string): boolean {
  return /^(0|[1-9]\d{0,14})$/.test(text);
}

/** An array for the labels of `count` images: bytes if they can count the classes. */
export function emptyLabels(count: number, classes: number): Uint8Array | Int32Array {
  return classes <= 256 ? new Uint8Array(count) : new Int32Array(count);
}

/** Turns labelled images into a split of a dataset with these classes. */
export function splitWithClasses(set: LabelledImages, classNames: readonly string[]): ImageSet {
  const positions = new Map(classNames.map((name, position) => [name, position]));
  // Texts that no image has any more, because its row was dropped, have no class: they get a harmless 0.
  const classOf = Int32Array.from(set.labelTexts, (text) => positions.get(text) ?? 0);
  const labels = emptyLabels(set.count, classNames.length);
  for (let image = 0; image < set.count; image++) labels[image] = classOf[set.labels[image]!]!;
  return { images: set.images, labels, count: set.count, shape: set.shape };
}

/**
 * Labelled images whose labels are in Unicode's normal form C, in which equal texts have equal code units, and without spaces
 * around them, which nobody sees.
 */
export function inNormalForm(set: LabelledImages): LabelledImages {
  return { ...set, labelTexts: set.labelTexts.map((text) => text.normalize("NFC").trim() || text) };
}

/** The label texts that at least one image has. */
export function textsInUse({ labelTexts, labels }: LabelledImages): readonly string[] {
  const used = new Set(labels);
  return labelTexts.filter((_, position) => used.has(position));
}

/**
 * Gives a dataset the classes of a model that was trained on other files of the same kind. Classes are matched by
 * name, so that a table in which one is missing does not shift the rest. Labels that are whole numbers count as positions
 * if the model's classes have names. If only the dataset names its classes, and as many as the model has, they are
 * matched by their order and keep their names.
 *
 * @param classNames the model's classes
 * @throws HeddleError if the dataset has a class that the model does not know
 */
export function withClasses(dataset: Dataset, classNames: readonly string[]): Dataset {
  const own = dataset.classNames.map((name) => name.normalize("NFC"));
  if (
    own.length === classNames.length &&
    own.every((name, index) => name === classNames[index]?.normalize("NFC"))
  ) {
    return dataset;
  }
  const isNumbered = (names: readonly string[]) => names.every(isWholeNumber);
  if (own.length === classNames.length && isNumbered(classNames) && !isNumbered(own)) return dataset;
  const position = (name: string) => {
    const known = classNames.findIndex((one) => one.normalize("NFC") === name);
    if (known >= 0) return known;
    return isWholeNumber(name) && Number(name) < classNames.length ? Number(name) : -1;
  };
  const positions = Int32Array.from(own, position);
  const occurs = (label: number) =>
    dataset.train.labels.includes(label) || dataset.test.labels.includes(label);
  const unknown = own.find((_, label) => positions[label]! < 0 && occurs(label));
  if (unknown !== undefined) {
    const shown = classNames.slice(0, 10).join(", ");
    throw new HeddleError({
      who: dataset.title,
      expected: `the model's classes: ${shown}${classNames.length > 10 ? ", …" : ""}`,
      received: `the class ${unknown}`,
      next: "Choose data with the same classes.",
    });
  }
  const mapped = (set: ImageSet): ImageSet => {
    const labels = emptyLabels(set.count, classNames.length);
    set.labels.forEach((label, image) => {
      labels[image] = positions[label]!;
    });
    return { ...set, labels };
  };
  return { ...dataset, classNames, train: mapped(dataset.train), test: mapped(dataset.test) };
}

/** How many class names a warning lists. */
const LISTED = 10;

/** Warns of a single class, and of classes without images in a split; `train` and `test` are labels. */
export function warnOfEmptyClasses(
  splits: {
    readonly classNames: readonly string[];
    readonly train: ImageSet["labels"];
    readonly test?: ImageSet["labels"] | undefined;
  },
  onWarning: (message: string) => void,
): void {
  const { classNames, train, test } = splits;
  const missingFrom = (labels: ImageSet["labels"]) => {
    const present = new Set<number>(labels);
    return classNames.filter((_, label) => !present.has(label));
  };
  const list = (names: readonly string[]) => {
    const more = names.length > LISTED ? ` and ${names.length - LISTED} more` : "";
    return `${names.length === 1 ? "class" : "classes"} ${names.slice(0, LISTED).join(", ")}${more}`;
  };
  const [single] = classNames;
  if (classNames.length === 1)
    onWarning(`All images belong to one class, ${single}: there is nothing to tell apart.`);
  const missingFromTrain = missingFrom(train);
  if (missingFromTrain.length > 0) onWarning(`No training image belongs to ${list(missingFromTrain)}.`);
  const missingFromTest = test ? missingFrom(test) : [];
  if (missingFromTest.length > 0) onWarning(`No test image belongs to ${list(missingFromTest)}.`);
}

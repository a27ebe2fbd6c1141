import { classesOf, isWholeNumber } from "./classes.js";
import { isMissing } from "./csv/cells.js";

/**
 * The labels to write with images of each class: the classes' names if reading them back yields the same classes in the
 * same order, otherwise their numbers.
 *
 * @param used the classes that have images
 */
export function labelTextsFor(classNames: readonly string[], used: ReadonlySet<number>): readonly string[] {
  const occurring = classNames.filter((_, label) => used.has(label));
  const readBack = classesOf(occurring, "labels");
  const inOrder = occurring.every(
    (name, index) => readBack.filter((text) => occurring.includes(text))[index] === name,
  );
  const plain = occurring.every((name) => !isMissing(name) && name === name.trim() && !/[\r\n]/.test(name));
  // `03` and `3.0` would be read back as 3.
  const numbers = occurring.filter((name) => /^[+-]?[\d.]+$/.test(name));
  const allNumbers = numbers.length === occurring.length && occurring.every(isWholeNumber);
  if (plain && inOrder && (allNumbers || numbers.length === 0)) return classNames;
  return classNames.map((_, label) => String(label));
}

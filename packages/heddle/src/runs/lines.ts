import { HeddleError, messageOf } from "@heddle/core/internal/base/errors.js";
import { JsonFields } from "./json-fields.js";

/** Called for a line that cannot be read, with a sentence. */
export type OnDamagedLine = (message: string) => void;

/**
 * Reads a file of JSON objects, a line each. A line that cannot be read costs itself only: a process that was killed, or a
 * full disk, may have left a part of one.
 *
 * @param file the file's path, for the warnings
 * @param read reads the fields of one line; throws a HeddleError when one of them is wrong
 */
export function readLines<T>(
  file: string,
  text: string,
  read: (fields: JsonFields) => T,
  onDamaged: OnDamagedLine = () => {},
): T[] {
  return text.split("\n").flatMap((line, index) => {
    if (line === "") return [];
    try {
      return [read(JsonFields.parse(`${file}, line ${index + 1}`, line))];
    } catch (thrown) {
      if (!(thrown instanceof HeddleError)) throw thrown;
      onDamaged(`A damaged line is skipped. ${messageOf(thrown)}`);
      return [];
    }
  });
}

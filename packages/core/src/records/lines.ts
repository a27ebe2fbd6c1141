import { HeddleError, messageOf } from "../base/errors.js";
import { JsonFields } from "./json-fields.js";

/** Called for a file with lines that cannot be read and are skipped, with a sentence. */
export type OnDamagedLine = (message: string) => void;

/**
 * Reads a file of JSON objects, a line each. A line that cannot be read costs itself only, wherever it is: a process that
 * was killed, or a full disk, may have left a part of one.
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
  const damage: HeddleError[] = [];
  const values = text.split("\n").flatMap((line, index) => {
    if (line === "") return [];
    try {
      return [JsonFields.read(`${file}, line ${index + 1}`, line, read)];
    } catch (thrown) {
      if (!(thrown instanceof HeddleError)) throw thrown;
      damage.push(thrown);
      return [];
    }
  });
  warnOfDamage(file, damage, onDamaged);
  return values;
}

/** Says how many lines of a file are skipped, and what is wrong with the first. */
export function warnOfDamage(file: string, damage: readonly HeddleError[], onDamaged: OnDamagedLine): void {
  if (damage.length === 0) return;
  const [lines, first] = damage.length === 1 ? ["line is", ""] : ["lines are", "The first: "];
  onDamaged(`${damage.length} damaged ${lines} skipped in ${file}. ${first}${messageOf(damage[0])}`);
}

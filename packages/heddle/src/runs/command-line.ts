/**
 * Joins words into a line that a POSIX shell splits into the same words. Quotes only where needed.
 *
 * @example
 * formatCommand(["heddle", "train", "--data", "my photos"]); // heddle train --data 'my photos'
 */
export function formatCommand(words: readonly string[]): string {
  return words
    .map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`))
    .join(" ");
}

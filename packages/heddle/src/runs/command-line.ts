/**
 * Words as one line that a POSIX shell reads back as the same words, quoted only where needed.
 *
 * @example
 * formatCommand(["heddle", "train", "--data", "my photos"]); // heddle train --data 'my photos'
 */
export function formatCommand(words: readonly string[]): string {
  return words
    .map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`))
    .join(" ");
}

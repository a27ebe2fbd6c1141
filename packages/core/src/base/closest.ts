/**
 * The candidate that a word was probably meant to be, with less than a third of its letters wrong, swapped, missing or
 * extra, or one of three; `undefined` if none is that close.
 *
 * @example
 * closest("optimiser", ["epochs", "optimizer"]); // "optimizer"
 */
export function closest(word: string, candidates: readonly string[]): string | undefined {
  const near = candidates
    // Lengths first, because a key in a file may have millions of letters.
    .filter(({ length }) => Math.abs(length - word.length) <= Math.max(word.length, length) / 3)
    .map((candidate) => {
      const wrong = edits(word.toLowerCase(), candidate.toLowerCase());
      return { candidate, wrong, share: wrong / Math.max(word.length, candidate.length) };
    })
    .filter(({ wrong, share }) => share < 1 / 3 || (wrong === 1 && share === 1 / 3))
    .sort((a, b) => a.share - b.share);
  return near[0]?.candidate;
}

/**
 * What to do about a word that is not a candidate, as a sentence.
 *
 * @param otherwise the sentence if no candidate is close
 */
export function didYouMean(
  word: string,
  candidates: readonly string[],
  otherwise = `Choose one of ${candidates.join(", ")}.`,
): string {
  const near = closest(word, candidates);
  return near === undefined ? otherwise : `Did you mean ${near}?`;
}

/** How many letters must change; two swapped neighbours count once (Damerau's distance). */
function edits(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, column) => column)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let least = Math.min(rows[i - 1]![j]! + 1, row[j - 1]! + 1, rows[i - 1]![j - 1]! + (same ? 0 : 1));
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) least = Math.min(least, rows[i - 2]![j - 2]! + 1);
      row.push(least);
    }
    rows.push(row);
  }
  return rows[a.length]![b.length]!;
}

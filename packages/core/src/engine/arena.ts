/** Something that needs memory from one time to another, both included. */
export interface Lodger {
  readonly bytes: number;
  readonly first: number;
  readonly last: number;
}

/** Places begin on cache lines. */
const ALIGNMENT = 64;

/**
 * Gives each lodger a place in one piece of memory, so that those that need theirs at the same time do not overlap: the
 * largest first, each as low as it fits.
 *
 * @returns the offset of each, and the bytes of the whole
 */
export function shareMemory(lodgers: readonly Lodger[]): {
  readonly offsets: readonly number[];
  readonly bytes: number;
} {
  const offsets: number[] = lodgers.map(() => 0);
  const placed: { start: number; end: number; lodger: Lodger }[] = [];
  let whole = 0;
  const bySize = lodgers.map((lodger, index) => ({ lodger, index }));
  bySize.sort((a, b) => b.lodger.bytes - a.lodger.bytes || a.index - b.index);
  for (const { lodger, index } of bySize) {
    const length = Math.ceil(lodger.bytes / ALIGNMENT) * ALIGNMENT;
    let start = 0;
    // In the order of their starts: the first gap that is long enough.
    for (const other of placed) {
      if (other.lodger.last < lodger.first || lodger.last < other.lodger.first) continue;
      if (start + length <= other.start) break;
      start = Math.max(start, other.end);
    }
    const end = start + length;
    offsets[index] = start;
    whole = Math.max(whole, end);
    const at = placed.findIndex((other) => other.start > start);
    placed.splice(at < 0 ? placed.length : at, 0, { start, end, lodger });
  }
  return { offsets, bytes: whole };
}

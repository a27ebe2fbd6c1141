import { HeddleError } from "../base/errors.js";
import { formatBytes } from "../base/format.js";
import { MAXIMUM_PAGES } from "./kernel-table.js";

/** Ranges start at multiples of this, a cache line, so that two threads never write to the same line. */
const ALIGNMENT = 64;
/** Kernels may read this many bytes past the end of an operand. */
const READ_PAST_END = 64;

/** Bytes from `start` up to `end`. */
interface Range {
  readonly start: number;
  readonly end: number;
}

/** Which ranges of an engine's memory are in use. It touches no memory itself. */
export class AddressSpace {
  private used = ALIGNMENT;
  /** The end of each range in use, by its start. */
  private readonly ends = new Map<number, number>();
  /** The gaps below `used`, in order; no two of them touch. */
  private gaps: Range[] = [];

  /** The end of the last range in use. */
  get usedBytes(): number {
    return this.used;
  }

  /**
   * Reserves the first range that is large enough.
   *
   * @returns its start
   * @throws HeddleError when it would lie beyond WebAssembly's memory
   */
  allocate(bytes: number, what: string): number {
    const length = Math.ceil((bytes + READ_PAST_END) / ALIGNMENT) * ALIGNMENT;
    const index = this.gaps.findIndex(({ start, end }) => end - start >= length);
    const start = this.gaps[index]?.start ?? this.used;
    const end = start + length;
    const limit = MAXIMUM_PAGES * 65536;
    if (!(end <= limit)) {
      throw new HeddleError({
        who: "Engine",
        expected: `a model and batch within ${formatBytes(limit)}`,
        received: `${formatBytes(end)} up to ${what}`,
        next: "Use a smaller batch, fewer filters or units, or fewer threads.",
      });
    }
    if (index < 0) this.used = end;
    else {
      const rest = { start: end, end: this.gaps[index]!.end };
      this.gaps.splice(index, 1, ...(rest.start < rest.end ? [rest] : []));
    }
    this.ends.set(start, end);
    return start;
  }

  /** Takes back the range that starts here; others may then have it. */
  free(start: number): void {
    const freed = { start, end: this.ends.get(start)! };
    this.ends.delete(start);
    const gaps: Range[] = [];
    for (const gap of [...this.gaps, freed].sort((one, other) => one.start - other.start)) {
      const last = gaps.at(-1);
      if (last?.end === gap.start) gaps.splice(-1, 1, { start: last.start, end: gap.end });
      else gaps.push(gap);
    }
    if (gaps.at(-1)?.end === this.used) this.used = gaps.pop()!.start;
    this.gaps = gaps;
  }
}

import { HeddleError } from "../../base/errors.js";
import { type ByteSource, gunzipped } from "../../formats/gunzip.js";
import type { DroppedRow, MissingRule } from "../dropped-rows.js";
import { checkSize, type ReadImages } from "../labelled-images.js";
import { type LayoutOptions, layoutOf } from "./layout.js";
import { CsvTable } from "./table.js";

export interface CsvOptions extends LayoutOptions {
  /** Who complains in errors: the file's path; by default `CSV`. */
  readonly name?: string | undefined;
  /** The file's name in the report of dropped rows; by default the last part of `name`. */
  readonly file?: string | undefined;
  /** What is done where a pixel is missing; by default `drop`. Other damage is dropped, or an error with `error`. */
  readonly missing?: MissingRule | undefined;
}

/** Bytes of the mark that Windows programs put before UTF-8. */
const MARK_BYTES = 3;

const NEWLINE = 0x0a;
const RETURN = 0x0d;

/** From so many lines the layout is found out: a damaged first row is outvoted. */
const LAYOUT_LINES = 20;

/** An image of a million floats fits; a file without line ends is not read into memory whole. */
const MAXIMUM_LINE_BYTES = 16 << 20;

/** Each is reported; a small gzip file may hold billions of them. */
const MAXIMUM_DAMAGED_ROWS = 1_000_000;

/** Twice as many as there may be classes: a few are damage. */
const MAXIMUM_LABELS = 131_072;

/**
 * Reads a table of images, `label,pixel1..pixel784`, as it comes: plain or gzip, told by its bytes.
 *
 * With a header or without; the label in the first column or in one named `label`, `class` or `target`;
 * separated by comma, semicolon or tab; integers or floats; quotes, CRLF and a UTF-8 mark allowed. Each line
 * is one row, whatever quotes stand in it: damage stays within its line. Damaged rows are left out and
 * reported. The same in Node and in browsers, to the last letter of the report.
 *
 * @param source the file's bytes, whole or in chunks
 * @param options `missing` (`drop` by default), `shape`, `labelColumn`, `name`
 * @returns `[N, H, W, C]` images with labels as text, and the rows that were dropped
 * @throws HeddleError when no row can be read or the pixels make up no image
 * @example
 * const { images, dropped } = await readCsv(file.stream(), { name: file.name });
 * images.shape; // [28, 28, 1]
 */
export async function readCsv(source: ByteSource, options: CsvOptions = {}): Promise<ReadImages> {
  const reader = new CsvReader(options);
  for await (const chunk of gunzipped(source, options.name ?? "CSV")) reader.push(chunk);
  return reader.finish();
}

/** Reads a table of images from plain bytes, chunk by chunk; `readCsv` wraps it. */
export class CsvReader {
  private readonly name: string;
  private readonly file: string;
  private readonly missing: MissingRule;
  /** Pieces of a line that has not ended, or of all lines before the layout is known. */
  private pending: Uint8Array[] = [];
  private pendingBytes = 0;
  private started = false;
  /** The byte that ends lines; `undefined` until one was seen. */
  private lineEnd: number | undefined;
  private line = 0;
  private table: CsvTable | undefined;
  private readonly rows: DroppedRow[] = [];
  private read = 0;
  private zeroed = 0;

  constructor(private readonly options: CsvOptions = {}) {
    this.name = options.name ?? "CSV";
    this.file = options.file ?? this.name.split(/[\\/]/).at(-1)!;
    this.missing = options.missing ?? "drop";
  }

  /** Takes the next bytes; they are copied where they are needed later. */
  push(chunk: Uint8Array): void {
    // Small chunks are put together once a line, not one by one.
    const ends =
      this.lineEnd === undefined
        ? chunk.includes(NEWLINE) || chunk.includes(RETURN)
        : chunk.includes(this.lineEnd);
    if (!ends || this.pendingBytes + chunk.length < MARK_BYTES) this.keep(chunk);
    else this.take(this.joined(chunk), false);
  }

  /** What is pending with a chunk behind it; nothing is pending afterwards. */
  private joined(chunk: Uint8Array): Uint8Array {
    let bytes = chunk;
    if (this.pending.length > 0) {
      bytes = new Uint8Array(this.pendingBytes + chunk.length);
      let at = 0;
      for (const piece of [...this.pending, chunk]) {
        bytes.set(piece, at);
        at += piece.length;
      }
      this.pending = [];
      this.pendingBytes = 0;
    }
    return this.started ? bytes : this.withoutMark(bytes);
  }

  /** What was read. Throws a HeddleError when it was nothing. */
  finish(): ReadImages {
    this.take(this.joined(new Uint8Array(0)), true);
    const { table } = this;
    const images = table?.take(this.name, this.rows);
    this.rows.sort((a, b) => a.line! - b.line!);
    if (!images || images.count === 0) throw this.nothing();
    if (this.missing === "error" && this.rows.length > 0) throw this.damaged(this.rows[0]!);
    return { images, dropped: { read: this.read, zeroed: this.zeroed, rows: this.rows } };
  }

  private withoutMark(bytes: Uint8Array): Uint8Array {
    this.started = true;
    const utf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
    if (utf16 || bytes.subarray(0, 4096).includes(0)) {
      throw new HeddleError({
        who: this.name,
        expected: "a table as UTF-8 text",
        received: utf16 ? "UTF-16" : "bytes that are no text",
        next: "Save it as CSV in UTF-8, or check that this is the right file.",
      });
    }
    return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
  }

  private take(bytes: Uint8Array, last: boolean): void {
    this.lineEnd ??= lineEndOf(bytes);
    const end = this.lineEnd ?? NEWLINE;
    if (!this.table) {
      const lines = firstLines(bytes, end);
      if (!last && lines.length <= LAYOUT_LINES) {
        this.keep(bytes);
        return;
      }
      const layout = layoutOf(this.name, lines.slice(0, LAYOUT_LINES), this.options);
      this.table = new CsvTable(layout, this.missing === "zero");
    }
    let start = 0;
    while (start < bytes.length) {
      let stop = bytes.indexOf(end, start);
      if (stop < 0) {
        if (!last) break;
        stop = bytes.length;
      }
      this.line++;
      const trimmed = stop > start && bytes[stop - 1] === RETURN ? stop - 1 : stop;
      if (this.line !== this.table.layout.headerLine) this.takeRow(this.table, bytes, start, trimmed);
      start = stop + 1;
    }
    if (!last) this.keep(bytes.subarray(start));
  }

  private takeRow(table: CsvTable, bytes: Uint8Array, start: number, end: number): void {
    const fault = table.row(bytes, start, end, this.line);
    if (fault === "blank") return;
    this.read++;
    this.zeroed += table.zeroed;
    // While rows come: a small gzip file may hold more than any memory.
    if (fault === undefined) {
      checkSize(this.name, table.count, table.layout.shape);
      if (table.labelCount > MAXIMUM_LABELS) throw this.tooMany(MAXIMUM_LABELS, "different labels");
      return;
    }
    if (this.rows.length >= MAXIMUM_DAMAGED_ROWS) throw this.tooMany(MAXIMUM_DAMAGED_ROWS, "damaged rows");
    const row = { file: this.file, line: this.line, ...fault };
    if (this.missing === "error") throw this.damaged(row);
    this.rows.push(row);
  }

  private keep(rest: Uint8Array): void {
    this.pending.push(rest.slice());
    this.pendingBytes += rest.length;
    if (this.pendingBytes > MAXIMUM_LINE_BYTES * (this.table ? 1 : LAYOUT_LINES)) {
      throw new HeddleError({
        who: this.name,
        expected: `lines of at most ${MAXIMUM_LINE_BYTES >> 20} MiB`,
        received: `a longer one after line ${this.line}`,
        next: "Check that this is a table with a row a line.",
      });
    }
  }

  private tooMany(most: number, what: string): HeddleError {
    return new HeddleError({
      who: this.name,
      expected: `at most ${most} ${what}`,
      received: `more, as far as line ${this.line}`,
      next: "Check that this is a table of images.",
    });
  }

  private damaged({ line, reason, detail }: DroppedRow): HeddleError {
    return new HeddleError({
      who: `${this.name}, line ${line}`,
      expected: "a whole row, as damaged rows are errors",
      received: `${reason}: ${detail}`,
      next: "Repair the row, or leave such rows out with --missing drop.",
    });
  }

  private nothing(): HeddleError {
    const [first] = this.rows;
    return new HeddleError({
      who: this.name,
      expected: "at least one row that can be read",
      received: first
        ? `${this.rows.length} damaged ones; line ${first.line}: ${first.detail}`
        : "a table without rows",
      next: first
        ? "Repair the file, or read missing values as 0 with --missing zero."
        : "Give one with data.",
    });
  }
}

/** The byte that ends the first line: a line feed (also behind a return), or a lone return. */
function lineEndOf(bytes: Uint8Array): number | undefined {
  const feed = bytes.indexOf(NEWLINE);
  if (feed >= 0) return feed > 0 && bytes.subarray(0, feed - 1).includes(RETURN) ? RETURN : NEWLINE;
  const lone = bytes.indexOf(RETURN);
  // A return at the very end may still be followed by its line feed.
  return lone >= 0 && lone < bytes.length - 1 ? RETURN : undefined;
}

/** The lines at the start of the bytes, one more than the layout needs where there are so many. */
function firstLines(bytes: Uint8Array, end: number): Uint8Array[] {
  const lines: Uint8Array[] = [];
  let start = 0;
  while (start < bytes.length && lines.length <= LAYOUT_LINES) {
    const stop = bytes.indexOf(end, start);
    const line = bytes.subarray(start, stop < 0 ? bytes.length : stop);
    lines.push(line[line.length - 1] === RETURN ? line.subarray(0, -1) : line);
    if (stop < 0) break;
    start = stop + 1;
  }
  return lines;
}

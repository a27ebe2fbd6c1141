import { HeddleError } from "../../base/errors.js";
import { checkOptions } from "../../base/known-options.js";
import { anyObject, anyText, trueOrFalse } from "../../base/rules.js";
import type { ByteSource } from "../../formats/byte-source.js";
import { unpacked } from "../../formats/packed.js";
import type { LabelRule } from "../dataset.js";
import type { DroppedRow, MissingRule } from "../dropped-rows.js";
import { FORM_RULES } from "../form-options.js";
import { checkSize } from "../image-shape.js";
import type { LabelledImages, ReadImages } from "../labelled-images.js";
import { type CsvLayout, type LayoutOptions, layoutOf } from "./layout.js";
import type { TableColumns } from "./match.js";
import { CsvTable } from "./table.js";

/** The options of {@link readCsv} and {@link CsvReader}. */
export interface CsvOptions extends LayoutOptions {
  /**
   * The file's path, for errors.
   *
   * @defaultValue `"CSV"`
   */
  readonly name?: string | undefined;
  /**
   * The file's name in the report of dropped rows.
   *
   * @defaultValue the last part of `name`
   */
  readonly file?: string | undefined;
  /**
   * What to do with damaged rows.
   *
   * @defaultValue `"drop"`
   */
  readonly missing?: MissingRule | undefined;
  /**
   * What labels are: with `"names"`, every one is a class; with `"numbers"`, one that is not a whole number is damage.
   *
   * @defaultValue names, unless most labels are whole numbers and the others occur once or twice
   */
  readonly labels?: LabelRule | undefined;
}

/** What a table holds: all its images or, if a column names splits, those of the training split. */
export interface ReadTable extends ReadImages {
  /** The test split, if a column names splits. */
  readonly test?: LabelledImages;
  /** The names of the columns; `undefined` without a header of names, and for pixels in one cell. */
  readonly columns: TableColumns | undefined;
  /** False for a table of pixels alone. */
  readonly labelled: boolean;
  /** The number of the last line before the rows, from 1: the header or a comment; 0 if there is none. */
  readonly headerLine: number;
}

/** Bytes of the byte order mark that Windows programs put before UTF-8. */
const MARK_BYTES = 3;

const NEWLINE = 0x0a;
const RETURN = 0x0d;

/** How many lines decide the layout: enough to outvote a damaged first row. */
const LAYOUT_LINES = 20;

/** An image of a million floats fits, and a file without line ends is not read into memory whole. */
const MAXIMUM_LINE_BYTES = 16 << 20;

/** Lines of this many bytes in all decide the layout, too, however few they are. */
const MAXIMUM_LAYOUT_BYTES = 4 * MAXIMUM_LINE_BYTES;

/** Each damaged row is reported, and a small gzip file may hold billions of them. */
const MAXIMUM_DAMAGED_ROWS = 1_000_000;

/** Twice the largest number of classes, because a few labels may be damaged. */
const MAXIMUM_LABELS = 131_072;

/**
 * Reads a table of images, `label,pixel1..pixel784`, from bytes that are plain, or packed by gzip, bzip2 or xz.
 *
 * The table may have a header or none; its label in the first column or in one named `label`, `class` or `target`;
 * commas, semicolons or tabs; integers or floats; quotes, CRLF and a UTF-8 byte order mark. Each line is one row, even
 * within quotes, so that damage stays within its line. Damaged rows are dropped and reported, identically in Node and in
 * browsers.
 *
 * @param source the file's bytes, whole or in chunks
 * @returns `[N, H, W, C]` images with labels as text, and the rows that were dropped
 * @throws HeddleError if no row can be read, or the pixels do not make up an image
 * @example
 * const { images, dropped } = await readCsv(file.stream(), { name: file.name });
 * images.shape; // [28, 28, 1]
 */
export async function readCsv(source: ByteSource, options: CsvOptions = {}): Promise<ReadTable> {
  const reader = new CsvReader(options);
  for await (const chunk of unpacked(source, options.name ?? "CSV")) reader.push(chunk);
  return reader.finish();
}

/**
 * Reads the names of a table's columns, and no more of the table than that takes.
 *
 * @returns `undefined` without a header of names, and for pixels in one cell
 * @throws HeddleError as {@link readCsv} does
 */
export async function readColumns(
  source: ByteSource,
  options: CsvOptions = {},
): Promise<TableColumns | undefined> {
  const reader = new CsvReader(options);
  for await (const chunk of unpacked(source, options.name ?? "CSV")) {
    reader.push(chunk);
    if (reader.layout) return reader.layout.columns;
  }
  return reader.finish().columns;
}

/**
 * Reads a table of images from plain bytes, chunk by chunk; {@link readCsv} also accepts packed bytes and streams.
 *
 * @example
 * const reader = new CsvReader({ name: "train.csv" });
 * for await (const chunk of chunks) reader.push(chunk);
 * const { images } = reader.finish();
 */
export class CsvReader {
  private readonly name: string;
  private readonly file: string;
  private readonly missing: MissingRule;
  /** Pieces of an unfinished line, or of all lines until the layout is known. */
  private pending: Uint8Array[] = [];
  private pendingBytes = 0;
  /** Bytes of the unfinished line among them. */
  private unfinishedBytes = 0;
  private started = false;
  /** The byte that ends lines; `undefined` before the first line end. */
  private lineEnd: number | undefined;
  private line = 0;
  private table: CsvTable | undefined;
  private readonly rows: DroppedRow[] = [];
  private read = 0;
  private zeroed = 0;

  constructor(private readonly options: CsvOptions = {}) {
    checkOptions("CSV", options, {
      name: anyText,
      file: anyText,
      labelColumn: FORM_RULES.labelColumn,
      dropColumns: FORM_RULES.dropColumns,
      labels: FORM_RULES.labels,
      unlabelled: trueOrFalse,
      like: anyObject,
      missing: FORM_RULES.missing,
      shape: FORM_RULES.shape,
    });
    this.name = options.name ?? "CSV";
    this.file = options.file ?? this.name.split(/[\\/]/).at(-1)!;
    this.missing = options.missing ?? "drop";
  }

  /** How the table is read; `undefined` before enough lines have been. */
  get layout(): CsvLayout | undefined {
    return this.table?.layout;
  }

  /** Reads the next bytes, and copies those that it needs later. */
  push(chunk: Uint8Array): void {
    // Small chunks are joined once per line, not one by one.
    const ends =
      this.lineEnd === undefined
        ? chunk.includes(NEWLINE) || chunk.includes(RETURN)
        : chunk.includes(this.lineEnd);
    if (!ends || this.pendingBytes + chunk.length < MARK_BYTES) this.postpone(chunk, chunk.length);
    else this.take(this.joined(chunk), false);
  }

  /** The pending bytes followed by a chunk. Clears the pending bytes. */
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
    this.unfinishedBytes = 0;
    return this.started ? bytes : this.withoutMark(bytes);
  }

  /** Returns the images after the last chunk. Throws a HeddleError if there are none. */
  finish(): ReadTable {
    this.take(this.joined(new Uint8Array(0)), true);
    const { table } = this;
    const taken = table?.take(this.name, this.file, this.rows);
    this.rows.sort((a, b) => a.line! - b.line!);
    const images = taken?.train ?? taken?.test ?? taken?.validation;
    if (!table || !taken || !images) throw this.nothing();
    if (this.missing === "error" && this.rows.length > 0) throw this.damaged(this.rows[0]!);
    const { layout } = table;
    // Like the folders of pictures: validation rows are test rows if there are no others.
    const test = taken.test ?? taken.validation;
    const unused = taken.test && taken.validation;
    const validation = {
      what: "validation row",
      reason: "validation images are held out of the training images",
      count: unused?.count ?? 0,
      examples: [],
    };
    return {
      images,
      ...(test && test !== images && { test }),
      columns: layout.columns,
      labelled: layout.labelled,
      headerLine: layout.headerLine,
      dropped: { read: this.read, zeroed: this.zeroed, rows: this.rows },
      choices: [...layout.choices, ...taken.choices],
      leftOut: [...layout.leftOut, ...(unused && unused !== images ? [validation] : [])],
    };
  }

  private withoutMark(bytes: Uint8Array): Uint8Array {
    this.started = true;
    const utf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
    if (utf16 || bytes.subarray(0, 4096).includes(0)) {
      throw new HeddleError({
        who: this.name,
        expected: "a table as UTF-8 text",
        received: utf16 ? "UTF-16" : "bytes that are not text",
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
      if (!last && lines.length <= LAYOUT_LINES && bytes.length < MAXIMUM_LAYOUT_BYTES) {
        this.postpone(bytes, bytes.length - 1 - bytes.lastIndexOf(end));
        return;
      }
      const layout = layoutOf(this.name, lines.slice(0, LAYOUT_LINES), this.options);
      this.table = new CsvTable(layout, this.missing === "zero", this.options.labels);
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
      if (this.line > this.table.layout.headerLine) this.takeRow(this.table, bytes, start, trimmed);
      start = stop + 1;
    }
    if (!last) this.postpone(bytes.subarray(start), bytes.length - start);
  }

  private takeRow(table: CsvTable, bytes: Uint8Array, start: number, end: number): void {
    const fault = table.row(bytes, start, end, this.line);
    if (fault === "blank") return;
    this.read++;
    this.zeroed += table.zeroed;
    // Checked row by row, because a small gzip file may hold more than fits into memory.
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

  /** Keeps bytes, of which the last `unfinished` belong to a line that goes on. */
  private postpone(rest: Uint8Array, unfinished: number): void {
    this.pending.push(rest.slice());
    this.pendingBytes += rest.length;
    this.unfinishedBytes += unfinished;
    if (this.unfinishedBytes > MAXIMUM_LINE_BYTES) {
      throw new HeddleError({
        who: this.name,
        expected: `lines of at most ${MAXIMUM_LINE_BYTES >> 20} MiB`,
        received: this.table ? `a longer one after line ${this.line}` : "a longer one at the start",
        next: "Check that this is a table with one row per line.",
      });
    }
  }

  private tooMany(most: number, what: string): HeddleError {
    return new HeddleError({
      who: this.name,
      expected: `at most ${most} ${what}`,
      received: `more, up to line ${this.line}`,
      next: "Check that this is a table of images.",
    });
  }

  private damaged({ line, reason, detail }: DroppedRow): HeddleError {
    return new HeddleError({
      who: `${this.name}, line ${line}`,
      expected: "a whole row",
      received: `${reason}: ${detail}`,
      next: 'Repair the row, or drop such rows with `missing: "drop"`.',
    });
  }

  private nothing(): HeddleError {
    const [first] = this.rows;
    return new HeddleError({
      who: this.name,
      expected: "at least one readable row",
      received: first
        ? `${this.rows.length} damaged ones, the first in line ${first.line}: ${first.detail}`
        : "a table without rows",
      next: first
        ? 'Repair the file, or read missing values as 0 with `missing: "zero"`.'
        : "Choose a table that has rows.",
    });
  }
}

/** The byte that ends the first line: a line feed, which a carriage return may precede, or a lone carriage return. */
function lineEndOf(bytes: Uint8Array): number | undefined {
  const feed = bytes.indexOf(NEWLINE);
  if (feed >= 0) return feed > 0 && bytes.subarray(0, feed - 1).includes(RETURN) ? RETURN : NEWLINE;
  const lone = bytes.indexOf(RETURN);
  // A carriage return at the very end may still be followed by its line feed.
  return lone >= 0 && lone < bytes.length - 1 ? RETURN : undefined;
}

/** The first lines of the bytes: up to one more than the layout needs. */
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

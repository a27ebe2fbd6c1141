import type { DroppedRow, DropReason } from "../dropped-rows.js";
import { checkSize } from "../image-shape.js";
import type { LabelledImages } from "../labelled-images.js";
import { PixelStore } from "../pixel-store.js";
import { CellScanner, isMissing } from "./cells.js";
import { type CsvLayout, IGNORED, isBlankLine, LABEL } from "./layout.js";

/** The most digits of a cell that the fast path reads: they fit 32 bits. */
const SHORT_DIGITS = 9;

/** Longer labels are damaged; a line could be a single label of 16 MiB. */
const LONGEST_LABEL = 1000;

/** What is wrong with a row. */
type Fault = Pick<DroppedRow, "reason" | "label" | "detail">;

/** Reads the rows of a table whose layout is known. */
export class CsvTable {
  /** How many missing values of the last row were read as 0. */
  zeroed = 0;
  private readonly scanner: CellScanner;
  private readonly values: Float32Array;
  private readonly store: PixelStore;
  private readonly labels: number[] = [];
  private readonly lines: number[] = [];
  private readonly texts: string[] = [];
  private readonly positions = new Map<string, number>();
  // The label and the first fault of the current row.
  private label: string | undefined;
  private reason: DropReason | undefined;
  private faultyColumn = 0;
  private faultyText = "";

  constructor(
    readonly layout: CsvLayout,
    private readonly zeroMissing: boolean,
  ) {
    const [height, width, channels] = layout.shape;
    this.scanner = new CellScanner(layout.separator);
    this.values = new Float32Array(height * width * channels);
    this.store = new PixelStore(this.values.length);
  }

  /** Images so far. */
  get count(): number {
    return this.lines.length;
  }

  /** Different labels so far. */
  get labelCount(): number {
    return this.texts.length;
  }

  /** Reads one line. Returns what is wrong with it, or `undefined`. */
  row(bytes: Uint8Array, start: number, end: number, line: number): Fault | "blank" | undefined {
    const { roles, separator } = this.layout;
    const { values } = this;
    const columns = roles.length;
    let column = 0;
    let wholeBytes = true;
    let at = start;
    this.zeroed = 0;
    this.label = undefined;
    this.reason = undefined;
    // Up to and including `end`, because a line that ends in a separator ends in an empty cell.
    while (at <= end && column < columns) {
      let stop = at;
      let value = 0;
      while (stop < end) {
        const digit = bytes[stop]! - 0x30;
        if (digit < 0 || digit > 9) break;
        value = value * 10 + digit;
        stop++;
      }
      const role = roles[column]!;
      const short = stop > at && stop - at <= SHORT_DIGITS && (stop === end || bytes[stop] === separator);
      if (short && role >= 0) {
        if (value > 255) wholeBytes = false;
        values[role] = value;
        at = stop + 1;
      } else {
        this.scanner.scan(bytes, at, end);
        at = this.scanner.next;
        if (role >= 0) {
          const pixel = this.pixel(bytes, column);
          if (pixel !== (pixel & 255)) wholeBytes = false;
          values[role] = pixel;
        } else if (role === LABEL) this.readLabel(bytes, column);
        else if (role === IGNORED && this.scanner.broken) this.fault("unclosed quote", column, "");
      }
      column++;
    }
    if (column < columns || at <= end) {
      if (isBlankLine(bytes.subarray(start, end))) return "blank";
      return this.wrongCount(bytes, column, at, end);
    }
    if (this.reason !== undefined) return this.faultOfRow();
    this.store.add(values, wholeBytes);
    this.labels.push(this.positionOf(this.label!));
    this.lines.push(line);
    return undefined;
  }

  /** The images so far. Appends the rows whose labels turn out to be damaged to `rows`. */
  take(name: string, rows: DroppedRow[]): LabelledImages {
    const { shape } = this.layout;
    const damaged = this.damagedLabels();
    const keep = (row: number) => !damaged.has(this.labels[row]!);
    const file = rows[0]?.file ?? name.split(/[\\/]/).at(-1)!;
    this.labels.forEach((position, row) => {
      if (!damaged.has(position)) return;
      const detail = `${JSON.stringify(this.texts[position])} among labels that are whole numbers`;
      rows.push({ file, line: this.lines[row]!, reason: "unreadable label", detail });
    });
    const labels = Int32Array.from(this.labels.filter((position) => !damaged.has(position)));
    checkSize(name, labels.length, shape);
    const images = this.store.take(keep);
    return { name, images, shape, count: labels.length, labelTexts: this.texts, labels };
  }

  /** If most labels are whole numbers, the few that are not are damaged rather than classes of their own. */
  private damagedLabels(): ReadonlySet<number> {
    const names = new Set([...this.texts.keys()].filter((position) => !/^\d+$/.test(this.texts[position]!)));
    const rows = this.labels.reduce((sum, position) => sum + (names.has(position) ? 1 : 0), 0);
    return 2 * rows < this.labels.length ? names : new Set();
  }

  private pixel(bytes: Uint8Array, column: number): number {
    const { scanner } = this;
    if (scanner.broken) return this.fault("unclosed quote", column, "");
    const value = scanner.number(bytes);
    // Values beyond 32-bit floats would become infinite.
    if (Number.isFinite(Math.fround(value))) return value;
    const text = scanner.text(bytes);
    if (text === undefined || !isMissing(text)) return this.fault("unreadable value", column, text);
    if (!this.zeroMissing) return this.fault("missing value", column, text);
    this.zeroed++;
    return 0;
  }

  private readLabel(bytes: Uint8Array, column: number): void {
    const { scanner } = this;
    if (scanner.broken) {
      this.fault("unclosed quote", column, "");
      return;
    }
    const text = scanner.text(bytes)?.trim();
    if (text === undefined) this.fault("unreadable label", column, text);
    else if (isMissing(text)) this.fault("missing label", column, text);
    else if (text.length > LONGEST_LABEL) this.fault("unreadable label", column, text);
    else this.label = wholeNumberText(text);
  }

  /** Records the first fault of a row. Returns the value to use in its place. */
  private fault(reason: DropReason, column: number, text: string | undefined): number {
    if (this.reason === undefined) {
      this.reason = reason;
      this.faultyColumn = column;
      this.faultyText = text ?? "not UTF-8";
    }
    return 0;
  }

  private faultOfRow(): Fault {
    const { names } = this.layout;
    const column = this.faultyColumn;
    const where = `column ${column + 1}${names ? ` (${names[column]!.trim()})` : ""}`;
    const text = this.faultyText === "" ? "is empty" : `is ${JSON.stringify(this.faultyText.slice(0, 40))}`;
    const detail = this.reason === "unclosed quote" ? `${where} has an unclosed quote` : `${where} ${text}`;
    return { reason: this.reason!, ...this.labelPart(), detail };
  }

  private wrongCount(bytes: Uint8Array, column: number, from: number, end: number): Fault {
    const { roles } = this.layout;
    let cells = column;
    for (let at = from; at <= end; at = this.scanner.next) {
      this.scanner.scan(bytes, at, end);
      cells++;
    }
    // A cell that is missing before the label shifts it, so only a label in the first column is certain.
    if (roles[0] !== LABEL) this.label = undefined;
    const detail = `${cells} ${cells === 1 ? "cell" : "cells"} instead of ${roles.length}`;
    return { reason: cells < roles.length ? "too few cells" : "too many cells", ...this.labelPart(), detail };
  }

  private labelPart(): { label?: string } {
    return this.label === undefined ? {} : { label: this.label };
  }

  private positionOf(text: string): number {
    let position = this.positions.get(text);
    if (position === undefined) {
      position = this.texts.length;
      this.positions.set(text, position);
      this.texts.push(text);
    }
    return position;
  }
}

/** Turns `3.0`, `+3` and `03`, the ways in which programs write a whole number, into `3`; keeps any other text. */
function wholeNumberText(text: string): string {
  const match = /^\+?0*(\d{1,15})(?:\.0*)?$/.exec(text);
  return match ? match[1]! : text;
}

import type { LabelRule } from "../dataset.js";
import type { DroppedRow, DropReason } from "../dropped-rows.js";
import { checkSize } from "../image-shape.js";
import type { LabelledImages } from "../labelled-images.js";
import { PixelStore } from "../pixel-store.js";
import type { ReadingChoice } from "../reading.js";
import { CellScanner, isMissing, mayBeClass, numberOf } from "./cells.js";
import { IGNORED, LABEL, LIST, SPLIT } from "./columns.js";
import { damagedLabels, isLastLabel, RARE, wholeNumberText } from "./labels.js";
import { type CsvLayout, isBlankLine } from "./layout.js";
import { type Split, splitOf } from "./names.js";

/** The most digits of a cell that the fast path reads: they fit 32 bits. */
const SHORT_DIGITS = 9;

/** Longer labels are damaged; a line could be a single label of 16 MiB. */
const LONGEST_LABEL = 1000;

/** What is wrong with a row. */
type Fault = Pick<DroppedRow, "reason" | "label" | "detail">;

/** The images of a table, by split. */
interface TakenRows extends Readonly<Record<Split, LabelledImages | undefined>> {
  readonly choices: readonly ReadingChoice[];
}

/** The label of images that have none. */
const UNLABELLED = -1;

/** Reads the rows of a table whose layout is known. */
export class CsvTable {
  /** How many missing values of the last row were read as 0. */
  zeroed = 0;
  private readonly scanner: CellScanner;
  private readonly values: Float32Array;
  private readonly store: PixelStore;
  private labels: number[] = [];
  private readonly splits: Split[] = [];
  /** The images of which the last pixel was missing and read as 0. */
  private readonly blankLast = new Set<number>();
  /** True if a pixel was written with a decimal point. */
  private decimals = false;
  private readonly lines: number[] = [];
  private texts: string[] = [];
  private positions = new Map<string, number>();
  // The label and the first fault of the current row.
  private label: string | undefined;
  private split: Split = "train";
  private rowDecimals = false;
  private lastZeroed = -1;
  private reason: DropReason | undefined;
  private faultyColumn = 0;
  private faultyText = "";

  constructor(
    readonly layout: CsvLayout,
    private readonly zeroMissing: boolean,
    private readonly rule?: LabelRule | undefined,
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
    this.lastZeroed = -1;
    this.rowDecimals = false;
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
        else if (role === LIST) wholeBytes = this.readList(bytes, column);
        else if (role === SPLIT) this.readSplit(bytes, column);
        else if (role === IGNORED && this.scanner.broken) this.fault("unclosed quote", column, "");
      }
      column++;
    }
    if (column < columns || at <= end) {
      if (isBlankLine(bytes.subarray(start, end))) return "blank";
      return this.wrongCount(bytes, column, at, end);
    }
    if (this.reason !== undefined) return this.faultOfRow();
    if (this.lastZeroed === columns - 1) this.blankLast.add(this.count);
    if (this.rowDecimals) this.decimals = true;
    this.store.add(values, wholeBytes);
    this.labels.push(this.label === undefined ? UNLABELLED : this.positionOf(this.label));
    this.splits.push(this.split);
    this.lines.push(line);
    return undefined;
  }

  /** The images so far, by split. Appends the rows that turn out to be damaged to `rows`, which are those of `file`. */
  take(name: string, file: string, rows: DroppedRow[]): TakenRows {
    const { shape, labelled, undecided } = this.layout;
    const damaged = new Map<number, Fault>();
    const choices = undecided ? [this.decideLabel(rows, damaged)] : [];
    if (labelled) choices.push(...this.findDamagedLabels(damaged));
    for (const [image, fault] of damaged) rows.push({ file, line: this.lines[image]!, ...fault });
    const imagesOf = (split: Split): LabelledImages | undefined => {
      const keep = (image: number) => this.splits[image] === split && !damaged.has(image);
      const labels = Int32Array.from(this.labels.filter((_, image) => keep(image)));
      if (labels.length === 0) return undefined;
      checkSize(name, labels.length, shape);
      const images = this.store.take(keep);
      const elements = this.decimals ? "floats" : undefined;
      return { name, images, elements, shape, count: labels.length, labelTexts: this.texts, labels };
    };
    return {
      train: imagesOf("train"),
      test: imagesOf("test"),
      validation: imagesOf("validation"),
      choices,
    };
  }

  /** Moves the labels to the last column if the values of both columns say that they are there. */
  private decideLabel(rows: DroppedRow[], damaged: Map<number, Fault>): ReadingChoice {
    const numbers = this.texts.map(numberOf);
    const firsts = Float32Array.from(this.labels, (label) => numbers[label]!);
    const lasts = Float32Array.from(this.labels, (_, image) => this.store.lastOf(image));
    const choice = (which: string, warn: boolean) => ({
      about: "label",
      choice: which,
      option: "labelColumn",
      warn,
    });
    if (!isLastLabel(firsts, lasts)) return choice("the first column", false);
    this.positions.clear();
    this.texts = [];
    this.labels = Array.from(lasts, (label) => this.positionOf(String(label)));
    this.store.shift(firsts);
    for (const image of this.blankLast)
      damaged.set(image, { reason: "missing label", detail: "it is empty" });
    firsts.forEach((first, image) => {
      if (Number.isNaN(first))
        damaged.set(image, { reason: "unreadable value", detail: "column 1 is no number" });
    });
    rows.forEach(({ label: _, ...row }, index) => {
      rows[index] = { ...row, reason: asPixel[row.reason] ?? row.reason };
    });
    return choice("the last column, because the first holds almost one value or fractions", true);
  }

  /** Finds the labels that are damaged, and says which rule applied where it could be a different one. */
  private findDamagedLabels(damaged: Map<number, Fault>): ReadingChoice[] {
    const { texts } = this;
    const found = new Set(damagedLabels(texts, this.labels, this.rule));
    const doubtful = this.doubtfulLabels(found, damaged);
    this.labels.forEach((position, image) => {
      if (!found.has(position) || damaged.has(image)) return;
      const detail = `${JSON.stringify(texts[position])} among labels that are whole numbers`;
      damaged.set(image, { reason: "unreadable label", detail });
    });
    const kept = [...texts.keys()].filter((position) => !found.has(position));
    const words = kept.filter((position) => !/^\d+$/.test(texts[position]!)).length;
    if (this.rule !== undefined || (found.size === 0 && (words === 0 || words === kept.length)))
      return doubtful;
    const rare =
      found.size === 1 ? "1 other, which is rare, is" : `${found.size} others, which are rare, are`;
    const choice = words > 0 ? "numbers and names, each a class" : `whole numbers; ${rare} damage`;
    return [{ about: "labels", choice, option: "labels" }, ...doubtful];
  }

  /** Labels such as `?` that stand for a missing one: classes where they return, with a warning; otherwise they are damage. */
  private doubtfulLabels(found: Set<number>, damaged: Map<number, Fault>): ReadingChoice[] {
    if (this.rule !== undefined) return [];
    return [...this.texts.entries()].flatMap(([position, text]) => {
      if (!mayBeClass(text)) return [];
      const images = [...this.labels.keys()].filter((image) => this.labels[image] === position);
      if (images.length > RARE && !found.has(position)) {
        const choice = `${JSON.stringify(text)}, which ${images.length} rows have, is a class`;
        return [{ about: "labels", choice, option: "labels", warn: true } as const];
      }
      found.add(position);
      const detail = `the label is ${JSON.stringify(text)}`;
      for (const image of images) damaged.set(image, { reason: "missing label", detail });
      return [];
    });
  }

  private pixel(bytes: Uint8Array, column: number): number {
    const { scanner } = this;
    if (scanner.broken) return this.fault("unclosed quote", column, "");
    const value = scanner.number(bytes);
    if (!this.rowDecimals) this.rowDecimals = bytes.subarray(scanner.from, scanner.to).includes(POINT);
    // Values beyond 32-bit floats would become infinite.
    if (Number.isFinite(Math.fround(value))) return value;
    const text = scanner.text(bytes);
    if (text === undefined || !isMissing(text)) return this.fault("unreadable value", column, text);
    if (!this.zeroMissing) return this.fault("missing value", column, text);
    this.zeroed++;
    this.lastZeroed = column;
    return 0;
  }

  /** Reads all pixels from the current cell. Returns whether all are bytes. */
  private readList(bytes: Uint8Array, column: number): boolean {
    const { scanner, values } = this;
    if (scanner.broken) {
      this.fault("unclosed quote", column, "");
      return true;
    }
    let at = scanner.from;
    let end = scanner.to;
    while (at < end && isOpening(bytes[at]!)) at++;
    while (end > at && isClosing(bytes[end - 1]!)) end--;
    let count = 0;
    let wholeBytes = true;
    while (at < end) {
      let stop = at;
      let value = 0;
      while (stop < end) {
        const digit = bytes[stop]! - 0x30;
        if (digit < 0 || digit > 9) break;
        value = value * 10 + digit;
        stop++;
      }
      if (stop === at || stop - at > SHORT_DIGITS || (stop < end && !isListSeparator(bytes[stop]!))) {
        while (stop < end && !isListSeparator(bytes[stop]!)) stop++;
        scanner.from = at;
        scanner.to = stop;
        value = this.pixel(bytes, column);
      }
      if (value !== (value & 255)) wholeBytes = false;
      if (count < values.length) values[count] = value;
      count++;
      at = stop;
      while (at < end && isListSeparator(bytes[at]!)) at++;
    }
    if (count !== values.length) {
      const reason = count < values.length ? "too few values" : "too many values";
      this.fault(reason, column, `${count} values instead of ${values.length}`);
    }
    return wholeBytes;
  }

  private readSplit(bytes: Uint8Array, column: number): void {
    const text = this.scanner.broken ? undefined : this.scanner.text(bytes);
    const split = text === undefined ? undefined : splitOf(text);
    if (split !== undefined) this.split = split;
    else this.fault(this.scanner.broken ? "unclosed quote" : "unreadable split", column, text ?? "");
  }

  private readLabel(bytes: Uint8Array, column: number): void {
    const { scanner } = this;
    if (scanner.broken) {
      this.fault("unclosed quote", column, "");
      return;
    }
    const text = scanner.text(bytes)?.trim();
    if (text === undefined) this.fault("unreadable label", column, text);
    else if (isMissing(text) && !mayBeClass(text)) this.fault("missing label", column, text);
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
    const detail =
      this.reason === "unclosed quote"
        ? `${where} has an unclosed quote`
        : this.reason === "too few values" || this.reason === "too many values"
          ? `${where} has ${this.faultyText}`
          : `${where} ${text}`;
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

/** The reason for a damaged label of a column that turns out to hold pixels. */
const asPixel: Partial<Record<DropReason, DropReason>> = {
  "missing label": "missing value",
  "unreadable label": "unreadable value",
};

const SPACE = 0x20;
const POINT = 0x2e;

/** Spaces, commas, semicolons and tabs separate the values of a list, and the brackets of a list of rows. */
const isListSeparator = (byte: number) =>
  byte === SPACE || byte === 0x2c || byte === 0x3b || byte === 0x09 || byte === 0x5b || byte === 0x5d;
const isOpening = (byte: number) => byte === SPACE || byte === 0x5b || byte === 0x28;
const isClosing = (byte: number) => byte === SPACE || byte === 0x5d || byte === 0x29;

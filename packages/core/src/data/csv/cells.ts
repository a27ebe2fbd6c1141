// The cells of one line, scanned one after another from its bytes.

const QUOTE = 0x22;
const SPACE = 0x20;
const TAB = 0x09;
const COMMA = 0x2c;

/** Powers of ten that are exact as 64-bit floats. */
const exactPowers = Array.from({ length: 23 }, (_, power) => Number(`1e${power}`));

/** Numbers of more digits may not be exact as 64-bit floats. */
const EXACT_DIGITS = 15;

/** What people write for a missing value. */
const missingTexts = ["", "na", "n/a", "nan", "null", "none", "?"];

/** True for a text that stands for a missing value. */
export function isMissing(text: string): boolean {
  return missingTexts.includes(text.trim().toLowerCase());
}

/** True for those texts of missing values that are also names of classes: a character, or "none of these". */
export function mayBeClass(text: string): boolean {
  return ["?", "none"].includes(text.trim().toLowerCase());
}

// Each digit can match in one way only; `\d+\.?\d*` would backtrack over a cell of many digits and a letter.
const numberPattern = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;

/** Parses a finite number; NaN for any other text. */
export function numberOf(text: string): number {
  const value = numberPattern.test(text) ? Number(text) : Number.NaN;
  // Images hold floats of 32 bits, in which larger numbers are infinite.
  return Number.isFinite(Math.fround(value)) ? value : Number.NaN;
}

/**
 * Finds cells within the bytes of a line. One scanner serves all lines and holds the current cell in its fields, so
 * that no cell needs an object.
 */
export class CellScanner {
  /** The bytes of the cell without quotes and surrounding spaces, from `from` to just before `to`. */
  from = 0;
  to = 0;
  /** Where the next cell starts; beyond the line's end after the last cell. */
  next = 0;
  /** True if the cell's opening quote is never closed, or text follows the closing quote. */
  broken = false;
  private doubled = false;

  constructor(readonly separator: number) {}

  /** Finds the cell that starts at `at`, in a line that ends before `end`. */
  scan(bytes: Uint8Array, at: number, end: number): void {
    let from = at;
    while (from < end && this.isBlank(bytes[from]!)) from++;
    this.broken = false;
    this.doubled = false;
    if (bytes[from] === QUOTE && from < end) {
      this.scanQuoted(bytes, from + 1, end);
      return;
    }
    let stop = from;
    while (stop < end && bytes[stop] !== this.separator) stop++;
    this.next = stop + 1;
    while (stop > from && this.isBlank(bytes[stop - 1]!)) stop--;
    this.from = from;
    this.to = stop;
  }

  private scanQuoted(bytes: Uint8Array, from: number, end: number): void {
    this.from = from;
    let at = from;
    while (at < end) {
      if (bytes[at] !== QUOTE) at++;
      else if (bytes[at + 1] === QUOTE && at + 1 < end) {
        this.doubled = true;
        at += 2;
      } else break;
    }
    this.to = at;
    this.broken = at >= end;
    let rest = at + 1;
    while (rest < end && bytes[rest] !== this.separator) {
      if (!this.isBlank(bytes[rest]!)) this.broken = true;
      rest++;
    }
    this.next = rest + 1;
  }

  /** The cell as a number, or NaN. Digits and a decimal point are read without creating a string. */
  number(bytes: Uint8Array): number {
    const { from, to } = this;
    let at = from;
    const sign = bytes[at];
    if (at < to && (sign === 0x2d || sign === 0x2b)) at++;
    let mantissa = 0;
    let digits = 0;
    let fraction = -1;
    for (; at < to; at++) {
      const byte = bytes[at]!;
      if (byte >= 0x30 && byte <= 0x39) {
        mantissa = mantissa * 10 + (byte - 0x30);
        digits++;
        if (fraction >= 0) fraction++;
      } else if (fraction < 0 && (byte === 0x2e || (byte === COMMA && this.separator !== COMMA))) {
        fraction = 0;
      } else return this.slowNumber(bytes);
    }
    // Clinger (1990): a single division of two exact numbers is rounded correctly, just as Number() rounds.
    if (digits === 0 || digits > EXACT_DIGITS) return this.slowNumber(bytes);
    const value = fraction > 0 ? mantissa / exactPowers[fraction]! : mantissa;
    return sign === 0x2d ? -value : value;
  }

  private slowNumber(bytes: Uint8Array): number {
    const text = this.text(bytes) ?? "";
    return numberOf(this.separator === COMMA ? text : text.replace(",", "."));
  }

  /** The cell as text; `undefined` if it is not UTF-8. */
  text(bytes: Uint8Array): string | undefined {
    try {
      const text = shortAscii(bytes, this.from, this.to) ?? decoded(bytes, this.from, this.to);
      return this.doubled ? text.replaceAll('""', '"') : text;
    } catch {
      return undefined;
    }
  }

  private isBlank(byte: number): boolean {
    return byte === SPACE || (byte === TAB && this.separator !== TAB);
  }
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** @throws TypeError if it is not UTF-8 */
function decoded(bytes: Uint8Array, from: number, to: number): string {
  // A copy, because browsers do not decode from shared memory.
  return decoder.decode(bytes.slice(from, to));
}

/** A call of a decoder takes longer than to read so few bytes. */
const SHORT = 24;

/** The text of a few bytes, if all are ASCII. */
function shortAscii(bytes: Uint8Array, from: number, to: number): string | undefined {
  if (to - from > SHORT) return undefined;
  let text = "";
  for (let at = from; at < to; at++) {
    const byte = bytes[at]!;
    if (byte > 0x7f) return undefined;
    text += String.fromCharCode(byte);
  }
  return text;
}

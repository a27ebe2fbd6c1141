import type { ImageSet } from "../dataset.js";

/** How many bytes are collected before they are yielded. */
const CHUNK_BYTES = 1 << 20;
const COMMA = 0x2c;
const NEWLINE = 0x0a;

/**
 * Writes images as a table, piece by piece: a header, then one row per image with its label in front, like Kaggle's tables
 * of Fashion-MNIST. The header of images that are not a square of 1 or 3 channels names rows and columns (`1x1` …
 * `28x20`), so that they are read back in their shape.
 *
 * @param sets the sets whose rows are written, one after the other
 * @param labels the label of each class
 * @example
 * for (const piece of csvOf([dataset.train], dataset.classNames)) await file.write(piece);
 */
export function* csvOf(sets: readonly ImageSet[], labels: readonly string[]): Generator<Uint8Array> {
  const encoder = new TextEncoder();
  const names = labels.map((label) => encoder.encode(quoted(label)));
  yield encoder.encode(`${headerOf(sets[0]!.shape)}\n`);
  for (const { images, labels: classes, count } of sets) {
    const size = images.length / count;
    const longest = Math.max(...names.map(({ length }) => length)) + 26 * size + 1;
    const buffer = new Uint8Array(CHUNK_BYTES + longest);
    let filled = 0;
    for (let image = 0; image < count; image++) {
      const name = names[classes[image]!]!;
      buffer.set(name, filled);
      filled += name.length;
      for (let index = image * size; index < (image + 1) * size; index++) {
        buffer[filled++] = COMMA;
        const text = images instanceof Uint8Array ? byteTexts[images[index]!]! : floatText(images[index]!);
        for (let at = 0; at < text.length; at++) buffer[filled++] = text.charCodeAt(at);
      }
      buffer[filled++] = NEWLINE;
      if (filled < CHUNK_BYTES && image + 1 < count) continue;
      yield buffer.slice(0, filled);
      filled = 0;
    }
  }
}

const byteTexts = Array.from({ length: 256 }, (_, byte) => String(byte));

/** The shortest text that parses to the same 32-bit float. */
function floatText(value: number): string {
  for (let digits = 6; digits < 9; digits++) {
    const text = String(Number(value.toPrecision(digits)));
    if (Math.fround(Number(text)) === value) return text;
  }
  return String(value);
}

function headerOf([height, width, channels]: ImageSet["shape"]): string {
  const size = height * width * channels;
  const columns = ["label"];
  if (height === width && (channels === 1 || (channels === 3 && !isSquare(size)))) {
    for (let pixel = 1; pixel <= size; pixel++) columns.push(`pixel${pixel}`);
  } else {
    for (let row = 1; row <= height; row++) {
      for (let column = 1; column <= width; column++) {
        for (let channel = 1; channel <= channels; channel++) {
          columns.push(`${row}x${column}${channels > 1 ? `x${channel}` : ""}`);
        }
      }
    }
  }
  return columns.join(",");
}

/** True for a number of values that would be read back as a grey square. */
function isSquare(value: number): boolean {
  return Math.round(Math.sqrt(value)) ** 2 === value;
}

function quoted(text: string): string {
  return /[",;\t]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

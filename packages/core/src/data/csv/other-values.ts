import { HeddleError } from "../../base/errors.js";
import { type ColumnSample, isText } from "./sample.js";

/** What cells hold in place of decimal numbers, by how they look, and what to do about it. */
interface Kind {
  readonly what: string;
  readonly pattern: RegExp;
  readonly next: string;
}

const kinds: readonly Kind[] = [
  {
    what: "truth values",
    pattern: /^(true|false|t|f|yes|no)$/i,
    next: "Write them as 1 and 0: table.astype(int) in pandas.",
  },
  {
    what: "names of pictures",
    pattern: /\.(png|jpe?g|webp|gif|tiff?|avif|bmp|p[bgpn]m|heic)$/i,
    next: "Choose the folder that holds this table and the pictures.",
  },
  {
    what: "pictures as base64",
    pattern: /^(data:image\/|iVBORw0KGgo|\/9j\/|R0lGOD|UklGR|Qk0)/,
    next: "Save each as a file, in a folder for each class, or next to a table of file names and labels.",
  },
  {
    what: "numbers with a comma",
    pattern: /^[+-]?(\d+,\d+|\d{1,3}(,\d{3})+)$/,
    next: "Write them with a decimal point and nothing between thousands.",
  },
  {
    what: "bytes in hexadecimal",
    pattern: /^(0x)?([0-9a-f]{2}){16,}$/i,
    next: "Write each pixel as a decimal number: list(bytes.fromhex(text)) in Python.",
  },
  {
    what: "numbers in hexadecimal",
    pattern: /^(0x|#)?[0-9a-f]{1,8}([\s,;]+(0x|#)?[0-9a-f]{1,8})*$/i,
    next: "Write them as decimal numbers: int(text, 16) in Python.",
  },
];

/** More columns of text than these, and than this share of all, are hardly descriptions of an image. */
const MOST_TEXTS = 16;
const MOST_OF_ALL = 1 / 8;

/**
 * Refuses a table whose pixels are written in another way than as decimal numbers.
 *
 * @param columns those that could hold pixels
 * @param noPixels whether none of them can be a pixel, so that even a single column of text may be what holds them
 * @throws HeddleError that names what the cells hold
 */
export function refuseOtherValues(
  name: string,
  samples: readonly ColumnSample[],
  columns: readonly number[],
  noPixels: boolean,
): void {
  const texts = columns.filter((column) => isText(samples[column]!));
  const areMany = texts.length > Math.max(MOST_TEXTS, columns.length * MOST_OF_ALL);
  if (!areMany && !noPixels) return;
  const words = texts.flatMap((column) => samples[column]!.words);
  const kind = commonKind(texts.map((column) => samples[column]!.words));
  if (!areMany && !kind) return;
  const example = words.find((word) => kind?.pattern.test(word) ?? true) ?? "";
  throw new HeddleError({
    who: name,
    expected: "pixels as decimal numbers",
    received: `${kind?.what ?? "text"}, such as ${JSON.stringify(example.length > 24 ? `${example.slice(0, 24)}…` : example)}`,
    next: kind?.next ?? "Write them as numbers, or set `dropColumns` to columns that are no pixels.",
  });
}

/** What most columns hold, because a label next to them may look like something else. */
function commonKind(columns: readonly (readonly string[])[]): Kind | undefined {
  const found = columns.flatMap((words) => kindOf(words) ?? []);
  const counts = kinds.map((kind) => found.filter((other) => other === kind).length);
  return found.length > 0 ? kinds[counts.indexOf(Math.max(...counts))] : undefined;
}

function kindOf(words: readonly string[]): Kind | undefined {
  return kinds.find(({ pattern }) => words.length > 0 && words.every((word) => pattern.test(word)));
}

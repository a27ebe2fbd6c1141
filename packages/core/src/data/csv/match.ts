import { HeddleError } from "../../base/errors.js";
import type { ReadingChoice } from "../reading.js";
import { positionsOf } from "./names.js";

/** The columns of a table that has names for them. */
export interface TableColumns {
  /** The file's name. */
  readonly file: string;
  /** The names of the pixels' columns, in the order of the pixels. */
  readonly pixels: readonly string[];
  /** The name of the label's column; absent if there is none. */
  readonly label?: string;
}

const plain = (name: string) => name.trim().toLowerCase();

/**
 * The position of each pixel's column of a table in the images of another, by their names.
 *
 * @param name the file's path, for errors
 * @param pixels the names of the pixels' columns, in the order of the file
 * @param like the columns of the other table
 * @returns `undefined` if names cannot tell, because the tables number their columns differently
 * @throws HeddleError with the names of columns that only one of the two has
 */
export function matchColumns(
  name: string,
  pixels: readonly string[],
  like: TableColumns,
): readonly number[] | undefined {
  const places = new Map(like.pixels.map((pixel, place) => [plain(pixel), place]));
  // A name that occurs twice says nothing.
  if (places.size < like.pixels.length) return undefined;
  const own = new Set(pixels.map(plain));
  const missing = like.pixels.filter((pixel) => !own.has(plain(pixel)));
  const extra = pixels.filter((pixel) => !places.has(plain(pixel)));
  if (missing.length === 0 && extra.length === 0 && own.size === pixels.length) {
    return pixels.map((pixel) => places.get(plain(pixel))!);
  }
  const isCount = (names: readonly string[]) => positionsOf(names) !== undefined;
  if (pixels.length === like.pixels.length && isCount(pixels) && isCount(like.pixels)) return undefined;
  const list = (names: readonly string[]) =>
    names.slice(0, 3).join(", ") + (names.length > 3 ? `, … (${names.length} columns)` : "");
  throw new HeddleError({
    who: name,
    expected: `the columns of ${like.file}`,
    received: [
      ...(missing.length > 0 ? [`no ${list(missing)}`] : []),
      ...(extra.length > 0 ? [`in addition ${list(extra)}`] : []),
    ].join(", and "),
    next: "Give both tables the same columns, or set `dropColumns` to those that only one has.",
  });
}

/** What to say about columns that were matched by their names. */
export function matchChoices(positions: readonly number[] | undefined, like: TableColumns): ReadingChoice[] {
  if (positions?.every((position, index) => position === index)) return [];
  const choice = positions
    ? `by their names, in the order of ${like.file}`
    : `by their positions, because ${like.file} numbers them differently`;
  return [{ about: "test columns", choice, warn: true }];
}

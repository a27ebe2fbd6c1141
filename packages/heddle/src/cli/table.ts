import { formatTable, oneLine } from "@heddle/core/internal/base/format.js";
import { shown } from "./terminal.js";
import { visibleLength, wrapped } from "./terminal-text.js";

export interface TableOptions {
  /** Columns of numbers, right-aligned; counted from 0. */
  readonly right?: readonly number[];
  /** How wide the output is; Infinity for a file or a pipe, whose lines may be of any length. */
  readonly columns: number;
}

/**
 * Rows under a head, as a table if it fits. Otherwise each row is a block: the first cell on a line of its own, and below
 * it every other cell that is not empty, with the name of its column. Nothing is cut off.
 */
export function tableOrBlocks(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  { right = [], columns }: TableOptions,
): string {
  const table = formatTable([head, ...rows], right);
  if (table.split("\n").every((line) => visibleLength(line) <= columns)) return table;
  const labelWidth = Math.max(...head.slice(1).map((label) => label.length));
  return rows
    .flatMap(([first = "", ...cells]) => [
      first,
      ...cells.flatMap((cell, index) =>
        cell === "" ? [] : [`  ${head[index + 1]!.padEnd(labelWidth)}  ${cell}`],
      ),
    ])
    .map((line) => wrapped(line, columns))
    .join("\n");
}

/** Text from a file as a cell: one line, with nothing that a terminal would execute or show backwards. */
export function cell(text: string): string {
  return shown(oneLine(text.replace(/\s+/g, " ")));
}

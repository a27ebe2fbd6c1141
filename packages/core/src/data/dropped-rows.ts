import { formatTable, groupDigits } from "../base/format.js";

/** What is done with a row in which a pixel is missing. */
export const missingRules = ["error", "drop", "zero"] as const;
export type MissingRule = (typeof missingRules)[number];

/** Why a row of a table, or a picture of a folder, was left out. */
export type DropReason =
  | "missing value"
  | "missing label"
  | "unreadable value"
  | "unreadable label"
  | "unclosed quote"
  | "too few cells"
  | "too many cells"
  | "unreadable picture";

/** One row, or one picture, that was left out. */
export interface DroppedRow {
  /** The file's name; a picture's path below the dataset's folder. */
  readonly file: string;
  /** Counted from 1, header and empty lines included; absent for pictures. */
  readonly line?: number;
  readonly reason: DropReason;
  /** The row's label as it stands there, where it can be read. */
  readonly label?: string;
  /** What exactly was found: `column 18 (pixel17) is empty`. */
  readonly detail: string;
}

/** What was left out while data was read: plain data, the same in Node and in browsers. */
export interface DroppedRows {
  /** Rows (or pictures) that were looked at, the dropped ones included; headers and empty lines are none. */
  readonly read: number;
  /** Missing values that became 0, with `missing: "zero"`. */
  readonly zeroed: number;
  /** In the order of files and lines. */
  readonly rows: readonly DroppedRow[];
}

/** What a run keeps of what was dropped: counts without the rows. */
export interface DroppedSummary {
  readonly read: number;
  readonly zeroed: number;
  readonly dropped: number;
  readonly byReason: Readonly<Record<string, number>>;
  /** By label, where it could be read. */
  readonly byClass: Readonly<Record<string, number>>;
}

/** Counts what was dropped, by reason and by class. */
export function summarizeDropped({ read, zeroed, rows }: DroppedRows): DroppedSummary {
  const labels = rows.flatMap(({ label }) => (label === undefined ? [] : [label]));
  return {
    read,
    zeroed,
    dropped: rows.length,
    byReason: tally(rows.map(({ reason }) => reason)),
    byClass: tally(labels),
  };
}

/** The reports of several files as one. */
export function joinDropped(reports: readonly DroppedRows[]): DroppedRows {
  return {
    read: reports.reduce((sum, { read }) => sum + read, 0),
    zeroed: reports.reduce((sum, { zeroed }) => sum + zeroed, 0),
    rows: reports.flatMap(({ rows }) => rows),
  };
}

/** Where a row stands: `train.csv:18`, or a picture's path. */
export function placeOf({ file, line }: DroppedRow): string {
  return line === undefined ? file : `${file}:${line}`;
}

const SHOWN = 10;

/** A report for a terminal, in a few lines; `undefined` when there is nothing to tell. */
export function formatDropped(report: DroppedRows): string | undefined {
  const { read, zeroed, dropped, byReason, byClass } = summarizeDropped(report);
  const lines: string[] = [];
  if (zeroed > 0) lines.push(`${groupDigits(zeroed)} missing values were read as 0.`);
  if (dropped > 0) {
    const what = report.rows[0]!.line === undefined ? "pictures" : "rows";
    lines.push(
      `${groupDigits(dropped)} of ${groupDigits(read)} ${what} were dropped. By reason: ${counts(byReason)}.`,
    );
    const unknown = dropped - Object.values(byClass).reduce((sum, count) => sum + count, 0);
    const known = counts(byClass);
    const rest = unknown > 0 ? `no readable label: ${groupDigits(unknown)}` : "";
    lines.push(`By class: ${[known, rest].filter((part) => part !== "").join(", ")}.`);
    const rows = report.rows.slice(0, SHOWN).map((row) => [`  ${placeOf(row)}`, row.reason, row.detail]);
    lines.push(formatTable(rows));
    if (dropped > SHOWN)
      lines.push(`  … and ${groupDigits(dropped - SHOWN)} more: heddle data --json lists all`);
  }
  return lines.length === 0 ? undefined : lines.join("\n");
}

function counts(tallied: Readonly<Record<string, number>>): string {
  return Object.entries(tallied)
    .map(([what, count]) => `${what}: ${groupDigits(count)}`)
    .join(", ");
}

/** How often each text occurs; numbers in their order, then names in theirs. */
function tally(texts: readonly string[]): Readonly<Record<string, number>> {
  const counted = new Map<string, number>();
  for (const text of texts) counted.set(text, (counted.get(text) ?? 0) + 1);
  return Object.fromEntries([...counted].sort(([a], [b]) => (a < b ? -1 : 1)));
}

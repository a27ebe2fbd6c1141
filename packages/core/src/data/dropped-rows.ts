import { formatTable, groupDigits } from "../base/format.js";

/** The values of `missing`. */
export const missingRules = ["error", "drop", "zero"] as const;

/**
 * What to do with a damaged row or picture: throw an error, drop and report it, or read missing pixels as 0 (and drop rows
 * with other damage).
 */
export type MissingRule = (typeof missingRules)[number];

/** Why a row of a table or a picture of a folder was dropped. */
export type DropReason =
  | "missing value"
  | "missing label"
  | "unreadable value"
  | "unreadable label"
  | "unclosed quote"
  | "too few cells"
  | "too many cells"
  | "too few values"
  | "too many values"
  | "unreadable split"
  | "unreadable picture";

/** A row or a picture that was dropped. */
export interface DroppedRow {
  /** The file's name, or a picture's path below the dataset's folder. */
  readonly file: string;
  /** The line's number, from 1, counting the header and empty lines; absent for pictures. */
  readonly line?: number;
  /** Why it was dropped. */
  readonly reason: DropReason;
  /** The row's label as written, if it is readable. */
  readonly label?: string;
  /** What exactly is wrong: `column 18 (pixel17) is empty`. */
  readonly detail: string;
}

/** The rows or pictures that were dropped during reading: plain data, the same in Node and in browsers. */
export interface DroppedRows {
  /** How many rows or pictures were read, including the dropped ones but not headers and empty lines. */
  readonly read: number;
  /** How many missing values became 0, with `missing: "zero"`. */
  readonly zeroed: number;
  /** The dropped rows, in the order of files and lines. */
  readonly rows: readonly DroppedRow[];
}

/** The counts of dropped rows that a run records. */
export interface DroppedSummary {
  /** How many rows or pictures were read, including the dropped ones. */
  readonly read: number;
  /** How many missing values became 0. */
  readonly zeroed: number;
  /** How many rows or pictures were dropped. */
  readonly dropped: number;
  /** How many were dropped for each reason. */
  readonly byReason: Readonly<Record<string, number>>;
  /** How many were dropped of each label, as far as it was readable. */
  readonly byClass: Readonly<Record<string, number>>;
}

/** Counts dropped rows by reason and by class. */
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

/** Joins the reports of several files. */
export function joinDropped(reports: readonly DroppedRows[]): DroppedRows {
  return {
    read: reports.reduce((sum, { read }) => sum + read, 0),
    zeroed: reports.reduce((sum, { zeroed }) => sum + zeroed, 0),
    rows: reports.flatMap(({ rows }) => rows),
  };
}

/** The place of a row, such as `train.csv:18`, or a picture's path. */
function placeOf({ file, line }: DroppedRow): string {
  return line === undefined ? file : `${file}:${line}`;
}

const SHOWN = 10;

/** Formats a report in a few lines of text; `undefined` if nothing was dropped or read as 0. */
export function formatDropped(report: DroppedRows): string | undefined {
  const { read, zeroed, dropped, byReason, byClass } = summarizeDropped(report);
  const lines: string[] = [];
  if (zeroed > 0) lines.push(`${groupDigits(zeroed)} missing values were read as 0.`);
  if (dropped > 0) {
    const what = report.rows[0]!.line === undefined ? "pictures" : "rows";
    lines.push(
      `${groupDigits(dropped)} of ${groupDigits(read)} ${what} were dropped. By reason: ${counts(byReason)}.`,
    );
    const unlabelled = dropped - Object.values(byClass).reduce((sum, count) => sum + count, 0);
    const rest = unlabelled > 0 ? `no readable label: ${groupDigits(unlabelled)}` : "";
    lines.push(`By class: ${[counts(byClass), rest].filter((part) => part !== "").join(", ")}.`);
    const rows = report.rows.slice(0, SHOWN).map((row) => [`  ${placeOf(row)}`, row.reason, row.detail]);
    lines.push(formatTable(rows));
    if (dropped > SHOWN) lines.push(`  … and ${groupDigits(dropped - SHOWN)} more; all are in dropped.rows`);
  }
  return lines.length === 0 ? undefined : lines.join("\n");
}

function counts(tallied: Readonly<Record<string, number>>): string {
  return Object.entries(tallied)
    .map(([what, count]) => `${what}: ${groupDigits(count)}`)
    .join(", ");
}

/** How often each text occurs: numbers in ascending order, then names in alphabetical order. */
function tally(texts: readonly string[]): Readonly<Record<string, number>> {
  const counted = new Map<string, number>();
  for (const text of texts) counted.set(text, (counted.get(text) ?? 0) + 1);
  return Object.fromEntries([...counted].sort(([a], [b]) => (a < b ? -1 : 1)));
}

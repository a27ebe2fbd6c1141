import type { ListedStatus, RunSummary } from "./run-store.js";

/** What runs can be sorted by. */
export const sortKeys = [
  "date",
  "accuracy",
  "loss",
  "time",
  "epochs",
  "seed",
  "dataset",
  "status",
  "name",
] as const;
export type SortKey = (typeof sortKeys)[number];

/** Which runs to list, and how. */
export interface RunQuery {
  readonly sort?: SortKey | undefined;
  readonly reverse?: boolean | undefined;
  readonly status?: ListedStatus | undefined;
  readonly dataset?: string | undefined;
  /** Only runs that have all of these. */
  readonly tags?: readonly string[] | undefined;
  /** Only runs that began at this moment or later. */
  readonly since?: Date | undefined;
  readonly limit?: number | undefined;
}

/**
 * The runs that match a query, best first: the newest, the most accurate, the lowest loss, the shortest. Runs without a
 * value come last, also in reverse order.
 */
export function queryRuns(runs: readonly RunSummary[], query: RunQuery): readonly RunSummary[] {
  const { status, dataset, tags = [], since, sort = "date", reverse = false, limit } = query;
  const matching = runs.filter(
    (run) =>
      (status === undefined || run.status === status) &&
      (dataset === undefined || run.dataset === dataset) &&
      tags.every((tag) => run.tags.includes(tag.normalize("NFC"))) &&
      (since === undefined || Date.parse(run.startedAt) >= since.getTime()),
  );
  return sorted(matching, sort, reverse).slice(0, limit);
}

function sorted(runs: readonly RunSummary[], sort: SortKey, reverse: boolean): RunSummary[] {
  const direction = reverse ? -1 : 1;
  return [...runs].sort((a, b) => {
    const [first, second] = [keyOf(a, sort), keyOf(b, sort)];
    if (first !== null && second !== null && first !== second) return (first < second ? -1 : 1) * direction;
    if ((first === null) !== (second === null)) return first === null ? 1 : -1;
    return Date.parse(b.startedAt) - Date.parse(a.startedAt) || (a.id < b.id ? 1 : -1);
  });
}

/** The value to sort by, smallest first; `null` if the run has none. */
function keyOf(run: RunSummary, sort: SortKey): number | string | null {
  switch (sort) {
    case "date":
      return -Date.parse(run.startedAt);
    case "accuracy":
      return run.testAccuracy === null ? null : -run.testAccuracy;
    case "loss":
      return run.testLoss === null || Number.isNaN(run.testLoss) ? null : run.testLoss;
    case "time":
      return run.seconds;
    case "epochs":
      return -run.epochs.done;
    case "seed":
      return run.seed;
    case "dataset":
      return run.dataset;
    case "status":
      return run.status;
    case "name":
      return run.name ?? run.id;
  }
}

const UNIT_SECONDS: Readonly<Record<string, number>> = { m: 60, h: 3600, d: 86_400, w: 604_800 };

/**
 * Reads a moment: a date (`2026-03-04`, in UTC like ids), a time in ISO 8601, or a time before now (`30m`, `12h`, `7d`,
 * `2w`); `undefined` for any other text.
 */
export function parseSince(text: string, now = new Date()): Date | undefined {
  const ago = /^(\d{1,6})([mhdw])$/.exec(text);
  if (ago) return new Date(now.getTime() - Number(ago[1]) * UNIT_SECONDS[ago[2]!]! * 1000);
  if (!/^\d{4}-\d\d-\d\d(T[\d:.]+(Z|[+-]\d\d:\d\d)?)?$/.test(text)) return undefined;
  const moment = new Date(text.includes("T") && !/(Z|[+-]\d\d:\d\d)$/.test(text) ? `${text}Z` : text);
  return Number.isNaN(moment.getTime()) ? undefined : moment;
}

import { HeddleError } from "@heddle/core/internal/base/errors.js";
import { hasFile } from "@heddle/core/internal/base/files-node.js";
import { formatDuration, formatPercent, groupDigits } from "@heddle/core/internal/base/format.js";
import type { EpochLogs } from "@heddle/core/internal/callbacks/history.js";
import type { Interval } from "@heddle/core/internal/evaluate/index.js";
import type { OnDamagedLine } from "@heddle/core/internal/records/lines.js";
import type { Metrics } from "@heddle/core/internal/records/metrics-record.js";
import type { RunRecord } from "@heddle/core/internal/records/run-record.js";
import { RunFolder } from "../../runs/run-folder.js";
import { type ListedStatus, statusNow } from "../../runs/run-store.js";
import { hearSignal } from "../../system/hear-signal.js";
import { flatSettings } from "./flat-settings.js";

/** More curves than this cannot be told apart. */
const MOST_RUNS = 14;

/** A run in a comparison. */
export interface ComparedRun {
  /** Its name in tables: A, B, … */
  readonly letter: string;
  readonly id: string;
  readonly path: string;
  /** Its name; `null` if it has none. */
  readonly name: string | null;
  readonly status: ListedStatus;
  readonly record: RunRecord;
  readonly metrics: Metrics | undefined;
  readonly macroF1: number | undefined;
  readonly macroF1Interval: Interval | undefined;
  readonly epochs: readonly EpochLogs[];
}

/** A row of a table: a value for each run; `null` where a run has none. */
export interface ComparedRow {
  readonly label: string;
  readonly values: readonly (string | null)[];
}

/** Runs side by side. */
export interface Comparison {
  readonly runs: readonly ComparedRun[];
  /** Settings that differ. */
  readonly settings: readonly ComparedRow[];
  /** Data, programs and machines that differ. */
  readonly circumstances: readonly ComparedRow[];
  readonly results: readonly ComparedRow[];
  /** What to know before reading them, a sentence each. */
  readonly notes: readonly string[];
  /** Whether all runs were measured, on the same test images: only then can their accuracies be compared. */
  readonly comparable: boolean;
}

/**
 * Compares runs side by side.
 *
 * @param names run folders, ids or names below `root`, or `latest`; at least two
 * @param options.onWarning called for what is damaged and skipped, with a sentence
 * @throws HeddleError when one is missing, damaged, or named twice; AbortedError on `options.signal`
 */
export async function compareRuns(
  names: readonly string[],
  root: string,
  { signal, onWarning }: { readonly signal?: AbortSignal; readonly onWarning?: OnDamagedLine } = {},
): Promise<Comparison> {
  if (names.length < 2 || names.length > MOST_RUNS) {
    throw new HeddleError({
      who: "Comparison",
      expected: `2 to ${MOST_RUNS} runs`,
      received: String(names.length),
      next: "Name the runs to compare.",
    });
  }
  const runs: ComparedRun[] = [];
  for (const name of names) {
    await hearSignal(signal, "Reading the runs");
    const run = await readRun(await RunFolder.open(name, root), "ABCDEFGHIJKLMN"[runs.length]!, onWarning);
    const twin = runs.find(({ path }) => path === run.path);
    if (twin) {
      throw new HeddleError({
        who: `Run ${name}`,
        expected: "each run once",
        received: `${twin.id} twice`,
        next: "Name a different run.",
      });
    }
    runs.push(run);
  }
  return {
    runs,
    settings: differing(runs.map(({ record }) => flatSettings(record))),
    circumstances: circumstancesThatDiffer(runs),
    results: resultsOf(runs),
    notes: notesOn(runs),
    comparable: areComparable(runs),
  };
}

async function readRun(
  folder: RunFolder,
  letter: string,
  onWarning: OnDamagedLine | undefined,
): Promise<ComparedRun> {
  const evaluation = await folder.readEvaluation();
  const record = await folder.readRecord();
  return {
    letter,
    id: folder.id,
    path: folder.path,
    name: (await folder.readTags(onWarning)).name,
    status: await statusNow(record, folder.path),
    record,
    metrics: (await hasFile(folder.metricsPath)) ? await folder.readMetrics() : undefined,
    macroF1: evaluation?.evaluation?.macro.f1,
    macroF1Interval: evaluation?.evaluation?.macro.f1Interval,
    epochs: (await folder.readHistory(onWarning)).epochs,
  };
}

/** The engine counts only where every run knows its own: an unfinished run does not. */
function circumstancesThatDiffer(runs: readonly ComparedRun[]): readonly ComparedRow[] {
  const known = runs.every(({ metrics }) => metrics !== undefined);
  return differing(
    runs.map((run) => {
      const circumstances = circumstancesOf(run);
      return known ? circumstances : new Map([...circumstances].filter(([name]) => !ofEngine.includes(name)));
    }),
  );
}

const ofEngine: readonly string[] = ["kernels", "threads used"];

function circumstancesOf({ record, metrics }: ComparedRun): ReadonlyMap<string, string> {
  const { dataset, versions, machine } = record;
  const files = dataset.source.files.map(({ name, sha256 }): [string, string] => [
    `data ${name}`,
    sha256.slice(0, 12),
  ]);
  const { seed } = dataset.source;
  return new Map([
    ["dataset", dataset.name],
    ...(seed === undefined ? [] : [["data seed", String(seed)] as const]),
    ...files,
    ...(metrics
      ? [
          ["kernels", metrics.engine.variant] as const,
          ["threads used", String(metrics.engine.threads)] as const,
        ]
      : []),
    ["heddle", versions.heddle],
    ["node", versions.node],
    ["machine", `${machine.cpu}, ${machine.cores} cores, ${machine.platform} ${machine.architecture}`],
  ]);
}

/** The names whose values differ, in their order. */
function differing(all: readonly ReadonlyMap<string, string>[]): readonly ComparedRow[] {
  const names = new Set(all.flatMap((one) => [...one.keys()]));
  return [...names]
    .map((label) => ({ label, values: all.map((one) => one.get(label) ?? null) }))
    .filter(({ values }) => new Set(values).size > 1);
}

function resultsOf(runs: readonly ComparedRun[]): readonly ComparedRow[] {
  const row = (label: string, of: (run: ComparedRun) => string | null | undefined): ComparedRow => ({
    label,
    values: runs.map((run) => of(run) ?? null),
  });
  const measured = (label: string, of: (metrics: Metrics) => string) =>
    row(label, ({ metrics }) => metrics && of(metrics));
  const rate = (perSecond: number) => groupDigits(Math.round(perSecond));
  return [
    row("status", ({ status }) => status),
    row("epochs", ({ epochs }) => String(epochs.length)),
    measured("test accuracy", ({ test }) => formatPercent(test.accuracy)),
    row("test accuracy, interval", ({ metrics }) => rangeText(metrics?.test.interval)),
    row("cross-validated accuracy", ({ metrics }) => {
      const validated = metrics?.crossValidation;
      return validated && `${formatPercent(validated.accuracy)}, ${validated.folds} folds`;
    }),
    row("cross-validated, interval", ({ metrics }) => rangeText(metrics?.crossValidation?.interval)),
    measured("test loss", ({ test }) => test.loss.toFixed(4)),
    row("macro F1", ({ macroF1 }) => (macroF1 === undefined ? null : formatPercent(macroF1))),
    row("macro F1, interval", ({ macroF1Interval }) => rangeText(macroF1Interval)),
    measured("training accuracy", ({ train }) => formatPercent(train.accuracy)),
    measured("gap, points", ({ train, test }) => (100 * (train.accuracy - test.accuracy)).toFixed(2)),
    row("validation accuracy", ({ epochs, record }) => {
      const last = record.recipe.validationSplit ? epochs.at(-1)?.valAccuracy : undefined;
      return last === undefined ? null : formatPercent(last);
    }),
    measured("time", ({ timeSeconds }) => formatDuration(timeSeconds.total)),
    measured("training images/s", ({ throughput }) => rate(throughput.trainImagesPerSecond)),
    measured("prediction images/s", ({ throughput }) => rate(throughput.predictImagesPerSecond)),
    measured("weights SHA-256", ({ weights }) => weights.sha256.slice(0, 12)),
  ].filter(({ values }) => values.some((value) => value !== null));
}

/** `92.21% – 93.22%`. */
function rangeText(interval: Interval | undefined): string | undefined {
  return interval && `${formatPercent(interval.low)} – ${formatPercent(interval.high)}`;
}

function notesOn(runs: readonly ComparedRun[]): readonly string[] {
  const notes: string[] = ["Intervals are those in which the true values lie, at 95%."];
  for (const [index, one] of runs.entries()) {
    const same = runs.slice(index + 1).filter(({ metrics }) => {
      return metrics !== undefined && metrics.weights.sha256 === one.metrics?.weights.sha256;
    });
    for (const { letter } of same) {
      notes.push(`${one.letter} and ${letter} have the same weights, bit for bit.`);
    }
  }
  const tests = runs.map(({ record }) => record.dataset.testSha256);
  if (new Set(tests).size > 1) {
    notes.push("The test images differ: accuracies on different images cannot be compared.");
  } else if (areComparable(runs)) {
    notes.push(
      "The test images are the same. McNemar's test on them tells whether a difference is more than chance.",
    );
  }
  return notes;
}

function areComparable(runs: readonly ComparedRun[]): boolean {
  const tests = new Set(runs.map(({ record }) => record.dataset.testSha256));
  return tests.size === 1 && runs.every(({ metrics }) => metrics !== undefined);
}

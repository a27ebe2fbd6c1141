import { HeddleError } from "@heddle/core/internal/base/errors.js";
import { isFile } from "@heddle/core/internal/base/files-node.js";
import { formatDuration, formatPercent, groupDigits } from "@heddle/core/internal/base/format.js";
import type { EpochLogs } from "@heddle/core/internal/callbacks/history.js";
import { formatCommand } from "../../runs/command-line.js";
import type { Metrics, RunRecord } from "../../runs/records.js";
import { RunFolder } from "../../runs/run-folder.js";
import { type ListedStatus, statusNow } from "../../runs/run-store.js";
import { flatSettings } from "./flat-settings.js";

/** More curves than that cannot be told apart. */
const MOST_RUNS = 14;

/** A run, as it is compared. */
export interface ComparedRun {
  /** How tables call it: A, B, … */
  readonly letter: string;
  readonly id: string;
  readonly path: string;
  /** What people call it; `null` where nobody named it. */
  readonly name: string | null;
  readonly status: ListedStatus;
  readonly record: RunRecord;
  readonly metrics: Metrics | undefined;
  readonly macroF1: number | undefined;
  readonly epochs: readonly EpochLogs[];
}

/** One line of a table: a value for each run; `null` where a run has none. */
export interface ComparedRow {
  readonly label: string;
  readonly values: readonly (string | null)[];
}

/** Runs side by side. */
export interface Comparison {
  readonly runs: readonly ComparedRun[];
  /** Settings that are not the same in all of them. */
  readonly settings: readonly ComparedRow[];
  /** Data, programs and machines that are not the same. */
  readonly circumstances: readonly ComparedRow[];
  readonly results: readonly ComparedRow[];
  /** What to know before reading them, a sentence each. */
  readonly notes: readonly string[];
}

/**
 * Lays runs side by side.
 *
 * @param given run folders, ids or names below `root`, or `latest`; two at least
 * @throws HeddleError when one is not there, is damaged, or is named twice
 */
export async function compareRuns(given: readonly string[], root: string): Promise<Comparison> {
  if (given.length < 2 || given.length > MOST_RUNS) {
    throw new HeddleError({
      who: "Comparison",
      expected: `2 to ${MOST_RUNS} runs`,
      received: String(given.length),
      next: "Name the runs to lay side by side; heddle runs lists them.",
    });
  }
  const runs: ComparedRun[] = [];
  for (const one of given) {
    const run = await readRun(await RunFolder.open(one, root), "ABCDEFGHIJKLMN"[runs.length]!);
    const twin = runs.find(({ path }) => path === run.path);
    if (twin) {
      throw new HeddleError({
        who: `Run ${one}`,
        expected: "each run once",
        received: `${twin.id} twice`,
        next: "Name another run.",
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
  };
}

async function readRun(folder: RunFolder, letter: string): Promise<ComparedRun> {
  const evaluation = await folder.readEvaluation();
  const record = await folder.readRecord();
  return {
    letter,
    id: folder.id,
    path: folder.path,
    name: (await folder.readLabels()).name,
    status: await statusNow(record, folder.path),
    record,
    metrics: (await isFile(folder.metricsPath)) ? await folder.readMetrics() : undefined,
    macroF1: evaluation?.evaluation?.macro.f1,
    epochs: (await folder.readHistory()).epochs,
  };
}

/** Of the engine only where every run says what it was: one that is not over does not. */
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

/** The names of which not all have the same value, in the order in which they come. */
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
    measured("test loss", ({ test }) => test.loss.toFixed(4)),
    row("macro F1", ({ macroF1 }) => (macroF1 === undefined ? null : formatPercent(macroF1))),
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

function notesOn(runs: readonly ComparedRun[]): readonly string[] {
  const notes: string[] = [];
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
    notes.push("The test images are not the same: accuracies on different images cannot be compared.");
  } else if (runs.every(({ metrics }) => metrics)) {
    const [first, second] = runs.map(({ path }) => path);
    const ask = formatCommand(["heddle", "evaluate", first!, "--against", second!]);
    notes.push(`The test images are the same. Whether a difference is more than chance: ${ask}`);
  }
  return notes;
}

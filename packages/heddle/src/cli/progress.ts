import { counted, formatBytes, formatDuration, groupDigits } from "@heddle/core/internal/base/format.js";
import type { Callback, Progress } from "@heddle/core/internal/callbacks/callback.js";
import type { EpochLogs } from "@heddle/core/internal/callbacks/history.js";
import type { Metrics } from "@heddle/core/internal/records/metrics-record.js";
import { bar, measurementParts } from "@heddle/core/internal/training/progress-lines.js";
import type { DownloadProgress } from "../datasets/index.js";
import type { Terminal } from "./terminal.js";

const BAR_WIDTH = 20;
const MINIMUM_BAR_WIDTH = 5;

/** Keras's lines: one that is rewritten while an epoch runs, and one that stays after it. */
export function trainingLines(terminal: Terminal, epochs: number): Callback {
  let first: Begun | undefined;
  return {
    onProgress: (progress) => {
      first ??= { done: doneOf({ ...progress, epochs }), at: performance.now() };
      // A part of the training, as in a fine-tuning, does not know how many there are in all.
      terminal.rewrite(liveLine({ ...progress, epochs }, first, terminal.columns));
    },
    onEpochEnd: (logs) => terminal.info(epochLine(logs, epochs)),
  };
}

/** A line that is rewritten while the model of a fold is trained. */
export function foldLine(terminal: Terminal, number: number, of: number): Callback {
  const line = workLine(terminal, `Fold ${number}/${of}`);
  return {
    onProgress: (progress) => line(doneOf(progress), 1, `epoch ${progress.epoch}/${progress.epochs}`),
  };
}

/**
 * A line that is rewritten while countable work is in progress: a bar, and the time that is left. The first call marks the
 * beginning; what was done before it says nothing about the speed of the rest.
 */
export function workLine(
  terminal: Terminal,
  label: string,
): (done: number, total: number, ...parts: readonly string[]) => void {
  let first: { readonly done: number; readonly at: number } | undefined;
  return (done, total, ...parts) => {
    first ??= { done, at: performance.now() };
    const seconds = (performance.now() - first.at) / 1000;
    const left = (seconds * (total - done)) / (done - first.done);
    const eta = done > first.done ? [`ETA ${formatDuration(left)}`] : [];
    terminal.rewrite(lineWithBar(terminal.columns, done / total, label, [...eta, ...parts]));
  };
}

/** What is about to be trained, and on how many threads. */
export function trainingHeadline(epochs: number, { variant, threads, width }: Metrics["engine"]): string {
  const kernels = width === 256 ? `${variant} kernels, 256 bits wide` : `${variant} kernels`;
  return `Training for ${counted(epochs, "epoch")} on ${counted(threads, "thread")}, ${kernels}`;
}

/** The first progress that was reported: a resumed run does not begin at zero. */
interface Begun {
  readonly done: number;
  readonly at: number;
}

/** Share of all epochs. */
function doneOf({ epoch, epochs, step, steps }: Progress): number {
  return (epoch - 1 + step / steps) / epochs;
}

function liveLine(progress: Progress, first: Begun, columns: number): string {
  const { epoch, epochs, step, steps, samples, seconds } = progress;
  const done = doneOf(progress);
  const left = (((performance.now() - first.at) / 1000) * (1 - done)) / (done - first.done);
  return lineWithBar(
    columns,
    step / steps,
    `Epoch ${String(epoch).padStart(String(epochs).length)}/${epochs}`,
    [
      `${groupDigits(Math.round(samples / seconds))} images/s`,
      ...(done > first.done ? [`ETA ${formatDuration(left)}`] : []),
      `loss ${progress.loss.toFixed(4)}`,
      `accuracy ${progress.accuracy.toFixed(4)}`,
    ],
  );
}

function epochLine(logs: EpochLogs, epochs: number): string {
  return [
    `Epoch ${String(logs.epoch).padStart(String(epochs).length)}/${epochs}`,
    `${logs.seconds.toFixed(1)}s`,
    `${groupDigits(Math.round(logs.imagesPerSecond))} images/s`,
    ...measurementParts(logs),
  ].join("  ");
}

/** The bar of a download of one file or several, counted together. */
export function downloadLine(terminal: Terminal): (progress: DownloadProgress) => void {
  const line = workLine(terminal, "Downloading");
  return ({ file, receivedBytes, totalBytes }) => {
    line(receivedBytes, totalBytes, `${formatBytes(receivedBytes)} of ${formatBytes(totalBytes)}`, file);
  };
}

/** The bar of reading a folder of pictures: `Reading 2,000 of 70,000 pictures`. */
export function readingLine(terminal: Terminal): (done: number, total: number) => void {
  const line = workLine(terminal, "Reading");
  return (done, total) => {
    // Rewriting the line for each of many small pictures would take longer than reading them.
    if (done % 20 === 0 || done === total) {
      line(done, total, `${groupDigits(done)} of ${counted(total, "picture")}`);
    }
  };
}

/**
 * A line that never wraps, because a wrapped line cannot be rewritten: on a narrow terminal the bar gets shorter,
 * then disappears, and after it the last of `parts`.
 */
export function lineWithBar(columns: number, share: number, label: string, parts: readonly string[]): string {
  const room = columns - 1;
  const withoutBar = [label, ...parts].join("  ");
  const width = Math.min(BAR_WIDTH, room - withoutBar.length - 2);
  if (width >= MINIMUM_BAR_WIDTH) return [label, bar(share, width), ...parts].join("  ");
  const fitting = [label, ...parts];
  while (fitting.length > 1 && fitting.join("  ").length > room) fitting.pop();
  return fitting.join("  ").slice(0, Math.max(0, room));
}

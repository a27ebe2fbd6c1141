import { formatBytes, formatDuration, groupDigits } from "../base/format.js";
import type { DownloadProgress } from "../data/index-node.js";
import type { Callback, Progress } from "../model/callbacks.js";
import type { EpochLogs } from "../model/history.js";
import { bar, measurementParts } from "../model/progress-lines.js";
import type { Terminal } from "./terminal.js";

const BAR_WIDTH = 20;
const MINIMUM_BAR_WIDTH = 5;

/** Keras's lines: one that lives while an epoch runs, and one that stays behind it. */
export function trainingLines(terminal: Terminal, epochs: number): Callback {
  const started = performance.now();
  return {
    onProgress: (progress) => terminal.rewrite(liveLine(progress, started, terminal.columns)),
    onEpochEnd: (logs) => terminal.info(epochLine(logs, epochs)),
  };
}

/** What is about to be trained, and on what. */
export function trainingHeadline(
  epochs: number,
  engine: { readonly variant: string; readonly threads: number },
): string {
  return `Training for ${counted(epochs, "epoch")} on ${counted(engine.threads, "thread")}, ${engine.variant} kernels`;
}

function liveLine(progress: Progress, started: number, columns: number): string {
  const { epoch, epochs, step, steps, samples, seconds } = progress;
  const elapsed = (performance.now() - started) / 1000;
  const done = (epoch - 1 + step / steps) / epochs;
  return lineWithBar(
    columns,
    step / steps,
    `Epoch ${String(epoch).padStart(String(epochs).length)}/${epochs}`,
    [
      `${groupDigits(Math.round(samples / seconds))} images/s`,
      `ETA ${formatDuration(elapsed / done - elapsed)}`,
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

/** The bar of a download. */
export function downloadLine(terminal: Terminal): (progress: DownloadProgress) => void {
  return ({ file, receivedBytes, totalBytes }) => {
    const share = `${formatBytes(receivedBytes)} of ${formatBytes(totalBytes)}`;
    terminal.rewrite(lineWithBar(terminal.columns, receivedBytes / totalBytes, "Downloading", [share, file]));
  };
}

/**
 * A line that never wraps, because a wrapped line cannot be rewritten: on a narrow terminal the bar gets shorter,
 * then goes, and after it the last of `parts`.
 */
function lineWithBar(columns: number, share: number, label: string, parts: readonly string[]): string {
  const room = columns - 1;
  const withoutBar = [label, ...parts].join("  ");
  const width = Math.min(BAR_WIDTH, room - withoutBar.length - 2);
  if (width >= MINIMUM_BAR_WIDTH) return [label, bar(share, width), ...parts].join("  ");
  const fitting = [label, ...parts];
  while (fitting.length > 1 && fitting.join("  ").length > room) fitting.pop();
  return fitting.join("  ").slice(0, Math.max(0, room));
}

/** `1 epoch`, `16 epochs`. */
function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

import { formatBytes, formatDuration, groupDigits } from "../base/format.js";
import type { DownloadProgress } from "../data/index-node.js";
import type { Callback, Progress } from "../model/callbacks.js";
import type { EpochLogs } from "../model/history.js";
import type { Terminal } from "./terminal.js";

const BAR_WIDTH = 20;

/** Keras's lines: one that lives while an epoch runs, and one that stays behind it. */
export function trainingLines(terminal: Terminal, epochs: number): Callback {
  const started = performance.now();
  return {
    onProgress: (progress) => terminal.rewrite(clip(liveLine(progress, started), terminal.columns)),
    onEpochEnd: (logs) => terminal.info(epochLine(logs, epochs)),
  };
}

function liveLine(progress: Progress, started: number): string {
  const { epoch, epochs, step, steps, samples, seconds } = progress;
  const elapsed = (performance.now() - started) / 1000;
  const done = (epoch - 1 + step / steps) / epochs;
  return [
    `Epoch ${String(epoch).padStart(String(epochs).length)}/${epochs}`,
    bar(step / steps),
    `${groupDigits(Math.round(samples / seconds))} images/s`,
    `ETA ${formatDuration(elapsed / done - elapsed)}`,
    `loss ${progress.loss.toFixed(4)}`,
    `accuracy ${progress.accuracy.toFixed(4)}`,
  ].join("  ");
}

function epochLine(logs: EpochLogs, epochs: number): string {
  const { epoch, loss, accuracy, valLoss, valAccuracy, imagesPerSecond } = logs;
  return [
    `Epoch ${String(epoch).padStart(String(epochs).length)}/${epochs}`,
    `${logs.seconds.toFixed(1)}s`,
    `${groupDigits(Math.round(imagesPerSecond))} images/s`,
    `loss ${loss.toFixed(4)}`,
    `accuracy ${accuracy.toFixed(4)}`,
    ...(valLoss === undefined ? [] : [`val_loss ${valLoss.toFixed(4)}`]),
    ...(valAccuracy === undefined ? [] : [`val_accuracy ${valAccuracy.toFixed(4)}`]),
  ].join("  ");
}

/** The bar of a download. */
export function downloadLine(terminal: Terminal): (progress: DownloadProgress) => void {
  return ({ file, receivedBytes, totalBytes }) => {
    const share = `${formatBytes(receivedBytes)} of ${formatBytes(totalBytes)}`;
    terminal.rewrite(
      clip(`Downloading  ${bar(receivedBytes / totalBytes)}  ${share}  ${file}`, terminal.columns),
    );
  };
}

function bar(share: number): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * BAR_WIDTH);
  return `${"━".repeat(full)}${"╌".repeat(BAR_WIDTH - full)}`;
}

/** Cuts a line that would wrap: a wrapped line cannot be rewritten. */
function clip(text: string, columns: number): string {
  return text.length < columns ? text : text.slice(0, Math.max(0, columns - 1));
}

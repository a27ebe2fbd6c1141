// Lines of text about a running training, printed by `fit` and by the command line.
import { groupDigits } from "../base/format.js";
import type { Callback, TrainingControl } from "../callbacks/callback.js";
import type { EpochLogs } from "../callbacks/history.js";
import { measured } from "../callbacks/logs.js";

const BAR_WIDTH = 20;

/** Keras's words for an epoch's measurements: `loss 0.4123  accuracy 0.8512  val_loss …`. */
export function measurementParts(logs: EpochLogs): string[] {
  const values = [...measured(logs)].filter(([name]) => name !== "learning_rate");
  return values.map(([name, value]) => `${name} ${value.toFixed(4)}`);
}

/** `━━━━━╌╌╌╌╌`, full by `share` (0..1). */
export function bar(share: number, width: number): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * width);
  return `${"━".repeat(full)}${"╌".repeat(width - full)}`;
}

/** A callback that prints lines as Keras does: for each epoch that has ended, with a bar (1) or without (2). */
export function verboseLines(verbose: 1 | 2, print: (line: string) => void): Callback {
  return {
    onEpochBegin: (epoch, { epochs }) => print(`Epoch ${epoch}/${epochs}`),
    onEpochEnd: (logs, { steps }: TrainingControl) => {
      const pace = `${logs.seconds.toFixed(1)}s ${groupDigits(Math.round(logs.imagesPerSecond))} images/s`;
      const head =
        verbose === 1 ? `${steps}/${steps} ${bar(1, BAR_WIDTH)} ${pace}` : `${steps}/${steps} - ${pace}`;
      print([head, ...measurementParts(logs).map((part) => part.replace(" ", ": "))].join(" - "));
    },
  };
}

import { writeFileAtomic } from "#files";
import { HeddleError } from "../base/errors.js";
import { checkOptionsOf } from "../base/known-options.js";
import type { Callback, CallbackMemory, TrainingControl } from "./callback.js";
import type { EpochLogs } from "./history.js";
import { checkNumber, checkText, kerasName, type Mode, Monitor, measured, remembered } from "./logs.js";

export interface ModelCheckpointOptions {
  /** What decides which epoch is best; `"valLoss"` by default. */
  readonly monitor?: string;
  readonly mode?: Mode;
  /** Writes only when the monitored measurement has improved; false by default. */
  readonly saveBestOnly?: boolean;
  /** Writes a safetensors file of the weights instead of the model's folder; false by default. */
  readonly saveWeightsOnly?: boolean;
  /** With `saveBestOnly`: what the first epoch has to beat. */
  readonly initialValueThreshold?: number;
}

/**
 * Saves the model after each epoch, or after each that is the best so far.
 *
 * @example
 * const callbacks = [new ModelCheckpoint("checkpoints/{epoch:02d}-{valAccuracy:.4f}")];
 */
export class ModelCheckpoint implements Callback {
  /** Where the last checkpoint was written. */
  lastPath: string | undefined;
  private readonly monitor: Monitor;

  /**
   * @param path a folder, or with `saveWeightsOnly` a `.safetensors` file; `{epoch}` (from 1) and the measurements in
   *   braces are filled in, with Python's formats for numbers: `{epoch:02d}`, `{val_loss:.3f}`
   */
  constructor(
    private readonly path: string,
    private readonly options: ModelCheckpointOptions = {},
  ) {
    checkOptionsOf(new.target, [ModelCheckpoint], options, {
      monitor: true,
      mode: true,
      saveBestOnly: true,
      saveWeightsOnly: true,
      initialValueThreshold: true,
    });
    this.monitor = new Monitor("ModelCheckpoint", { monitor: "valLoss", ...options });
    checkText("ModelCheckpoint", "path", path);
    const { initialValueThreshold: best } = options;
    this.monitor.best =
      best === undefined ? best : checkNumber("ModelCheckpoint", "initialValueThreshold", best);
    if (path.endsWith(".safetensors") === (options.saveWeightsOnly ?? false)) return;
    throw new HeddleError({
      who: "ModelCheckpoint",
      expected: options.saveWeightsOnly ? "a path that ends in .safetensors" : "a path of a folder",
      received: path,
      next: "Correct the path, or saveWeightsOnly.",
    });
  }

  getMemory(): CallbackMemory {
    return { numbers: remembered({ best: this.monitor.best }), arrays: [] };
  }

  setMemory({ numbers }: CallbackMemory): void {
    this.monitor.best = numbers["best"];
  }

  async onEpochEnd(logs: EpochLogs, training: TrainingControl): Promise<void> {
    const path = fillPath(this.path, logs);
    if (this.options.saveBestOnly) {
      const value = this.monitor.valueIn(logs, training);
      if (value === undefined || !this.monitor.improves(value, this.monitor.best)) return;
      this.monitor.best = value;
    }
    if (this.options.saveWeightsOnly) await writeFileAtomic(path, training.weightsFile());
    else await training.save(path);
    this.lastPath = path;
  }
}

/** Fills in `{epoch:02d}` and `{valLoss:.3f}`. */
function fillPath(path: string, logs: EpochLogs): string {
  const values = measured(logs).set("epoch", logs.epoch);
  return path.replace(
    /\{(\w+)(?::(?:(0?\d*)d|\.(\d+)f))?\}/g,
    (_, name: string, width?: string, digits?: string) => {
      const value = values.get(kerasName(name));
      if (value === undefined) {
        throw new HeddleError({
          who: "ModelCheckpoint",
          expected: `names of ${[...values.keys()].join(", ")} in the path`,
          received: `{${name}}`,
          next: "Correct the path.",
        });
      }
      if (digits !== undefined) return value.toFixed(Number(digits));
      return width ? String(value).padStart(Number(width), width.startsWith("0") ? "0" : " ") : String(value);
    },
  );
}

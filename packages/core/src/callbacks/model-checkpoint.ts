import { writeFileAtomic } from "#files";
import { HeddleError } from "../base/errors.js";
import { checkOptionsOf } from "../base/known-options.js";
import { checkValue, finite, text, trueOrFalse } from "../base/rules.js";
import { refuseOtherWeights } from "../network/save-network.js";
import type { Callback, CallbackMemory, TrainingControl } from "./callback.js";
import type { EpochLogs } from "./history.js";
import { kerasName, type Mode, Monitor, type MonitorName, measured, modeRule, remembered } from "./logs.js";

export interface ModelCheckpointOptions {
  /**
   * The measurement that decides which epoch is best.
   *
   * @defaultValue `"valLoss"`
   */
  readonly monitor?: MonitorName;
  /**
   * Whether less or more is better; `"auto"` decides by the name.
   *
   * @defaultValue `"auto"`
   */
  readonly mode?: Mode;
  /**
   * Writes only when the monitored measurement has improved.
   *
   * @defaultValue false
   */
  readonly saveBestOnly?: boolean;
  /**
   * Writes a safetensors file of the weights instead of the model's folder.
   *
   * @defaultValue false
   */
  readonly saveWeightsOnly?: boolean;
  /**
   * With `saveBestOnly`: the value that the first epoch has to beat.
   *
   * @defaultValue none
   */
  readonly initialValueThreshold?: number;
}

/**
 * Saves the model after each epoch, or after each epoch that is the best so far.
 *
 * @example
 * const callbacks = [new ModelCheckpoint("checkpoints/{epoch:02d}-{valAccuracy:.4f}")];
 */
export class ModelCheckpoint implements Callback {
  /** Where the last checkpoint was written. */
  lastPath: string | undefined;
  private readonly monitor: Monitor;

  /**
   * @param path a folder, or with `saveWeightsOnly` a `.safetensors` file. `{epoch}` (from 1) and measurements in braces
   *   are replaced by their values, in Python's formats for numbers: `{epoch:02d}`, `{val_loss:.3f}`
   * @throws HeddleError when the path does not end as `saveWeightsOnly` demands
   */
  constructor(
    private readonly path: string,
    private readonly options: ModelCheckpointOptions = {},
  ) {
    checkOptionsOf(new.target, [ModelCheckpoint], options, {
      monitor: text,
      mode: modeRule,
      saveBestOnly: trueOrFalse,
      saveWeightsOnly: trueOrFalse,
      initialValueThreshold: finite,
    });
    this.monitor = new Monitor("ModelCheckpoint", { monitor: "valLoss", ...options });
    checkValue("ModelCheckpoint", "path", path, text);
    this.monitor.best = options.initialValueThreshold;
    if (path.endsWith(".safetensors") === (options.saveWeightsOnly ?? false)) return;
    throw new HeddleError({
      who: "ModelCheckpoint",
      expected: options.saveWeightsOnly ? "a path that ends in .safetensors" : "the path of a folder",
      received: path,
      next: "Correct the path, or `saveWeightsOnly`.",
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
    if (this.options.saveWeightsOnly) {
      await refuseOtherWeights(path);
      await writeFileAtomic(path, training.weightsFile());
    } else await training.save(path);
    this.lastPath = path;
  }
}

/** Replaces `{epoch:02d}`, `{valLoss:.3f}` and their like by values. */
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

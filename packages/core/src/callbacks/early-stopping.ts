import { checkOptionsOf } from "../base/known-options.js";
import { finite, text, trueOrFalse, whole } from "../base/rules.js";
import type { Callback, CallbackMemory, TrainingControl } from "./callback.js";
import type { EpochLogs } from "./history.js";
import { type Mode, Monitor, type MonitorName, modeRule, remembered } from "./logs.js";

export interface EarlyStoppingOptions {
  /**
   * The measurement to watch, such as `"loss"` or `"valAccuracy"`.
   *
   * @defaultValue `"valLoss"`
   */
  readonly monitor?: MonitorName;
  /**
   * A smaller change does not count as an improvement.
   *
   * @defaultValue 0
   */
  readonly minDelta?: number;
  /**
   * Epochs without improvement before training stops.
   *
   * @defaultValue 0
   */
  readonly patience?: number;
  /**
   * Whether less or more is better; `"auto"` decides by the name.
   *
   * @defaultValue `"auto"`
   */
  readonly mode?: Mode;
  /**
   * Epochs that do not beat this value count as epochs without improvement.
   *
   * @defaultValue none
   */
  readonly baseline?: number;
  /**
   * Ends with the weights of the best epoch instead of the last.
   *
   * @defaultValue false
   */
  readonly restoreBestWeights?: boolean;
  /**
   * How many epochs at the start are not watched.
   *
   * @defaultValue 0
   */
  readonly startFromEpoch?: number;
}

/**
 * Stops when a measurement no longer improves, in Keras's order of events.
 *
 * @example
 * const callbacks = [new EarlyStopping({ patience: 3, restoreBestWeights: true })];
 * await model.fit(data.train, { epochs: 50, validationSplit: 0.1, callbacks });
 */
export class EarlyStopping implements Callback {
  /** The epoch, from 1, after which training was stopped; 0 if it was not. */
  stoppedEpoch = 0;
  /** The best epoch, from 1. */
  bestEpoch = 0;
  private readonly monitor: Monitor;
  private readonly patience: number;
  private readonly startFromEpoch: number;
  private wait = 0;
  private bestWeights: Float32Array[] | undefined;

  constructor(private readonly options: EarlyStoppingOptions = {}) {
    checkOptionsOf(new.target, [EarlyStopping], options, {
      monitor: text,
      minDelta: finite,
      patience: whole(0),
      mode: modeRule,
      baseline: finite,
      restoreBestWeights: trueOrFalse,
      startFromEpoch: whole(0),
    });
    this.monitor = new Monitor("EarlyStopping", { monitor: "valLoss", ...options });
    this.patience = options.patience ?? 0;
    this.startFromEpoch = options.startFromEpoch ?? 0;
  }

  onTrainBegin(): void {
    this.wait = 0;
    this.stoppedEpoch = 0;
    this.bestEpoch = 0;
    this.monitor.best = undefined;
    this.bestWeights = undefined;
  }

  onEpochEnd(logs: EpochLogs, training: TrainingControl): void {
    const { monitor, options } = this;
    const { epoch } = training;
    if (epoch <= this.startFromEpoch) return;
    const value = monitor.valueIn(logs, training);
    // Epochs without validation do not count.
    if (value === undefined) return;
    this.wait++;
    if (monitor.improves(value, monitor.best)) {
      monitor.best = value;
      this.bestEpoch = epoch;
      if (options.restoreBestWeights) this.bestWeights = training.getWeights();
      if (options.baseline === undefined || monitor.improves(value, options.baseline)) this.wait = 0;
      return;
    }
    if (this.wait >= this.patience && epoch > 1) {
      this.stoppedEpoch = epoch;
      training.stop();
    }
  }

  getMemory(): CallbackMemory {
    const { wait, stoppedEpoch, bestEpoch, bestWeights = [] } = this;
    return {
      numbers: remembered({ wait, stoppedEpoch, bestEpoch, best: this.monitor.best }),
      arrays: bestWeights,
    };
  }

  setMemory({ numbers, arrays }: CallbackMemory): void {
    this.wait = numbers["wait"] ?? 0;
    this.stoppedEpoch = numbers["stoppedEpoch"] ?? 0;
    this.bestEpoch = numbers["bestEpoch"] ?? 0;
    this.monitor.best = numbers["best"];
    this.bestWeights = arrays.length > 0 ? [...arrays] : undefined;
  }

  onTrainEnd(training: TrainingControl): void {
    if (this.bestWeights) training.setWeights(this.bestWeights);
    this.bestWeights = undefined;
  }
}

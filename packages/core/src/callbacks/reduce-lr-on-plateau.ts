import { checkOptionsOf } from "../base/known-options.js";
import { belowOne, finite, text, whole } from "../base/rules.js";
import type { Callback, CallbackMemory, TrainingControl } from "./callback.js";
import type { EpochLogs } from "./history.js";
import { type Mode, Monitor, type MonitorName, modeRule, remembered } from "./logs.js";

export interface ReduceLROnPlateauOptions {
  /**
   * The measurement to watch.
   *
   * @defaultValue `"valLoss"`
   */
  readonly monitor?: MonitorName;
  /**
   * The rate is multiplied by this number below 1.
   *
   * @defaultValue 0.1
   */
  readonly factor?: number;
  /**
   * Epochs without improvement before the rate is reduced.
   *
   * @defaultValue 10
   */
  readonly patience?: number;
  /**
   * Whether less or more is better; `"auto"` decides by the name.
   *
   * @defaultValue `"auto"`
   */
  readonly mode?: Mode;
  /**
   * A smaller change does not count as an improvement.
   *
   * @defaultValue 0.0001
   */
  readonly minDelta?: number;
  /**
   * Epochs after a reduction that do not count.
   *
   * @defaultValue 0
   */
  readonly cooldown?: number;
  /**
   * The lowest rate.
   *
   * @defaultValue 0
   */
  readonly minLr?: number;
}

/**
 * Reduces the learning rate when a measurement no longer improves.
 *
 * @example
 * const callbacks = [new ReduceLROnPlateau({ factor: 0.5, patience: 3 })];
 * await model.fit(data.train, { epochs: 50, validationSplit: 0.1, callbacks });
 */
export class ReduceLROnPlateau implements Callback {
  private readonly monitor: Monitor;
  private readonly factor: number;
  private readonly patience: number;
  private readonly cooldown: number;
  private readonly minLr: number;
  private wait = 0;
  private coolingFor = 0;

  constructor(options: ReduceLROnPlateauOptions = {}) {
    checkOptionsOf(new.target, [ReduceLROnPlateau], options, {
      monitor: text,
      factor: belowOne,
      patience: whole(0),
      mode: modeRule,
      minDelta: finite,
      cooldown: whole(0),
      minLr: finite,
    });
    this.monitor = new Monitor("ReduceLROnPlateau", { monitor: "valLoss", minDelta: 1e-4, ...options });
    this.factor = options.factor ?? 0.1;
    this.patience = options.patience ?? 10;
    this.cooldown = options.cooldown ?? 0;
    this.minLr = options.minLr ?? 0;
  }

  onTrainBegin(training: TrainingControl): void {
    // Changes nothing, but throws if a schedule sets the rate: now, not hours later at the first plateau.
    training.setLearningRate(training.learningRate);
    this.wait = 0;
    this.coolingFor = 0;
    this.monitor.best = undefined;
  }

  getMemory(): CallbackMemory {
    const { wait, coolingFor, monitor } = this;
    return { numbers: remembered({ wait, coolingFor, best: monitor.best }), arrays: [] };
  }

  setMemory({ numbers }: CallbackMemory): void {
    this.wait = numbers["wait"] ?? 0;
    this.coolingFor = numbers["coolingFor"] ?? 0;
    this.monitor.best = numbers["best"];
  }

  onEpochEnd(logs: EpochLogs, training: TrainingControl): void {
    const { monitor } = this;
    const value = monitor.valueIn(logs, training);
    if (value === undefined) return;
    if (this.coolingFor > 0) {
      this.coolingFor--;
      this.wait = 0;
    }
    if (monitor.improves(value, monitor.best)) {
      monitor.best = value;
      this.wait = 0;
    } else if (this.coolingFor === 0 && ++this.wait >= this.patience) {
      const rate = training.learningRate;
      if (rate <= this.minLr) return;
      training.setLearningRate(Math.max(this.minLr, rate * this.factor));
      this.coolingFor = this.cooldown;
      this.wait = 0;
    }
  }
}

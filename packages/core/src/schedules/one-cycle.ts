import { numberIn, numbersIn } from "../base/config.js";
import type { JsonObject } from "../base/json.js";
import { checkOptionsOf } from "../base/known-options.js";
import { above, checkValue, fromTo } from "../base/rules.js";
import { checkedSchedule } from "./ignored-keys.js";
import type { Schedule } from "./schedule.js";

/**
 * Rises linearly from `start` · peak to the peak over the first `warmup` of the steps, then falls linearly to
 * `end` · peak: a quick way to a good final epoch.
 *
 * Smith and Topin, "Super-Convergence: Very Fast Training of Neural Networks Using Large Learning Rates" (2018).
 *
 * @example
 * new Adam({ learningRate: new OneCycle(3e-3) });
 */
export class OneCycle implements Schedule {
  readonly className = "OneCycle";
  readonly warmup: number;
  readonly start: number;
  readonly end: number;

  /**
   * @param peak the highest learning rate
   * @param options `warmup`, share of the steps before the peak, 0.2 by default; `start` and `end`, shares of the
   *   peak, 0.1 and 0.01 by default
   */
  constructor(
    readonly peak: number,
    options: { readonly warmup?: number; readonly start?: number; readonly end?: number } = {},
  ) {
    checkOptionsOf(new.target, [OneCycle], options, {
      warmup: fromTo(0, 1),
      start: fromTo(0, 1),
      end: fromTo(0, 1),
    });
    this.warmup = options.warmup ?? 0.2;
    this.start = options.start ?? 0.1;
    this.end = options.end ?? 0.01;
    checkValue("OneCycle", "peak", peak, above(0));
  }

  static fromConfig(config: JsonObject): OneCycle {
    return checkedSchedule(
      config,
      new OneCycle(numberIn(config, "peak"), numbersIn(config, "warmup", "start", "end")),
    );
  }

  rate(step: number, totalSteps: number): number {
    const rise = this.warmup * totalSteps;
    if (step < rise) return this.peak * (this.start + (1 - this.start) * (step / rise));
    const fall = totalSteps - rise;
    return this.peak * (1 - (1 - this.end) * ((step - rise) / fall));
  }

  getConfig() {
    return { peak: this.peak, warmup: this.warmup, start: this.start, end: this.end };
  }
}

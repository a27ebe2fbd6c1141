import { numberIn } from "../base/config.js";
import type { JsonObject } from "../base/json.js";
import { checkOptionsOf } from "../base/known-options.js";
import { serialize } from "../base/registry.js";
import { atLeast, checkValue } from "../base/rules.js";
import { checkedSchedule } from "./ignored-keys.js";
import { type Schedule, scheduleRule } from "./schedule.js";

/**
 * Rises linearly to the learning rate with which another schedule starts, then follows that schedule.
 *
 * Goyal et al., "Accurate, Large Minibatch SGD: Training ImageNet in 1 Hour" (2017).
 *
 * @example
 * new Warmup(new Constant(0.1), { steps: 500 }).rate(249, 1000); // 0.05
 */
export class Warmup implements Schedule {
  readonly className = "Warmup";
  /** How many steps it takes. */
  readonly steps: number;

  /**
   * @param schedule what follows: its first step is the first after the warm-up
   * @param options `steps` of the warm-up, at least 0
   */
  constructor(
    readonly schedule: Schedule,
    options: { readonly steps: number },
  ) {
    checkOptionsOf(new.target, [Warmup], options, { steps: atLeast(0) });
    this.steps = checkValue("Warmup", "steps", options.steps, atLeast(0));
    checkValue("Warmup", "schedule", schedule, scheduleRule);
  }

  /** @param schedule reads the schedule that follows */
  static fromConfig(config: JsonObject, schedule: (value: unknown) => Schedule): Warmup {
    return checkedSchedule(
      config,
      new Warmup(schedule(config["schedule"]), { steps: numberIn(config, "steps") }),
    );
  }

  rate(step: number, totalSteps: number): number {
    const { schedule, steps } = this;
    const rest = Math.max(1, totalSteps - steps);
    // The first step is not wasted on a rate of 0.
    if (step < steps) return (schedule.rate(0, rest) * (step + 1)) / steps;
    return schedule.rate(step - steps, rest);
  }

  getConfig(): JsonObject {
    return { schedule: serialize(this.schedule), steps: this.steps };
  }
}

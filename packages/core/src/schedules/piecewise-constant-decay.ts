import { refuseValue } from "../base/config.js";
import { HeddleError } from "../base/errors.js";
import type { JsonObject } from "../base/json.js";
import { atLeast, checkValue, finite, listOf } from "../base/rules.js";
import { checkedSchedule } from "./ignored-keys.js";
import type { Schedule } from "./schedule.js";

/**
 * One learning rate up to and including each boundary, and a new one after it.
 *
 * @example
 * new PiecewiseConstantDecay([10_000, 15_000], [0.1, 0.01, 0.001]);
 */
export class PiecewiseConstantDecay implements Schedule {
  readonly className = "PiecewiseConstantDecay";

  /**
   * @param boundaries steps, rising
   * @param values learning rates, one more than boundaries
   */
  constructor(
    readonly boundaries: readonly number[],
    readonly values: readonly number[],
  ) {
    checkValue(this.className, "boundaries", boundaries, listOf("numbers", finite));
    checkValue(this.className, "values", values, listOf("numbers of at least 0", atLeast(0)));
    if (boundaries.length !== values.length - 1) {
      throw this.fault(`${boundaries.length + 1} values for its boundaries`, `${values.length}`);
    }
    if (boundaries.some((step, index) => index > 0 && !(step > boundaries[index - 1]!))) {
      throw this.fault("boundaries that rise", JSON.stringify(boundaries));
    }
  }

  static fromConfig(config: JsonObject): PiecewiseConstantDecay {
    return checkedSchedule(
      config,
      new PiecewiseConstantDecay(listIn(config, "boundaries"), listIn(config, "values")),
    );
  }

  rate(step: number): number {
    const passed = this.boundaries.filter((boundary) => step > boundary).length;
    return this.values[passed]!;
  }

  getConfig() {
    return { boundaries: this.boundaries, values: this.values };
  }

  private fault(expected: string, received: string): HeddleError {
    return new HeddleError({ who: this.className, expected, received, next: "Correct the schedule." });
  }
}

function listIn(config: JsonObject, name: string): number[] {
  const value = config[name];
  if (Array.isArray(value) && value.every((item) => typeof item === "number")) return value as number[];
  return refuseValue(config, name, "a list of numbers", value);
}

import { numberIn } from "../base/config.js";
import type { JsonObject } from "../base/json.js";
import { atLeast, checkValue } from "../base/rules.js";
import { checkedSchedule } from "./ignored-keys.js";
import type { Schedule } from "./schedule.js";

/** The same learning rate at every step. */
export class Constant implements Schedule {
  readonly className = "Constant";

  /** @throws HeddleError for a rate below 0 */
  constructor(readonly learningRate: number) {
    checkValue("Constant", "learningRate", learningRate, atLeast(0));
  }

  static fromConfig(config: JsonObject): Constant {
    return checkedSchedule(config, new Constant(numberIn(config, "learning_rate")));
  }

  rate(): number {
    return this.learningRate;
  }

  getConfig() {
    return { learning_rate: this.learningRate };
  }
}

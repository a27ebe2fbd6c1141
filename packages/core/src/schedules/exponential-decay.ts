import type { JsonObject } from "../base/json.js";
import { checkOptionsOf } from "../base/known-options.js";
import { power } from "../base/math.js";
import { DECAY_OPTIONS, Decay, type DecayOptions, decayOptionsIn } from "./decay.js";
import { checkedSchedule } from "./ignored-keys.js";

/**
 * initialLearningRate · decayRate^(step / decaySteps): the step decay with `staircase`.
 *
 * @example
 * new ExponentialDecay({ initialLearningRate: 0.1, decaySteps: 1000, decayRate: 0.5, staircase: true });
 */
export class ExponentialDecay extends Decay {
  readonly className = "ExponentialDecay";

  constructor(options: DecayOptions) {
    checkOptionsOf(new.target, [ExponentialDecay], options, DECAY_OPTIONS);
    super(options);
  }

  static fromConfig(config: JsonObject): ExponentialDecay {
    return checkedSchedule(config, new ExponentialDecay(decayOptionsIn(config)));
  }

  rate(step: number): number {
    return this.initialLearningRate * power(this.decayRate, this.passed(step));
  }
}

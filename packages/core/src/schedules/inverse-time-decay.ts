import type { JsonObject } from "../base/json.js";
import { checkOptionsOf } from "../base/known-options.js";
import { DECAY_OPTIONS, Decay, type DecayOptions, decayOptionsIn } from "./decay.js";
import { checkedSchedule } from "./ignored-keys.js";

/** initialLearningRate / (1 + decayRate · step / decaySteps). */
export class InverseTimeDecay extends Decay {
  readonly className = "InverseTimeDecay";

  constructor(options: DecayOptions) {
    checkOptionsOf(new.target, [InverseTimeDecay], options, DECAY_OPTIONS);
    super(options);
  }

  static fromConfig(config: JsonObject): InverseTimeDecay {
    return checkedSchedule(config, new InverseTimeDecay(decayOptionsIn(config)));
  }

  rate(step: number): number {
    return this.initialLearningRate / (1 + this.decayRate * this.passed(step));
  }
}

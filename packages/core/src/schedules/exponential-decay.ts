import { checkOptionsOf } from "../base/known-options.js";
import { power } from "../base/math.js";
import { DECAY_OPTIONS, Decay, type DecayOptions } from "./decay.js";

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
    super("ExponentialDecay", options);
  }

  rate(step: number): number {
    return this.initialLearningRate * power(this.decayRate, this.passed(step));
  }
}

import { Decay, type DecayOptions } from "./decay.js";

/** initialLearningRate / (1 + decayRate · step / decaySteps). */
export class InverseTimeDecay extends Decay {
  readonly className = "InverseTimeDecay";

  constructor(options: DecayOptions) {
    super("InverseTimeDecay", options);
  }

  rate(step: number): number {
    return this.initialLearningRate / (1 + this.decayRate * this.passed(step));
  }
}

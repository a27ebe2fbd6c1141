import { checkNumber, checkRate, checkSteps } from "./checks.js";
import type { DecayOptions } from "./exponential-decay.js";
import type { Schedule } from "./schedule.js";

/** initialLearningRate / (1 + decayRate · step / decaySteps). */
export class InverseTimeDecay implements Schedule {
  readonly className = "InverseTimeDecay";
  readonly initialLearningRate: number;
  readonly decaySteps: number;
  readonly decayRate: number;
  readonly staircase: boolean;

  constructor(options: DecayOptions) {
    this.initialLearningRate = checkRate(this.className, "initialLearningRate", options.initialLearningRate);
    this.decaySteps = checkSteps(this.className, "decaySteps", options.decaySteps);
    const { decayRate } = options;
    this.decayRate = checkNumber(
      this.className,
      "decayRate to be a number of at least 0",
      decayRate,
      decayRate >= 0,
    );
    this.staircase = options.staircase ?? false;
  }

  rate(step: number): number {
    const passed = step / this.decaySteps;
    return this.initialLearningRate / (1 + this.decayRate * (this.staircase ? Math.floor(passed) : passed));
  }

  getConfig() {
    return {
      initial_learning_rate: this.initialLearningRate,
      decay_steps: this.decaySteps,
      decay_rate: this.decayRate,
      staircase: this.staircase,
    };
  }
}

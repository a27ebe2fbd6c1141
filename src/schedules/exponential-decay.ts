import { power } from "../base/math.js";
import { checkNumber, checkRate, checkSteps } from "./checks.js";
import type { Schedule } from "./schedule.js";

/** What `ExponentialDecay` and `InverseTimeDecay` take. */
export interface DecayOptions {
  readonly initialLearningRate: number;
  /** Steps, above 0. */
  readonly decaySteps: number;
  /** At least 0. */
  readonly decayRate: number;
  /** Falls once every `decaySteps` instead of smoothly; false by default. */
  readonly staircase?: boolean;
}

/**
 * initialLearningRate · decayRate^(step / decaySteps): the step decay with `staircase`.
 *
 * @example
 * new ExponentialDecay({ initialLearningRate: 0.1, decaySteps: 1000, decayRate: 0.5, staircase: true });
 */
export class ExponentialDecay implements Schedule {
  readonly className = "ExponentialDecay";
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
    return this.initialLearningRate * power(this.decayRate, this.staircase ? Math.floor(passed) : passed);
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

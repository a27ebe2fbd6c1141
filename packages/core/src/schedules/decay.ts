import { booleanIn, numberIn } from "../base/config.js";
import type { JsonObject } from "../base/json.js";
import type { OptionNames } from "../base/known-options.js";
import { checkNumber, checkRate, checkSteps } from "./checks.js";
import type { Schedule } from "./schedule.js";

/** What `ExponentialDecay` and `InverseTimeDecay` take. */
export interface DecayOptions {
  /** The learning rate at step 0. */
  readonly initialLearningRate: number;
  /** Steps after which the rate has decayed once by `decayRate`, above 0. */
  readonly decaySteps: number;
  /** How much the rate decays in `decaySteps`, at least 0. */
  readonly decayRate: number;
  /**
   * Falls once every `decaySteps` instead of smoothly.
   *
   * @defaultValue `false`
   */
  readonly staircase?: boolean;
}

export const DECAY_OPTIONS: OptionNames<DecayOptions> = {
  initialLearningRate: true,
  decaySteps: true,
  decayRate: true,
  staircase: true,
};

/** A schedule that falls with `step / decaySteps`, smoothly or once every `decaySteps`. */
export abstract class Decay implements Schedule {
  abstract readonly className: string;
  readonly initialLearningRate: number;
  readonly decaySteps: number;
  readonly decayRate: number;
  readonly staircase: boolean;

  constructor(who: string, options: DecayOptions) {
    const { initialLearningRate, decaySteps, decayRate, staircase = false } = options;
    this.initialLearningRate = checkRate(who, "initialLearningRate", initialLearningRate);
    this.decaySteps = checkSteps(who, "decaySteps", decaySteps);
    this.decayRate = checkNumber(who, "decayRate to be a number of at least 0", decayRate, decayRate >= 0);
    this.staircase = staircase;
  }

  abstract rate(step: number): number;

  /** How many times `decaySteps` have passed. */
  protected passed(step: number): number {
    const passed = step / this.decaySteps;
    return this.staircase ? Math.floor(passed) : passed;
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

/** The options of a Keras configuration. */
export function decayOptionsIn(config: JsonObject): DecayOptions {
  return {
    initialLearningRate: numberIn(config, "initial_learning_rate"),
    decaySteps: numberIn(config, "decay_steps"),
    decayRate: numberIn(config, "decay_rate"),
    staircase: booleanIn(config, "staircase", false),
  };
}

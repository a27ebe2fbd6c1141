import { booleanIn, numberIn } from "../base/config.js";
import type { JsonObject } from "../base/json.js";
import type { OptionRules } from "../base/known-options.js";
import { above, atLeast, trueOrFalse } from "../base/rules.js";
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

export const DECAY_OPTIONS: OptionRules<DecayOptions> = {
  initialLearningRate: atLeast(0),
  decaySteps: above(0),
  decayRate: atLeast(0),
  staircase: trueOrFalse,
};

/** A schedule that falls with `step / decaySteps`, smoothly or once every `decaySteps`. */
export abstract class Decay implements Schedule {
  abstract readonly className: string;
  readonly initialLearningRate: number;
  readonly decaySteps: number;
  readonly decayRate: number;
  readonly staircase: boolean;

  constructor({ initialLearningRate, decaySteps, decayRate, staircase = false }: DecayOptions) {
    this.initialLearningRate = initialLearningRate;
    this.decaySteps = decaySteps;
    this.decayRate = decayRate;
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

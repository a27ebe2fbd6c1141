import { booleanIn, numberIn, numbersIn } from "../base/config.js";
import type { JsonObject } from "../base/json.js";
import { checkOptionsOf } from "../base/known-options.js";
import { power } from "../base/math.js";
import { above, atLeast, trueOrFalse } from "../base/rules.js";
import { checkedSchedule } from "./ignored-keys.js";
import type { Schedule } from "./schedule.js";

export interface PolynomialDecayOptions {
  /** The learning rate at step 0. */
  readonly initialLearningRate: number;
  /** Steps of the decay, above 0. */
  readonly decaySteps: number;
  /**
   * The learning rate at the end.
   *
   * @defaultValue `0.0001`
   */
  readonly endLearningRate?: number;
  /**
   * The exponent, above 0; 1 is a straight line.
   *
   * @defaultValue `1`
   */
  readonly power?: number;
  /**
   * Starts a new, longer decay from higher up whenever one ends.
   *
   * @defaultValue `false`
   */
  readonly cycle?: boolean;
}

/** Falls from the initial to the end learning rate as (1 − step / decaySteps)^power, and stays there. */
export class PolynomialDecay implements Schedule {
  readonly className = "PolynomialDecay";
  readonly initialLearningRate: number;
  readonly decaySteps: number;
  readonly endLearningRate: number;
  readonly power: number;
  readonly cycle: boolean;

  constructor(options: PolynomialDecayOptions) {
    checkOptionsOf(new.target, [PolynomialDecay], options, {
      initialLearningRate: atLeast(0),
      decaySteps: above(0),
      endLearningRate: atLeast(0),
      power: above(0),
      cycle: trueOrFalse,
    });
    this.initialLearningRate = options.initialLearningRate;
    this.decaySteps = options.decaySteps;
    this.endLearningRate = options.endLearningRate ?? 0.0001;
    this.power = options.power ?? 1;
    this.cycle = options.cycle ?? false;
  }

  static fromConfig(config: JsonObject): PolynomialDecay {
    return checkedSchedule(
      config,
      new PolynomialDecay({
        initialLearningRate: numberIn(config, "initial_learning_rate"),
        decaySteps: numberIn(config, "decay_steps"),
        ...numbersIn(config, "end_learning_rate", "power"),
        cycle: booleanIn(config, "cycle", false),
      }),
    );
  }

  rate(step: number): number {
    const cycles = this.cycle ? Math.max(1, Math.ceil(step / this.decaySteps)) : 1;
    const left = 1 - Math.min(1, step / (this.decaySteps * cycles));
    const { initialLearningRate: initial, endLearningRate: end } = this;
    return (initial - end) * power(left, this.power) + end;
  }

  getConfig() {
    return {
      initial_learning_rate: this.initialLearningRate,
      decay_steps: this.decaySteps,
      end_learning_rate: this.endLearningRate,
      power: this.power,
      cycle: this.cycle,
    };
  }
}

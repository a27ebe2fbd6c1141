import { nullableNumbersIn, numberIn, numbersIn } from "../base/config.js";
import type { JsonObject } from "../base/json.js";
import { checkOptionsOf } from "../base/known-options.js";
import { cosTurns } from "../base/math.js";
import { above, atLeast } from "../base/rules.js";
import { checkedSchedule } from "./ignored-keys.js";
import type { Schedule } from "./schedule.js";

export interface CosineDecayOptions {
  /** The highest learning rate, or that of the warm-up's first step. */
  readonly initialLearningRate: number;
  /** Steps of the decay, above 0; those of the warm-up come before them. */
  readonly decaySteps: number;
  /**
   * Share of the learning rate that remains at the end.
   *
   * @defaultValue `0`
   */
  readonly alpha?: number;
  /**
   * The learning rate to which the warm-up rises.
   *
   * @defaultValue none: no warm-up
   */
  readonly warmupTarget?: number;
  /**
   * Steps of the warm-up.
   *
   * @defaultValue `0`
   */
  readonly warmupSteps?: number;
}

/**
 * Falls along half a cosine, after an optional linear warm-up.
 *
 * Loshchilov and Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts" (ICLR 2017).
 *
 * @example
 * new CosineDecay({ initialLearningRate: 0, warmupTarget: 3e-3, warmupSteps: 500, decaySteps: 9000 });
 */
export class CosineDecay implements Schedule {
  readonly className = "CosineDecay";
  readonly initialLearningRate: number;
  readonly decaySteps: number;
  readonly alpha: number;
  readonly warmupTarget: number | undefined;
  readonly warmupSteps: number;

  constructor(options: CosineDecayOptions) {
    checkOptionsOf(new.target, [CosineDecay], options, {
      initialLearningRate: atLeast(0),
      decaySteps: above(0),
      alpha: atLeast(0),
      warmupTarget: atLeast(0),
      warmupSteps: atLeast(0),
    });
    const { alpha = 0, warmupTarget, warmupSteps = 0 } = options;
    this.initialLearningRate = options.initialLearningRate;
    this.decaySteps = options.decaySteps;
    this.alpha = alpha;
    this.warmupTarget = warmupTarget;
    this.warmupSteps = warmupSteps;
  }

  static fromConfig(config: JsonObject): CosineDecay {
    return checkedSchedule(
      config,
      new CosineDecay({
        initialLearningRate: numberIn(config, "initial_learning_rate"),
        decaySteps: numberIn(config, "decay_steps"),
        ...numbersIn(config, "alpha", "warmup_steps"),
        ...nullableNumbersIn(config, "warmup_target"),
      }),
    );
  }

  rate(step: number): number {
    const { initialLearningRate: initial, warmupTarget: target, warmupSteps } = this;
    if (target === undefined) return initial * this.decayed(step);
    if (step < warmupSteps) return (target - initial) * (step / warmupSteps) + initial;
    return target * this.decayed(step - warmupSteps);
  }

  getConfig() {
    return {
      initial_learning_rate: this.initialLearningRate,
      decay_steps: this.decaySteps,
      alpha: this.alpha,
      warmup_target: this.warmupTarget ?? null,
      warmup_steps: this.warmupSteps,
    };
  }

  private decayed(step: number): number {
    return cosineShare(Math.min(1, step / this.decaySteps), 1, this.alpha);
  }
}

/** What is left of a learning rate after a share of a decay from `height`: half a cosine above `alpha`. */
export function cosineShare(completed: number, height: number, alpha: number): number {
  return (1 - alpha) * 0.5 * height * (1 + cosTurns(completed / 2)) + alpha;
}

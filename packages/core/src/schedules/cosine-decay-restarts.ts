import { numberIn, numbersIn } from "../base/config.js";
import type { JsonObject } from "../base/json.js";
import { checkOptionsOf } from "../base/known-options.js";
import { wholePower } from "../base/math.js";
import { above, atLeast } from "../base/rules.js";
import { cosineShare } from "./cosine-decay.js";
import { checkedSchedule } from "./ignored-keys.js";
import type { Schedule } from "./schedule.js";

export interface CosineDecayRestartsOptions {
  /** The highest learning rate of the first decay. */
  readonly initialLearningRate: number;
  /** Steps of the first decay, above 0. */
  readonly firstDecaySteps: number;
  /**
   * How much longer each decay is than the one before it, at least 1.
   *
   * @defaultValue `2`
   */
  readonly tMul?: number;
  /**
   * How high each decay starts, as a share of the one before it.
   *
   * @defaultValue `1`
   */
  readonly mMul?: number;
  /**
   * Share of the initial learning rate that remains at the end of each.
   *
   * @defaultValue `0`
   */
  readonly alpha?: number;
}

/**
 * Falls along half a cosine again and again.
 *
 * Loshchilov and Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts" (ICLR 2017).
 */
export class CosineDecayRestarts implements Schedule {
  readonly className = "CosineDecayRestarts";
  readonly initialLearningRate: number;
  readonly firstDecaySteps: number;
  readonly tMul: number;
  readonly mMul: number;
  readonly alpha: number;

  constructor(options: CosineDecayRestartsOptions) {
    checkOptionsOf(new.target, [CosineDecayRestarts], options, {
      initialLearningRate: atLeast(0),
      firstDecaySteps: above(0),
      tMul: atLeast(1),
      mMul: atLeast(0),
      alpha: atLeast(0),
    });
    const { tMul = 2, mMul = 1, alpha = 0 } = options;
    this.initialLearningRate = options.initialLearningRate;
    this.firstDecaySteps = options.firstDecaySteps;
    this.tMul = tMul;
    this.mMul = mMul;
    this.alpha = alpha;
  }

  static fromConfig(config: JsonObject): CosineDecayRestarts {
    return checkedSchedule(
      config,
      new CosineDecayRestarts({
        initialLearningRate: numberIn(config, "initial_learning_rate"),
        firstDecaySteps: numberIn(config, "first_decay_steps"),
        ...numbersIn(config, "t_mul", "m_mul", "alpha"),
      }),
    );
  }

  rate(step: number): number {
    let restarts = 0;
    let length = this.firstDecaySteps;
    let within = step;
    if (this.tMul === 1) {
      restarts = Math.floor(step / length);
      within -= restarts * length;
    } else {
      for (; within >= length; restarts++) {
        within -= length;
        length *= this.tMul;
      }
    }
    return (
      this.initialLearningRate * cosineShare(within / length, wholePower(this.mMul, restarts), this.alpha)
    );
  }

  getConfig() {
    return {
      initial_learning_rate: this.initialLearningRate,
      first_decay_steps: this.firstDecaySteps,
      t_mul: this.tMul,
      m_mul: this.mMul,
      alpha: this.alpha,
    };
  }
}

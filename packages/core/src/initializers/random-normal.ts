import { numbersIn } from "../base/config.js";
import type { JsonObject } from "../base/json.js";
import { checkOptionsOf } from "../base/known-options.js";
import type { Random } from "../base/random.js";
import { atLeast, finite } from "../base/rules.js";
import { type Shape, sizeOf } from "../base/shape.js";
import { checkedInitializer } from "./ignored-keys.js";
import type { Initializer } from "./initializer.js";
import { normalDraws, truncatedNormalDraws } from "./normal-draws.js";

export interface NormalOptions {
  /**
   * The mean.
   *
   * @defaultValue `0`
   */
  readonly mean?: number;
  /**
   * The standard deviation, at least 0.
   *
   * @defaultValue `0.05`
   */
  readonly stddev?: number;
}

/** Normally distributed. */
export class RandomNormal implements Initializer {
  readonly className: string = "RandomNormal";
  readonly mean: number;
  readonly stddev: number;

  constructor(options: NormalOptions = {}) {
    checkOptionsOf(new.target, [RandomNormal, TruncatedNormal], options, {
      mean: finite,
      stddev: atLeast(0),
    });
    this.mean = options.mean ?? 0;
    this.stddev = options.stddev ?? 0.05;
  }

  static fromConfig(config: JsonObject): RandomNormal {
    return checkedInitializer(config, new RandomNormal(numbersIn(config, "mean", "stddev")));
  }

  initialize(shape: Shape, random: Random): Float32Array<ArrayBuffer> {
    const draw = this.draws(random);
    return Float32Array.from({ length: sizeOf(shape) }, () => this.mean + this.stddev * draw());
  }

  getConfig() {
    return { mean: this.mean, stddev: this.stddev, seed: null };
  }

  protected draws(random: Random): () => number {
    return normalDraws(random);
  }
}

/** Normally distributed, but within two standard deviations of the mean. */
export class TruncatedNormal extends RandomNormal {
  override readonly className = "TruncatedNormal";

  static override fromConfig(config: JsonObject): TruncatedNormal {
    return checkedInitializer(config, new TruncatedNormal(numbersIn(config, "mean", "stddev")));
  }

  protected override draws(random: Random): () => number {
    return truncatedNormalDraws(random);
  }
}

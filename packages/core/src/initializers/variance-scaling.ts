import { numbersIn, optionsIn } from "../base/config.js";
import type { JsonObject } from "../base/json.js";
import { checkOptionsOf } from "../base/known-options.js";
import type { Random } from "../base/random.js";
import { above, oneOf } from "../base/rules.js";
import { type Shape, sizeOf } from "../base/shape.js";
import { checkedInitializer } from "./ignored-keys.js";
import { fans, type Initializer } from "./initializer.js";
import { normalDraws, truncatedNormalDraws } from "./normal-draws.js";

export interface VarianceScalingOptions {
  /**
   * The variance times the fan, above 0.
   *
   * @defaultValue `1`
   */
  readonly scale?: number;
  /**
   * What the variance is divided by: a unit's inputs, its outputs, or their mean.
   *
   * @defaultValue `"fan_in"`
   */
  readonly mode?: "fan_in" | "fan_out" | "fan_avg";
  /**
   * The distribution of the values.
   *
   * @defaultValue `"truncated_normal"`
   */
  readonly distribution?: "truncated_normal" | "untruncated_normal" | "uniform";
}

/** The standard deviation of a normal number within ±2. */
const TRUNCATED_DEVIATION = 0.8796256610342398;

/** Values of variance scale / fan, which keep their size from layer to layer; Glorot, He and Lecun are special cases. */
export class VarianceScaling implements Initializer {
  readonly className: string = "VarianceScaling";
  readonly scale: number;
  readonly mode: "fan_in" | "fan_out" | "fan_avg";
  readonly distribution: "truncated_normal" | "untruncated_normal" | "uniform";

  constructor(options: VarianceScalingOptions = {}) {
    checkOptionsOf(new.target, [VarianceScaling], options, {
      scale: above(0),
      mode: oneOf("fan_in", "fan_out", "fan_avg"),
      distribution: oneOf("truncated_normal", "untruncated_normal", "uniform"),
    });
    this.scale = options.scale ?? 1;
    this.mode = options.mode ?? "fan_in";
    this.distribution = options.distribution ?? "truncated_normal";
  }

  static fromConfig(config: JsonObject): VarianceScaling {
    return checkedInitializer(
      config,
      new VarianceScaling({
        ...numbersIn(config, "scale"),
        ...optionsIn(config, "mode", "distribution"),
      }),
    );
  }

  initialize(shape: Shape, random: Random): Float32Array<ArrayBuffer> {
    const { fanIn, fanOut } = fans(shape);
    const fan = { fan_in: fanIn, fan_out: fanOut, fan_avg: (fanIn + fanOut) / 2 }[this.mode];
    const draw = this.draws(this.scale / Math.max(1, fan), random);
    return Float32Array.from({ length: sizeOf(shape) }, draw);
  }

  getConfig(): JsonObject {
    return { scale: this.scale, mode: this.mode, distribution: this.distribution, seed: null };
  }

  private draws(variance: number, random: Random): () => number {
    if (this.distribution === "uniform") {
      const limit = Math.sqrt(3 * variance);
      return () => (2 * random.uniform() - 1) * limit;
    }
    const truncated = this.distribution === "truncated_normal";
    const deviation = Math.sqrt(variance) / (truncated ? TRUNCATED_DEVIATION : 1);
    const draw = truncated ? truncatedNormalDraws(random) : normalDraws(random);
    return () => draw() * deviation;
  }
}

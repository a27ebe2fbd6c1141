import { numbersIn } from "../base/config.js";
import type { JsonObject } from "../base/json.js";
import { checkOptionsOf } from "../base/known-options.js";
import type { Random } from "../base/random.js";
import { atLeast, checkValue, finite } from "../base/rules.js";
import { type Shape, sizeOf } from "../base/shape.js";
import { checkedInitializer } from "./ignored-keys.js";
import type { Initializer } from "./initializer.js";

/** Uniform in [minval, maxval). */
export class RandomUniform implements Initializer {
  readonly className = "RandomUniform";
  readonly minval: number;
  readonly maxval: number;

  /** @param options `minval` and `maxval`, −0.05 and 0.05 by default */
  constructor(options: { readonly minval?: number; readonly maxval?: number } = {}) {
    checkOptionsOf(new.target, [RandomUniform], options, { minval: finite, maxval: finite });
    this.minval = options.minval ?? -0.05;
    this.maxval = checkValue("RandomUniform", "maxval", options.maxval ?? 0.05, atLeast(this.minval));
  }

  static fromConfig(config: JsonObject): RandomUniform {
    return checkedInitializer(config, new RandomUniform(numbersIn(config, "minval", "maxval")));
  }

  initialize(shape: Shape, random: Random): Float32Array<ArrayBuffer> {
    const { minval, maxval } = this;
    return Float32Array.from({ length: sizeOf(shape) }, () => minval + (maxval - minval) * random.uniform());
  }

  getConfig() {
    return { minval: this.minval, maxval: this.maxval, seed: null };
  }
}

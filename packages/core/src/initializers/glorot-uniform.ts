import type { JsonObject } from "../base/json.js";
import type { Random } from "../base/random.js";
import { type Shape, sizeOf } from "../base/shape.js";
import { checkedInitializer } from "./ignored-keys.js";
import { fans, type Initializer } from "./initializer.js";

/**
 * Uniform within ±√(6 / (fanIn + fanOut)); the default of kernels, as in Keras.
 *
 * Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks" (AISTATS 2010).
 */
export class GlorotUniform implements Initializer {
  readonly className = "GlorotUniform";

  static fromConfig(config: JsonObject): GlorotUniform {
    return checkedInitializer(config, new GlorotUniform());
  }

  initialize(shape: Shape, random: Random): Float32Array<ArrayBuffer> {
    const { fanIn, fanOut } = fans(shape);
    return uniformWithin(Math.sqrt(6 / (fanIn + fanOut)), shape, random);
  }

  getConfig() {
    return {};
  }
}

/** Values uniform in [−limit, limit). */
export function uniformWithin(limit: number, shape: Shape, random: Random): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: sizeOf(shape) }, () => (2 * random.uniform() - 1) * limit);
}

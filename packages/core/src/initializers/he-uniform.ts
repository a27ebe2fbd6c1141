import type { JsonObject } from "../base/json.js";
import type { Random } from "../base/random.js";
import type { Shape } from "../base/shape.js";
import { uniformWithin } from "./glorot-uniform.js";
import { checkedInitializer } from "./ignored-keys.js";
import { fans, type Initializer } from "./initializer.js";

/**
 * Uniform within ±√(6 / fanIn): keeps the variance through ReLU layers.
 *
 * He et al., "Delving Deep into Rectifiers" (ICCV 2015).
 */
export class HeUniform implements Initializer {
  readonly className = "HeUniform";

  static fromConfig(config: JsonObject): HeUniform {
    return checkedInitializer(config, new HeUniform());
  }

  initialize(shape: Shape, random: Random): Float32Array<ArrayBuffer> {
    return uniformWithin(Math.sqrt(6 / fans(shape).fanIn), shape, random);
  }

  getConfig() {
    return {};
  }
}

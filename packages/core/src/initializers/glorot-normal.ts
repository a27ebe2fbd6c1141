import type { JsonObject } from "../base/json.js";
import { checkedInitializer } from "./ignored-keys.js";
import { VarianceScaling } from "./variance-scaling.js";

/**
 * Truncated normal of variance 2 / (fanIn + fanOut).
 *
 * Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks" (AISTATS 2010).
 */
export class GlorotNormal extends VarianceScaling {
  override readonly className = "GlorotNormal";

  constructor() {
    super({ mode: "fan_avg" });
  }

  static override fromConfig(config: JsonObject): GlorotNormal {
    return checkedInitializer(config, new GlorotNormal());
  }

  override getConfig(): JsonObject {
    return { seed: null };
  }
}

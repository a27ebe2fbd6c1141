import type { JsonObject } from "../base/json.js";
import { checkedInitializer } from "./ignored-keys.js";
import { VarianceScaling } from "./variance-scaling.js";

/**
 * Truncated normal of variance 2 / fanIn: keeps the variance through ReLU layers.
 *
 * He et al., "Delving Deep into Rectifiers" (ICCV 2015).
 */
export class HeNormal extends VarianceScaling {
  override readonly className = "HeNormal";

  constructor() {
    super({ scale: 2 });
  }

  static override fromConfig(config: JsonObject): HeNormal {
    return checkedInitializer(config, new HeNormal());
  }

  override getConfig(): JsonObject {
    return { seed: null };
  }
}

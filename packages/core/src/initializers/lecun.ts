import type { JsonObject } from "../base/json.js";
import { checkedInitializer } from "./ignored-keys.js";
import { VarianceScaling } from "./variance-scaling.js";

/**
 * Truncated normal of variance 1 / fanIn: for SELU and tanh.
 *
 * LeCun et al., "Efficient BackProp" (1998).
 */
export class LecunNormal extends VarianceScaling {
  override readonly className = "LecunNormal";

  constructor() {
    super({});
  }

  static override fromConfig(config: JsonObject): LecunNormal {
    return checkedInitializer(config, new LecunNormal());
  }

  override getConfig(): JsonObject {
    return { seed: null };
  }
}

/** Uniform of variance 1 / fanIn, within ±√(3 / fanIn). */
export class LecunUniform extends VarianceScaling {
  override readonly className = "LecunUniform";

  constructor() {
    super({ distribution: "uniform" });
  }

  static override fromConfig(config: JsonObject): LecunUniform {
    return checkedInitializer(config, new LecunUniform());
  }

  override getConfig(): JsonObject {
    return { seed: null };
  }
}

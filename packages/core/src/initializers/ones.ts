import type { JsonObject } from "../base/json.js";
import { type Shape, sizeOf } from "../base/shape.js";
import { checkedInitializer } from "./ignored-keys.js";
import type { Initializer } from "./initializer.js";

/** All ones; the default of normalizations' scales. */
export class Ones implements Initializer {
  readonly className = "Ones";

  static fromConfig(config: JsonObject): Ones {
    return checkedInitializer(config, new Ones());
  }

  initialize(shape: Shape): Float32Array<ArrayBuffer> {
    return new Float32Array(sizeOf(shape)).fill(1);
  }

  getConfig() {
    return {};
  }
}

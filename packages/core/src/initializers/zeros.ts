import type { JsonObject } from "../base/json.js";
import { type Shape, sizeOf } from "../base/shape.js";
import { checkedInitializer } from "./ignored-keys.js";
import type { Initializer } from "./initializer.js";

/** All zeros; the default of biases. */
export class Zeros implements Initializer {
  readonly className = "Zeros";

  static fromConfig(config: JsonObject): Zeros {
    return checkedInitializer(config, new Zeros());
  }

  initialize(shape: Shape): Float32Array<ArrayBuffer> {
    return new Float32Array(sizeOf(shape));
  }

  getConfig() {
    return {};
  }
}

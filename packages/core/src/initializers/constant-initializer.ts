import { numberIn } from "../base/config.js";
import type { JsonObject } from "../base/json.js";
import { checkValue, finite } from "../base/rules.js";
import { type Shape, sizeOf } from "../base/shape.js";
import { checkedInitializer } from "./ignored-keys.js";
import type { Initializer } from "./initializer.js";

/** The same number everywhere; Keras's `Constant`, a name that a schedule has here. */
export class ConstantInitializer implements Initializer {
  readonly className = "Constant";

  /** @param value 0 by default */
  constructor(readonly value = 0) {
    checkValue("Constant", "value", value, finite);
  }

  static fromConfig(config: JsonObject): ConstantInitializer {
    return checkedInitializer(config, new ConstantInitializer(numberIn(config, "value", 0)));
  }

  initialize(shape: Shape): Float32Array<ArrayBuffer> {
    return new Float32Array(sizeOf(shape)).fill(this.value);
  }

  getConfig() {
    return { value: this.value };
  }
}

import { numberIn } from "../base/config.js";
import { HeddleError } from "../base/errors.js";
import type { JsonObject } from "../base/json.js";
import { checkValue, finite } from "../base/rules.js";
import type { Shape } from "../base/shape.js";
import { checkedInitializer } from "./ignored-keys.js";
import type { Initializer } from "./initializer.js";

/** `gain` on the diagonal of a matrix, zeros elsewhere. */
export class Identity implements Initializer {
  readonly className = "Identity";

  /** @param gain 1 by default */
  constructor(readonly gain = 1) {
    checkValue("Identity", "gain", gain, finite);
  }

  static fromConfig(config: JsonObject): Identity {
    return checkedInitializer(config, new Identity(numberIn(config, "gain", 1)));
  }

  /** @throws HeddleError for a weight that is no matrix */
  check(shape: Shape): void {
    if (shape.length === 2) return;
    throw new HeddleError({
      who: this.className,
      expected: "a weight of two dimensions",
      received: `[${shape.join(", ")}]`,
      next: "Choose another initializer.",
    });
  }

  /** @throws HeddleError for a weight that is no matrix */
  initialize(shape: Shape): Float32Array<ArrayBuffer> {
    this.check(shape);
    const [rows, columns] = shape as readonly [number, number];
    const values = new Float32Array(rows * columns);
    for (let i = 0; i < Math.min(rows, columns); i++) values[i * columns + i] = this.gain;
    return values;
  }

  getConfig() {
    return { gain: this.gain };
  }
}

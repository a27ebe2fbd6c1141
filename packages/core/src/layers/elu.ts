import { numbersIn } from "../base/config.js";
import type { JsonObject } from "../base/json.js";
import { checkValue, finite } from "../base/rules.js";
import type { Shape } from "../base/shape.js";
import type { OpNode } from "../ops/node.js";
import { layerOptions } from "./config.js";
import { checkedLayer } from "./ignored-keys.js";
import { Layer, type LayerOptions } from "./layer.js";
import { withDefault } from "./options.js";

export interface ELUOptions extends LayerOptions {
  /**
   * What outputs approach as inputs fall, with its sign changed.
   *
   * @defaultValue 1
   */
  readonly alpha?: number;
}

/**
 * output = input where input > 0, alpha · (e^input − 1) elsewhere.
 *
 * Input shape: any, `[batch, …]`.
 *
 * Output shape: the same.
 *
 * @example
 * new ELU({ alpha: 0.5 }).outputShape([26, 26, 16]); // [26, 26, 16]
 */
export class ELU extends Layer {
  readonly className = "ELU";
  readonly alpha: number;

  /** @throws HeddleError for an alpha that is not a finite number */
  constructor(options: ELUOptions = {}) {
    super(options);
    this.alpha = checkValue(this.who, "alpha", withDefault(options.alpha, 1), finite);
  }

  static fromConfig(config: JsonObject): ELU {
    return checkedLayer(config, new ELU({ ...layerOptions(config), ...numbersIn(config, "alpha") }));
  }

  override outputShape(input: Shape): Shape {
    return input;
  }

  override lower(): OpNode[] {
    return [{ op: "activation", owner: this.name, activation: "elu", alpha: this.alpha }];
  }

  override getConfig(): JsonObject {
    return { ...super.getConfig(), alpha: this.alpha };
  }
}

import { numberIn } from "../base/config.js";
import { HeddleError } from "../base/errors.js";
import type { JsonObject } from "../base/json.js";
import type { Shape } from "../base/shape.js";
import type { OpNode } from "../ops/node.js";
import { layerOptions } from "./config.js";
import { checkedLayer } from "./ignored-keys.js";
import { Layer, type LayerOptions } from "./layer.js";

/**
 * In training sets a random share of the units to zero and scales the others up by 1 / (1 − rate); passes everything on
 * otherwise. Which units are dropped depends only on the model's seed and the step. The rate is rounded to 1/65536.
 *
 * Input shape: any, `[batch, …]`.
 *
 * Output shape: the same.
 *
 * Srivastava et al., "Dropout: A Simple Way to Prevent Neural Networks from Overfitting" (JMLR 2014).
 *
 * @example
 * new Dropout(0.4).outputShape([12, 12, 32]); // [12, 12, 32]
 */
export class Dropout extends Layer {
  readonly className = "Dropout";
  protected override readonly positional: readonly string[] = ["rate"];

  /**
   * @param rate share of the units to drop, 0 ≤ rate < 1
   * @throws HeddleError for other rates
   */
  constructor(
    readonly rate: number,
    options: LayerOptions = {},
  ) {
    super(options);
    checkDropoutRate(this.who, rate);
  }

  static fromConfig(config: JsonObject): Dropout {
    return checkedLayer(config, new Dropout(numberIn(config, "rate"), layerOptions(config)));
  }

  override outputShape(input: Shape): Shape {
    return input;
  }

  override lower(): OpNode[] {
    return [{ op: "dropout", owner: this.name, rate: this.rate, layer: this.position }];
  }

  override getConfig(): JsonObject {
    return { ...super.getConfig(), rate: this.rate };
  }
}

/** Checks a share of units to drop. */
export function checkDropoutRate(who: string, rate: number): void {
  if (typeof rate === "number" && rate >= 0 && rate < 1) return;
  throw new HeddleError({
    who,
    expected: "rate to be at least 0 and below 1",
    received: String(rate),
    next: "Correct rate.",
  });
}

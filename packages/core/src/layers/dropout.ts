import { HeddleError } from "../base/errors.js";
import type { JsonObject } from "../base/json.js";
import type { Shape } from "../base/shape.js";
import type { OpNode } from "../ops/node.js";
import { type BuildContext, Layer, type LayerOptions } from "./layer.js";

/**
 * In training sets a random share of the units to zero and scales the others up by 1 / (1 − rate); passes
 * everything on otherwise. Which units are dropped depends on the model's seed and the step alone. The rate is
 * rounded to 1/65536.
 *
 * Input and output have the same shape.
 *
 * Srivastava et al., "Dropout: A Simple Way to Prevent Neural Networks from Overfitting" (JMLR 2014).
 *
 * @example
 * new Dropout(0.4).outputShape([12, 12, 32]); // [12, 12, 32]
 */
export class Dropout extends Layer {
  readonly className = "Dropout";
  protected override readonly positional: readonly string[] = ["rate"];
  private number = 0;

  /** @param rate share of the units to drop, 0 ≤ rate < 1 */
  constructor(
    readonly rate: number,
    options: LayerOptions = {},
  ) {
    super(options);
    dropoutRate(this.who, rate);
  }

  override build(input: Shape, context: BuildContext): Shape {
    this.number = context.position;
    return super.build(input, context);
  }

  override outputShape(input: Shape): Shape {
    return input;
  }

  override lower(): OpNode[] {
    return [{ op: "dropout", owner: this.name, rate: this.rate, layer: this.number }];
  }

  override getConfig(): JsonObject {
    return { ...super.getConfig(), rate: this.rate };
  }
}

/** Checks a share of units to drop. */
export function dropoutRate(who: string, rate: number): void {
  if (rate >= 0 && rate < 1) return;
  throw new HeddleError({
    who,
    expected: "rate to be at least 0 and below 1",
    received: String(rate),
    next: "Correct rate.",
  });
}

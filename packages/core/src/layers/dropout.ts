import { numberIn, optionsIn } from "../base/config.js";
import { HeddleError, UnsupportedError } from "../base/errors.js";
import type { JsonObject } from "../base/json.js";
import { shown } from "../base/rules.js";
import { formatShape, type Shape, sizeOf } from "../base/shape.js";
import type { OpNode } from "../ops/node.js";
import { layerOptions } from "./config.js";
import { checkedLayer } from "./ignored-keys.js";
import { Layer, type LayerOptions } from "./layer.js";

export interface DropoutOptions extends LayerOptions {
  /**
   * Which values are dropped together, with the batch as in Keras: an axis of size 1 shares a draw, one of null or the
   * input's own size does not. Axes that share come first: `[null, 1, 1, null]` drops whole channels, `[null, 1, 1, 1]`
   * the whole sample, as stochastic depth does.
   *
   * @defaultValue each value has a draw of its own
   */
  readonly noiseShape?: readonly (number | null)[];
}

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
  readonly noiseShape: readonly (number | null)[] | undefined;

  /**
   * @param rate share of the units to drop, 0 ≤ rate < 1
   * @throws HeddleError for other rates
   */
  constructor(
    readonly rate: number,
    options: DropoutOptions = {},
  ) {
    super(options);
    checkDropoutRate(this.who, rate);
    this.noiseShape = options.noiseShape;
    if (this.noiseShape !== undefined) checkNoiseShape(this.who, this.noiseShape);
  }

  static fromConfig(config: JsonObject): Dropout {
    const noise = config["noise_shape"] === null ? {} : optionsIn(config, "noise_shape");
    return checkedLayer(config, new Dropout(numberIn(config, "rate"), { ...layerOptions(config), ...noise }));
  }

  override outputShape(input: Shape): Shape {
    this.drawsOf(input);
    return input;
  }

  override lower(input: Shape): OpNode[] {
    const { name: owner, rate, position: layer } = this;
    const units = this.drawsOf(input);
    if (units === sizeOf(input)) return [{ op: "dropout", owner, rate, layer }];
    return [{ op: "spatialDropout", owner, rate, layer, units }];
  }

  override getConfig(): JsonObject {
    const { rate, noiseShape } = this;
    return { ...super.getConfig(), rate, ...(noiseShape && { noise_shape: noiseShape }) };
  }

  /** How many draws a sample has. */
  private drawsOf(input: Shape): number {
    if (!this.noiseShape) return sizeOf(input);
    const sizes = this.noiseShape.slice(1).map((size, axis) => size ?? input[axis]!);
    const shared = sizes.findLastIndex((size, axis) => size !== input[axis]);
    const fits = sizes.length === input.length && sizes.slice(0, shared + 1).every((size) => size === 1);
    if (fits) return sizeOf(sizes);
    throw new HeddleError({
      who: this.who,
      expected: `noiseShape to fit ${formatShape(input)}, first axes of size 1, then the input's own`,
      received: JSON.stringify(this.noiseShape),
      next: "Correct noiseShape: [null, 1, 1, 1] drops whole samples, [null, 1, 1, null] whole channels.",
    });
  }
}

/** A file may ask for one draw of the whole batch. */
function checkNoiseShape(who: string, value: unknown): void {
  const sizes = Array.isArray(value) ? (value as readonly unknown[]) : [];
  const isSize = (size: unknown) => size === null || (Number.isSafeInteger(size) && (size as number) >= 1);
  if (sizes.length > 1 && sizes[0] === null && sizes.every(isSize)) return;
  throw new UnsupportedError(
    {
      who,
      expected: "noiseShape to be a list of sizes, null for the batch first",
      received: shown(value),
      next: "Correct noiseShape, or omit it.",
    },
    [`noise_shape ${JSON.stringify(value)?.slice(0, 60)} of ${who}`],
  );
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

import { HeddleError } from "../base/errors.js";
import type { JsonObject } from "../base/json.js";
import type { Shape } from "../base/shape.js";
import type { OpNode } from "../ops/node.js";
import { Layer, type LayerOptions } from "./layer.js";

export interface RescalingOptions extends LayerOptions {
  /** Added after scaling; 0 by default. */
  readonly offset?: number;
}

/**
 * output = input · scale + offset: brings bytes to the range that a network likes, as part of the model.
 *
 * Input and output have the same shape.
 *
 * @example
 * new Rescaling(1 / 255).outputShape([28, 28, 1]); // [28, 28, 1]
 */
export class Rescaling extends Layer {
  readonly className = "Rescaling";
  protected override readonly positional: readonly string[] = ["scale"];
  readonly offset: number;

  constructor(
    readonly scale: number,
    options: RescalingOptions = {},
  ) {
    super(options);
    this.offset = options.offset ?? 0;
    for (const [name, value] of Object.entries({ scale, offset: this.offset })) {
      if (Number.isFinite(value)) continue;
      throw new HeddleError({
        who: this.who,
        expected: `${name} to be a finite number`,
        received: String(value),
        next: `Correct ${name}.`,
      });
    }
  }

  override outputShape(input: Shape): Shape {
    return input;
  }

  override lower(): OpNode[] {
    return [{ op: "rescale", owner: this.name, scale: this.scale, offset: this.offset }];
  }

  override getConfig(): JsonObject {
    return { ...super.getConfig(), scale: this.scale, offset: this.offset };
  }
}

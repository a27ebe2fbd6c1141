import { numberIn } from "../base/config.js";
import type { JsonObject } from "../base/json.js";
import type { Shape } from "../base/shape.js";
import type { OpNode } from "../ops/node.js";
import { layerOptions } from "./config.js";
import { checkedLayer } from "./ignored-keys.js";
import { Layer, type LayerOptions } from "./layer.js";
import { withDefault } from "./options.js";
import { finiteNumber } from "./range.js";

export interface RescalingOptions extends LayerOptions {
  /**
   * Added after scaling.
   *
   * @defaultValue `0`
   */
  readonly offset?: number;
}

/**
 * output = input · scale + offset: brings bytes into the range that suits a network, as part of the model.
 *
 * Input shape: any, `[batch, …]`.
 *
 * Output shape: the same.
 *
 * @example
 * new Rescaling(1 / 255).outputShape([28, 28, 1]); // [28, 28, 1]
 */
export class Rescaling extends Layer {
  readonly className = "Rescaling";
  protected override readonly positional: readonly string[] = ["scale"];
  readonly offset: number;

  /** @throws HeddleError for numbers that are not finite */
  constructor(
    readonly scale: number,
    options: RescalingOptions = {},
  ) {
    super(options);
    finiteNumber(this.who, "scale", scale);
    this.offset = finiteNumber(this.who, "offset", withDefault(options.offset, 0));
  }

  static fromConfig(config: JsonObject): Rescaling {
    return checkedLayer(
      config,
      new Rescaling(numberIn(config, "scale"), {
        ...layerOptions(config),
        offset: numberIn(config, "offset", 0),
      }),
    );
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

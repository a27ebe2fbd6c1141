import { textIn } from "../base/config.js";
import type { JsonObject } from "../base/json.js";
import type { OpNode } from "../ops/node.js";
import { layerOptions } from "./config.js";
import { checkedLayer } from "./ignored-keys.js";
import type { LayerOptions } from "./layer.js";
import { RandomImageLayer } from "./random-image-layer.js";
import { oneOf } from "./range.js";

/** In which directions images may be mirrored. */
const flipModes = ["horizontal", "vertical", "horizontal_and_vertical"] as const;
export type FlipMode = (typeof flipModes)[number];

/**
 * In training mirrors each image with a chance of one half: left to right, top to bottom, or both independently; passes
 * images on otherwise. Which images depends only on the model's seed and the step.
 *
 * Input shape: `[batch, H, W, C]`.
 *
 * Output shape: the same.
 *
 * @example
 * new RandomFlip("horizontal").outputShape([28, 28, 1]); // [28, 28, 1]
 */
export class RandomFlip extends RandomImageLayer {
  readonly className = "RandomFlip";
  protected override readonly positional: readonly string[] = ["mode"];

  /**
   * @param mode `"horizontal"`, `"vertical"` or `"horizontal_and_vertical"`, which is the default as in Keras
   * @throws HeddleError for other modes
   */
  constructor(
    readonly mode: FlipMode = "horizontal_and_vertical",
    options: LayerOptions = {},
  ) {
    super(options);
    oneOf(this.who, "mode", flipModes, mode);
  }

  static fromConfig(config: JsonObject): RandomFlip {
    return checkedLayer(
      config,
      new RandomFlip(textIn(config, "mode") as FlipMode | undefined, layerOptions(config)),
    );
  }

  override lower(): OpNode[] {
    const horizontal = this.mode !== "vertical";
    const vertical = this.mode !== "horizontal";
    return [{ op: "randomFlip", owner: this.name, horizontal, vertical, layer: this.position }];
  }

  override getConfig(): JsonObject {
    return { ...super.getConfig(), mode: this.mode };
  }
}

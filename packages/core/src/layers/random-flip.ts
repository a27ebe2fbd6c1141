import { HeddleError } from "../base/errors.js";
import type { JsonObject } from "../base/json.js";
import type { OpNode } from "../ops/node.js";
import type { LayerOptions } from "./layer.js";
import { RandomImageLayer } from "./random-image-layer.js";

/** Which ways images may be mirrored. */
export const flipModes = ["horizontal", "vertical", "horizontal_and_vertical"] as const;
export type FlipMode = (typeof flipModes)[number];

/**
 * In training mirrors each image with a chance of one half, left to right, top to bottom, or both independently;
 * passes images on otherwise. Which images depends on the model's seed and the step alone.
 *
 * Input and output `[batch, H, W, C]`.
 *
 * @example
 * new RandomFlip("horizontal").outputShape([28, 28, 1]); // [28, 28, 1]
 */
export class RandomFlip extends RandomImageLayer {
  readonly className = "RandomFlip";
  protected override readonly positional: readonly string[] = ["mode"];

  /** @param mode `"horizontal_and_vertical"` by default, as in Keras */
  constructor(
    readonly mode: FlipMode = "horizontal_and_vertical",
    options: LayerOptions = {},
  ) {
    super(options);
    if (!flipModes.includes(mode)) {
      throw new HeddleError({
        who: this.who,
        expected: `mode to be one of ${flipModes.join(", ")}`,
        received: JSON.stringify(mode),
        next: "Check its spelling.",
      });
    }
  }

  override lower(): OpNode[] {
    const horizontal = this.mode !== "vertical";
    const vertical = this.mode !== "horizontal";
    return [{ op: "randomFlip", owner: this.name, horizontal, vertical, layer: this.number }];
  }

  override getConfig(): JsonObject {
    return { ...super.getConfig(), mode: this.mode };
  }
}

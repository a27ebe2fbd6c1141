import type { JsonObject } from "../base/json.js";
import { type Shape, wholeNumber } from "../base/shape.js";
import type { OpNode } from "../ops/node.js";
import { type Interpolation, interpolations } from "../ops/random-affine.js";
import { windowOfAspect } from "../ops/resize.js";
import { imageShape } from "../ops/window.js";
import { Layer, type LayerOptions } from "./layer.js";
import { oneOf } from "./range.js";

export interface ResizingOptions extends LayerOptions {
  /** `"bilinear"` (the default) or `"nearest"`. */
  readonly interpolation?: Interpolation;
  /** Keeps the proportions, and the largest window in the middle that then fits; false by default. */
  readonly cropToAspectRatio?: boolean;
}

/**
 * Brings images to another size, pixel centres on pixel centres, without antialiasing.
 *
 * Input `[batch, H, W, C]`, output `[batch, height, width, C]`.
 *
 * @example
 * new Resizing(32, 32).outputShape([28, 28, 1]); // [32, 32, 1]
 */
export class Resizing extends Layer {
  readonly className = "Resizing";
  protected override readonly positional: readonly string[] = ["height", "width"];
  readonly interpolation: Interpolation;
  readonly cropToAspectRatio: boolean;

  /**
   * @param height of the output, in pixels
   * @param width of the output, in pixels
   */
  constructor(
    readonly height: number,
    readonly width: number,
    options: ResizingOptions = {},
  ) {
    super(options);
    wholeNumber(this.who, "height", height);
    wholeNumber(this.who, "width", width);
    this.interpolation = oneOf(
      this.who,
      "interpolation",
      interpolations,
      options.interpolation ?? "bilinear",
    );
    this.cropToAspectRatio = options.cropToAspectRatio ?? false;
  }

  override outputShape(input: Shape): Shape {
    return [this.height, this.width, imageShape(this.who, input)[2]];
  }

  override lower(input: Shape): OpNode[] {
    const [H, W] = imageShape(this.who, input);
    const { height: P, width: Q, interpolation } = this;
    const window = this.cropToAspectRatio
      ? windowOfAspect(H, W, P, Q)
      : { top: 0, left: 0, height: H, width: W };
    return [{ op: "resize", owner: this.name, window, P, Q, interpolation }];
  }

  override getConfig(): JsonObject {
    return {
      ...super.getConfig(),
      height: this.height,
      width: this.width,
      interpolation: this.interpolation,
      crop_to_aspect_ratio: this.cropToAspectRatio,
    };
  }
}

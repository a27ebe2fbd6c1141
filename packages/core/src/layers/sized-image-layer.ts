import type { JsonObject } from "../base/json.js";
import { type Shape, wholeNumber } from "../base/shape.js";
import { imageShape } from "../ops/window.js";
import { Layer, type LayerOptions } from "./layer.js";

/** A layer whose output images have a size of their own, whatever the input's. */
export abstract class SizedImageLayer extends Layer {
  protected override readonly positional: readonly string[] = ["height", "width"];

  /**
   * @param height of the output, in pixels
   * @param width of the output, in pixels
   * @throws HeddleError for sizes below 1
   */
  constructor(
    readonly height: number,
    readonly width: number,
    options: LayerOptions = {},
  ) {
    super(options);
    wholeNumber(this.who, "height", height);
    wholeNumber(this.who, "width", width);
  }

  override outputShape(input: Shape): Shape {
    return [this.height, this.width, imageShape(this.who, input)[2]];
  }

  override getConfig(): JsonObject {
    return { ...super.getConfig(), height: this.height, width: this.width };
  }
}

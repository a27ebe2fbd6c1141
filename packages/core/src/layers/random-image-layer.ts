import type { Shape } from "../base/shape.js";
import { imageShape } from "../ops/window.js";
import { type BuildContext, Layer } from "./layer.js";

/** A layer that changes images at random in training, and passes them on otherwise. */
export abstract class RandomImageLayer extends Layer {
  /** Where the layer stands in the model, so that two of them draw differently. */
  protected number = 0;

  override build(input: Shape, context: BuildContext): Shape {
    this.number = context.position;
    return super.build(input, context);
  }

  override outputShape(input: Shape): Shape {
    return imageShape(this.who, input);
  }
}

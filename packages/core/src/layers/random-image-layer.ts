import type { Shape } from "../base/shape.js";
import { imageShape } from "../ops/window.js";
import { Layer } from "./layer.js";

/** A layer that changes images at random in training, and passes them on otherwise. */
export abstract class RandomImageLayer extends Layer {
  override outputShape(input: Shape): Shape {
    return imageShape(this.who, input);
  }
}

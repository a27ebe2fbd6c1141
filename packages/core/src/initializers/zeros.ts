import { type Shape, sizeOf } from "../base/shape.js";
import type { Initializer } from "./initializer.js";

/** All zeros; the default of biases. */
export class Zeros implements Initializer {
  readonly className = "Zeros";

  static fromConfig(): Zeros {
    return new Zeros();
  }

  initialize(shape: Shape): Float32Array<ArrayBuffer> {
    return new Float32Array(sizeOf(shape));
  }

  getConfig() {
    return {};
  }
}

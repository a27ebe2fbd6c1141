import { booleanIn } from "../base/config.js";
import type { JsonObject } from "../base/json.js";
import type { Shape } from "../base/shape.js";
import { pool2dGeometry } from "../ops/max-pool.js";
import type { OpNode } from "../ops/node.js";
import { imageShape } from "../ops/window.js";
import { layerOptions } from "./config.js";
import { Layer, type LayerOptions } from "./layer.js";
import { trueOrFalse } from "./options.js";

export interface GlobalPooling2DOptions extends LayerOptions {
  /**
   * Whether the output keeps the axes that are pooled, each of size 1.
   *
   * @defaultValue `false`
   */
  readonly keepdims?: boolean;
}

/** One value for each channel, from all positions. */
export abstract class GlobalPooling extends Layer {
  /** The op that computes a channel's value. */
  protected abstract readonly op: "maxPool" | "averagePool";
  readonly keepdims: boolean;

  constructor(options: GlobalPooling2DOptions = {}) {
    super(options);
    this.keepdims = trueOrFalse(this.who, "keepdims", options.keepdims, false);
  }

  override getConfig(): JsonObject {
    return { ...super.getConfig(), keepdims: this.keepdims };
  }
}

/** One value for each channel of an image: pooling with a window as large as the image. */
export abstract class GlobalPooling2D extends GlobalPooling {
  override outputShape(input: Shape): Shape {
    const [, , C] = imageShape(this.who, input);
    return this.keepdims ? [1, 1, C] : [C];
  }

  override lower(input: Shape): OpNode[] {
    const { who, name: owner, op } = this;
    const [H, W, C] = imageShape(who, input);
    const window = { poolSize: [H, W], strides: [H, W], padding: "valid" } as const;
    const pooled = { op, owner, geometry: pool2dGeometry(input, { who, ...window }) };
    return this.keepdims ? [pooled] : [pooled, { op: "reshape", owner, shape: [C] }];
  }
}

/** The options of a Keras configuration. */
export function globalPoolingOptionsIn(config: JsonObject): GlobalPooling2DOptions {
  return { ...layerOptions(config), keepdims: booleanIn(config, "keepdims", false) };
}

import type { JsonObject } from "../base/json.js";
import type { Shape } from "../base/shape.js";
import { type Pool2DGeometry, pool2dGeometry } from "../ops/max-pool.js";
import type { OpNode } from "../ops/node.js";
import { Layer, type LayerOptions } from "./layer.js";
import { paddingOf, type Size2D, size2d } from "./options.js";

export interface Pooling2DOptions extends LayerOptions {
  /** Steps of the window; the pool size by default. */
  readonly strides?: Size2D;
  /** `"valid"` (the default): windows that fit; `"same"`: also those cut off by the edge. */
  readonly padding?: "valid" | "same";
}

/** One value for each window of an image. */
export abstract class Pooling2D extends Layer {
  // A getter in each class: the constructor here names it in messages.
  abstract override get className(): string;
  protected override readonly positional: readonly string[] = ["poolSize"];
  /** The op that makes a window's value. */
  protected abstract readonly op: "maxPool" | "averagePool";
  readonly poolSize: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly padding: "valid" | "same";

  /** @param poolSize window in pixels; 2 by default */
  constructor(poolSize: Size2D = 2, options: Pooling2DOptions = {}) {
    super(options);
    this.poolSize = size2d(this.who, "poolSize", poolSize);
    this.strides = size2d(this.who, "strides", options.strides ?? poolSize);
    this.padding = paddingOf(this.who, options.padding ?? "valid");
  }

  override outputShape(input: Shape): Shape {
    const { P, Q, C } = this.geometry(input);
    return [P, Q, C];
  }

  override lower(input: Shape): OpNode[] {
    return [{ op: this.op, owner: this.name, geometry: this.geometry(input) }];
  }

  override getConfig(): JsonObject {
    const { poolSize, strides, padding } = this;
    return { ...super.getConfig(), pool_size: poolSize, strides, padding };
  }

  private geometry(input: Shape): Pool2DGeometry {
    return pool2dGeometry(input, this);
  }
}

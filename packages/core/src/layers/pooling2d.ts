import { textIn } from "../base/config.js";
import type { JsonObject } from "../base/json.js";
import type { Shape } from "../base/shape.js";
import { type Pool2DGeometry, pool2dGeometry } from "../ops/max-pool.js";
import type { OpNode } from "../ops/node.js";
import { layerOptions, sizeIn } from "./config.js";
import { Layer, type LayerOptions } from "./layer.js";
import { paddingOf, type Size2D, size2d, withDefault } from "./options.js";

export interface Pooling2DOptions extends LayerOptions {
  /**
   * Steps of the window.
   *
   * @defaultValue the pool size
   */
  readonly strides?: Size2D;
  /**
   * `"valid"`: windows that fit; `"same"`: also those that the edge cuts off.
   *
   * @defaultValue `"valid"`
   */
  readonly padding?: "valid" | "same";
}

/** One value for each window of an image. */
export abstract class Pooling2D extends Layer {
  protected override readonly positional: readonly string[] = ["poolSize"];
  /** The op that computes a window's value. */
  protected abstract readonly op: "maxPool" | "averagePool";
  readonly poolSize: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly padding: "valid" | "same";

  /**
   * @param poolSize window in pixels, one number or `[height, width]`; 2 by default
   * @throws HeddleError for sizes below 1 and unknown paddings
   */
  constructor(poolSize: Size2D = 2, options: Pooling2DOptions = {}) {
    super(options);
    this.poolSize = size2d(this.who, "poolSize", poolSize);
    this.strides = size2d(this.who, "strides", withDefault(options.strides, poolSize));
    this.padding = paddingOf(this.who, withDefault(options.padding, "valid"));
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

/** The window's size in a Keras configuration. */
export function poolSizeIn(config: JsonObject): Size2D | undefined {
  return sizeIn(config, "pool_size");
}

/** The options of a Keras configuration. */
export function poolingOptionsIn(who: string, config: JsonObject): Pooling2DOptions {
  const strides = config["strides"] === null ? undefined : sizeIn(config, "strides");
  return {
    ...layerOptions(config),
    ...(strides === undefined ? {} : { strides }),
    padding: paddingOf(who, textIn(config, "padding") ?? "valid"),
  };
}

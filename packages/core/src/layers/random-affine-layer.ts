import { optionsIn } from "../base/config.js";
import type { JsonObject } from "../base/json.js";
import type { OpNode } from "../ops/node.js";
import {
  type AffineOptions,
  type FillMode,
  fillModes,
  type Interpolation,
  interpolations,
  type RandomMap,
} from "../ops/random-affine.js";
import { layerOptions } from "./config.js";
import type { LayerOptions } from "./layer.js";
import { RandomImageLayer } from "./random-image-layer.js";
import { finiteNumber, oneOf } from "./range.js";

/** Options of the layers that move, turn and zoom images. */
export interface RandomAffineLayerOptions extends LayerOptions {
  /**
   * What lies beyond the edges: `"reflect"` (d c b a | a b c d | d c b a), `"constant"` (fillValue), `"nearest"`
   * (a a a | a b c d | d d d) or `"wrap"` (a b c d | a b c d | a b c d).
   *
   * @defaultValue `"reflect"`
   */
  readonly fillMode?: FillMode;
  /**
   * How values between pixels are read: `"bilinear"` or `"nearest"`.
   *
   * @defaultValue `"bilinear"`
   */
  readonly interpolation?: Interpolation;
  /**
   * What lies beyond the edges in mode `"constant"`.
   *
   * @defaultValue `0`
   */
  readonly fillValue?: number;
}

/** A layer that reads images through a random affine map in training. */
export abstract class RandomAffineLayer extends RandomImageLayer implements AffineOptions {
  readonly fillMode: FillMode;
  readonly interpolation: Interpolation;
  readonly fillValue: number;

  constructor(options: RandomAffineLayerOptions) {
    super(options);
    const { fillMode = "reflect", interpolation = "bilinear", fillValue = 0 } = options;
    this.fillMode = oneOf(this.who, "fillMode", fillModes, fillMode);
    this.interpolation = oneOf(this.who, "interpolation", interpolations, interpolation);
    this.fillValue = finiteNumber(this.who, "fillValue", fillValue);
  }

  /** Which maps are drawn. */
  protected abstract map(): RandomMap;

  override lower(): OpNode[] {
    const { fillMode, interpolation, fillValue, position: layer } = this;
    return [
      { op: "randomAffine", owner: this.name, map: this.map(), fillMode, interpolation, fillValue, layer },
    ];
  }

  override getConfig(): JsonObject {
    return {
      ...super.getConfig(),
      fill_mode: this.fillMode,
      interpolation: this.interpolation,
      fill_value: this.fillValue,
    };
  }
}

/** The options of a Keras configuration. */
export function affineMapOptionsIn(config: JsonObject): RandomAffineLayerOptions {
  return { ...layerOptions(config), ...optionsIn(config, "fill_mode", "interpolation", "fill_value") };
}

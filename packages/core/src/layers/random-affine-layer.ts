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
import type { LayerOptions } from "./layer.js";
import { RandomImageLayer } from "./random-image-layer.js";
import { finiteNumber, oneOf } from "./range.js";

/** Options of the layers that move, turn and zoom images. */
export interface RandomAffineLayerOptions extends LayerOptions {
  /**
   * What lies beyond the edges: `"reflect"` (the default: d c b a | a b c d | d c b a), `"constant"` (fillValue),
   * `"nearest"` (a a a | a b c d | d d d) or `"wrap"` (a b c d | a b c d | a b c d).
   */
  readonly fillMode?: FillMode;
  /** How values between pixels are read: `"bilinear"` (the default) or `"nearest"`. */
  readonly interpolation?: Interpolation;
  /** What lies beyond the edges in mode `"constant"`; 0 by default. */
  readonly fillValue?: number;
}

/** A layer that reads images through a random affine map in training. */
export abstract class RandomAffineLayer extends RandomImageLayer implements AffineOptions {
  // A getter, so that the constructor below can name the layer in messages.
  abstract override get className(): string;
  readonly fillMode: FillMode;
  readonly interpolation: Interpolation;
  readonly fillValue: number;

  constructor(options: RandomAffineLayerOptions) {
    super(options);
    this.fillMode = oneOf(this.who, "fillMode", fillModes, options.fillMode ?? "reflect");
    this.interpolation = oneOf(
      this.who,
      "interpolation",
      interpolations,
      options.interpolation ?? "bilinear",
    );
    this.fillValue = finiteNumber(this.who, "fillValue", options.fillValue ?? 0);
  }

  /** Which maps are drawn. */
  protected abstract map(): RandomMap;

  override lower(): OpNode[] {
    const { fillMode, interpolation, fillValue, number: layer } = this;
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

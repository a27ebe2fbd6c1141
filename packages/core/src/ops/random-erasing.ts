import type { Buffer } from "../engine/program-builder.js";
import type { Backward, Emitter, Value } from "./emitter.js";
import type { NodeOf, Op } from "./op.js";
import { drawOperands, type Range } from "./random-draw.js";
import { passOn } from "./reshape.js";

export interface RandomErasingOptions {
  /** The range from which each image draws its chance of being erased. */
  readonly factor: Range;
  /** The range from which the squares of the box's shares of width and height are drawn. */
  readonly scale: Range;
  /** What the box is filled with; null for normal noise times the upper end of `valueRange`. */
  readonly fillValue: number | null;
  /** The least and the largest filling; anything beyond is clipped. */
  readonly valueRange: Range;
  /** The layer's place in the model, so that two of them draw differently. */
  readonly layer: number;
}

export interface RandomErasingNode extends NodeOf<"randomErasing">, RandomErasingOptions {}

/**
 * y = x with a random box filled, in training; y = x otherwise: x y [H, W, C]. The backward pass draws the box again
 * and fills it with zeros.
 */
function emitRandomErasing(e: Emitter, options: RandomErasingOptions, x: Value): [Value, Backward] {
  const [H, W, C] = x.shape as readonly [number, number, number];
  if (!e.options.training) return passOn(e, x);
  const erase = (to: Buffer, from: Buffer, fillValue: number | null, pass: "forward" | "backward") =>
    e.call("randomErasing", pass, {
      y: to,
      x: from,
      N: "samples",
      H,
      W,
      C,
      factorLow: options.factor[0],
      factorHigh: options.factor[1],
      scaleLow: options.scale[0],
      scaleHigh: options.scale[1],
      noise: fillValue === null ? 1 : 0,
      fill: fillValue ?? 0,
      low: options.valueRange[0],
      high: options.valueRange[1],
      ...drawOperands(e, options.layer),
    });
  const y = e.value("output", x.shape);
  erase(y.data, x.data, clipped(options), "forward");
  return [
    y,
    (dy, dx) => {
      if (dx) erase(dx, dy, 0, "backward");
    },
  ];
}

function clipped({ fillValue, valueRange: [low, high] }: RandomErasingOptions): number | null {
  return fillValue === null ? null : Math.min(high, Math.max(low, fillValue));
}

export const randomErasing: Op<RandomErasingNode> = { emit: emitRandomErasing };

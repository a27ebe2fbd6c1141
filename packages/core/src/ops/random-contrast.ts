import type { Backward, Emitter, Value } from "./emitter.js";
import type { NodeOf, Op } from "./op.js";
import { drawOperands, type Range } from "./random-draw.js";
import { passOn } from "./reshape.js";

export interface RandomContrastOptions {
  /** The range from which each image's factor is drawn. */
  readonly factor: Range;
  /** The least and the largest output; anything beyond is clipped. */
  readonly valueRange: Range;
  /** The layer's place in the model, so that two of them draw differently. */
  readonly layer: number;
}

export interface RandomContrastNode extends NodeOf<"randomContrast">, RandomContrastOptions {}

/**
 * y = (x − mean) · factor + mean, clipped to the value range, with the mean of each channel of an image, in training;
 * y = x otherwise: x y [H, W, C].
 */
function emitRandomContrast(e: Emitter, options: RandomContrastOptions, x: Value): [Value, Backward] {
  if (!e.options.training) return passOn(e, x);
  const [H, W, C] = x.shape as readonly [number, number, number];
  const [factorLow, factorHigh] = options.factor;
  const [low, high] = options.valueRange;
  const operands = {
    x: x.data,
    N: "samples" as const,
    pixels: H * W,
    C,
    factorLow,
    factorHigh,
    low,
    high,
    ...drawOperands(e, options.layer),
  };
  const y = e.value("output", x.shape);
  e.call("randomContrast", "forward", { y: y.data, ...operands });
  return [
    y,
    (dy, dx) => {
      if (dx) e.call("randomContrastBackward", "backward", { dx, dy, ...operands });
    },
  ];
}

export const randomContrast: Op<RandomContrastNode> = { emit: emitRandomContrast };

import type { Backward, Emitter, Value } from "./emitter.js";
import type { NodeOf, Op } from "./op.js";
import { drawOperands, type Range } from "./random-draw.js";
import { passOn } from "./reshape.js";

export interface RandomContrastOptions {
  /** From where each image's factor is drawn. */
  readonly factor: Range;
  /** What the output is cut off at. */
  readonly valueRange: Range;
  /** Number of the layer, so that two of them draw differently. */
  readonly layer: number;
}

export interface RandomContrastNode extends NodeOf<"randomContrast">, RandomContrastOptions {}

/**
 * y = (x − mean) · factor + mean, cut off at the value range, with the mean of each channel of an image, in training;
 * y = x otherwise: x y [H, W, C].
 */
function emitRandomContrast(e: Emitter, options: RandomContrastOptions, x: Value): [Value, Backward] {
  if (!e.options.training) return passOn(e, x);
  const [H, W, C] = x.shape as readonly [number, number, number];
  const [factorLow, factorHigh] = options.factor;
  const [low, high] = options.valueRange;
  const operands = {
    ...({ x: x.data, N: "samples", pixels: H * W, C } as const),
    ...{ factorLow, factorHigh, low, high },
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

import { sizeOf } from "../base/shape.js";
import type { NodeOf, Op } from "./op.js";
import { drawOperands, type Range } from "./random-draw.js";
import { passOn } from "./reshape.js";

export interface RandomBrightnessOptions {
  /** The range from which the number is drawn that an image's values move by. */
  readonly delta: Range;
  /** The least and the largest output; anything beyond is clipped. */
  readonly valueRange: Range;
  /** The layer's place in the model, so that two of them draw differently. */
  readonly layer: number;
}

export interface RandomBrightnessNode extends NodeOf<"randomBrightness">, RandomBrightnessOptions {}

/** y = x + delta, clipped to the value range, in training; y = x otherwise. Backward: dx = dy where nothing was clipped. */
export const randomBrightness: Op<RandomBrightnessNode> = {
  emit(e, { delta, valueRange, layer }, x) {
    if (!e.options.training) return passOn(e, x);
    const [deltaLow, deltaHigh] = delta;
    const [low, high] = valueRange;
    const draw = { deltaLow, deltaHigh, low, high, ...drawOperands(e, layer) };
    const operands = { x: x.data, N: "samples", count: sizeOf(x.shape), ...draw } as const;
    const y = e.value("output", x.shape);
    e.call("randomBrightness", "forward", { y: y.data, ...operands });
    return [
      y,
      (dy, dx) => {
        if (dx) e.call("randomBrightnessBackward", "backward", { dx, dy, ...operands });
      },
    ];
  },
};

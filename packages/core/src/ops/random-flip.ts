import type { Buffer } from "../engine/program-builder.js";
import type { Backward, Emitter, Value } from "./emitter.js";
import type { NodeOf, Op } from "./op.js";
import { drawOperands } from "./random-draw.js";
import { passOn } from "./reshape.js";

export interface RandomFlipOptions {
  readonly horizontal: boolean;
  readonly vertical: boolean;
  /** The layer's place in the model, so that two of them draw differently. */
  readonly layer: number;
}

export interface RandomFlipNode extends NodeOf<"randomFlip">, RandomFlipOptions {}

/**
 * y = x, mirrored left to right, top to bottom, or both, each with a chance of one half, in training; y = x
 * otherwise: x y [H, W, C]. The backward pass draws again and mirrors back.
 */
function emitRandomFlip(e: Emitter, options: RandomFlipOptions, x: Value): [Value, Backward] {
  const [H, W, C] = x.shape as readonly [number, number, number];
  if (!e.options.training) return passOn(e, x);
  const flip = (to: Buffer, from: Buffer, pass: "forward" | "backward") =>
    e.call("randomFlip", pass, {
      y: to,
      x: from,
      N: "samples",
      H,
      W,
      C,
      horizontal: options.horizontal ? 1 : 0,
      vertical: options.vertical ? 1 : 0,
      ...drawOperands(e, options.layer),
    });
  const y = e.value("output", x.shape);
  flip(y.data, x.data, "forward");
  return [
    y,
    (dy, dx) => {
      if (dx) flip(dx, dy, "backward");
    },
  ];
}

export const randomFlip: Op<RandomFlipNode> = { emit: emitRandomFlip };

import { philox, randomKey } from "../base/random.js";
import type { Shape } from "../base/shape.js";
import type { Buffer } from "../engine/program-builder.js";
import type { Backward, Emitter, Value } from "./emitter.js";
import { type Draw, drawOperands, passOn } from "./random-draw.js";

export interface RandomFlipOptions {
  readonly horizontal: boolean;
  readonly vertical: boolean;
  /** Number of the layer, so that two of them draw differently. */
  readonly layer: number;
}

/**
 * y = x, mirrored left to right, top to bottom, or both, each with a chance of one half, in training; y = x
 * otherwise: x y [H, W, C]. The backward pass draws again and mirrors back.
 */
export function emitRandomFlip(e: Emitter, options: RandomFlipOptions, x: Value): [Value, Backward] {
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

/** The plain twin for one sample [H, W, C]. */
export function randomFlipReference(
  options: RandomFlipOptions & Draw,
  [H, W, C]: Shape & readonly [number, number, number],
  x: ArrayLike<number>,
): Float64Array {
  const words = new Uint32Array(4);
  philox(words, [0, options.sample, options.step, options.layer], randomKey(options.seed, "augmentation"));
  const mirrored = options.horizontal && (words[0]! & 1) === 1;
  const upsideDown = options.vertical && (words[0]! & 2) === 2;
  const y = new Float64Array(H * W * C);
  for (let h = 0; h < H; h++) {
    for (let w = 0; w < W; w++) {
      for (let c = 0; c < C; c++) {
        const row = upsideDown ? H - 1 - h : h;
        const column = mirrored ? W - 1 - w : w;
        y[(h * W + w) * C + c] = x[(row * W + column) * C + c]!;
      }
    }
  }
  return y;
}

import { philox, randomKey } from "../base/random.js";
import type { Shape } from "../base/shape.js";
import type { Draw } from "./random-draw.reference.js";
import type { RandomFlipOptions } from "./random-flip.js";

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

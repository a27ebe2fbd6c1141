import type { Backward, Emitter, Value } from "./emitter.js";
import type { NodeOf, Op } from "./op.js";
import { drawOperands } from "./random-draw.js";
import { emitResize, windowOfAspect } from "./resize.js";

export interface RandomCropOptions {
  /** Rows and columns of the output. */
  readonly P: number;
  readonly Q: number;
  /** The layer's place in the model, so that two of them draw differently. */
  readonly layer: number;
}

export interface RandomCropNode extends NodeOf<"randomCrop">, RandomCropOptions {}

/**
 * In training, where x is large enough, y = a window of P × Q anywhere in x; otherwise the largest window in the
 * middle with these proportions, resized: x [H, W, C], y [P, Q, C].
 */
function emitRandomCrop(e: Emitter, options: RandomCropOptions, x: Value): [Value, Backward] {
  const [H, W, C] = x.shape as readonly [number, number, number];
  const { P, Q, layer } = options;
  if (!e.options.training || H < P || W < Q) {
    return emitResize(e, { window: windowOfAspect(H, W, P, Q), P, Q, interpolation: "bilinear" }, x);
  }
  const y = e.value("output", [P, Q, C]);
  const window = { N: "samples", H, W, C, P, Q, ...drawOperands(e, layer) } as const;
  e.call("randomCrop", "forward", { y: y.data, x: x.data, ...window });
  return [
    y,
    (dy, dx) => {
      if (dx) e.call("randomCropBackward", "backward", { dx, dy, ...window });
    },
  ];
}

export const randomCrop: Op<RandomCropNode> = { emit: emitRandomCrop };

import type { Backward, Emitter, Value } from "./emitter.js";
import type { NodeOf, Op } from "./op.js";
import type { Interpolation } from "./random-affine.js";

/** A part of an image. */
interface ImageWindow {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

export interface ResizeOptions {
  /** What is kept of the input. */
  readonly window: ImageWindow;
  /** Rows and columns of the output. */
  readonly P: number;
  readonly Q: number;
  readonly interpolation: Interpolation;
}

export interface ResizeNode extends NodeOf<"resize">, ResizeOptions {}

/**
 * The largest window of H × W with the proportions of P × Q, in the middle; sizes and places are rounded down to whole
 * pixels, as in Keras.
 */
export function windowOfAspect(H: number, W: number, P: number, Q: number): ImageWindow {
  const height = Math.max(1, Math.min(H, Math.floor((W * P) / Q)));
  const width = Math.max(1, Math.min(W, Math.floor((H * Q) / P)));
  return { top: Math.floor((H - height) / 2), left: Math.floor((W - width) / 2), height, width };
}

/** y = a window of x, brought to P × Q with half-pixel centres, without antialiasing: x [H, W, C], y [P, Q, C]. */
export function emitResize(e: Emitter, options: ResizeOptions, x: Value): [Value, Backward] {
  const [H, W, C] = x.shape as readonly [number, number, number];
  const { P, Q, window } = options;
  const y = e.value("output", [P, Q, C]);
  if (window.height === P && window.width === Q) {
    const { top, left } = window;
    const crop = { N: "samples", H: P, W: Q, C, paddedH: H, paddedW: W, top, left } as const;
    e.call("cropImage", "forward", { y: y.data, x: x.data, ...crop });
    return [
      y,
      (dy, dx) => {
        if (dx) e.call("padImage", "backward", { y: dx, x: dy, ...crop });
      },
    ];
  }
  const bilinear = options.interpolation === "bilinear" ? 1 : 0;
  const sizes = { N: "samples", H, W, C, P, Q, ...window, bilinear } as const;
  e.call("resize", "forward", { y: y.data, x: x.data, ...sizes });
  return [
    y,
    (dy, dx) => {
      if (dx) e.call("resizeBackward", "backward", { dx, dy, ...sizes });
    },
  ];
}

export const resize: Op<ResizeNode> = { emit: emitResize };

import type { Backward, Emitter, Value } from "./emitter.js";
import type { NodeOf, Op } from "./op.js";
import { imageShape } from "./window.js";

export interface CroppingOptions {
  /** Rows that are cut off above and below, columns to the left and right. */
  readonly cropping: readonly [
    readonly [top: number, bottom: number],
    readonly [left: number, right: number],
  ];
}

export interface CroppingNode extends NodeOf<"cropping">, CroppingOptions {}

/** y = the middle of x: x [top + H + bottom, left + W + right, C] → y [H, W, C]. Backward: dy, surrounded by zeros. */
function emitCropping(e: Emitter, options: CroppingOptions, x: Value): [Value, Backward] {
  const [paddedH, paddedW, C] = imageShape(e.owner, x.shape);
  const [[top, bottom], [left, right]] = options.cropping;
  const [H, W] = [paddedH - top - bottom, paddedW - left - right];
  const sizes = { N: "samples", H, W, C, paddedH, paddedW, top, left } as const;
  const y = e.value("output", [H, W, C]);
  e.call("cropImage", "forward", { y: y.data, x: x.data, ...sizes });
  return [
    y,
    (dy, dx) => {
      if (dx) e.call("padImage", "backward", { y: dx, x: dy, ...sizes });
    },
  ];
}

export const cropping: Op<CroppingNode> = { emit: emitCropping };

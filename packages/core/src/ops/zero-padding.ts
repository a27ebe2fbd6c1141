import type { Backward, Emitter, Value } from "./emitter.js";
import type { NodeOf, Op } from "./op.js";
import { imageShape } from "./window.js";

export interface ZeroPaddingOptions {
  /** Rows of zeros above and below, columns to the left and right. */
  readonly padding: readonly [readonly [top: number, bottom: number], readonly [left: number, right: number]];
}

export interface ZeroPaddingNode extends NodeOf<"zeroPadding">, ZeroPaddingOptions {}

/** y = x surrounded by zeros: x [H, W, C] → y [top + H + bottom, left + W + right, C]. Backward: the middle of dy. */
function emitZeroPadding(e: Emitter, options: ZeroPaddingOptions, x: Value): [Value, Backward] {
  const [H, W, C] = imageShape(e.owner, x.shape);
  const [[top, bottom], [left, right]] = options.padding;
  const paddedH = top + H + bottom;
  const paddedW = left + W + right;
  const sizes = { N: "samples", H, W, C, paddedH, paddedW, top, left } as const;
  const y = e.value("output", [paddedH, paddedW, C]);
  e.call("padImage", "forward", { y: y.data, x: x.data, ...sizes });
  return [
    y,
    (dy, dx) => {
      if (dx) e.call("cropImage", "backward", { y: dx, x: dy, ...sizes });
    },
  ];
}

export const zeroPadding: Op<ZeroPaddingNode> = { emit: emitZeroPadding };

import { sizeOf } from "../base/shape.js";
import type { Buffer } from "../engine/program-builder.js";
import type { Backward, Emitter, Value } from "./emitter.js";
import type { NodeOf, Op } from "./op.js";

interface RescaleOptions {
  readonly scale: number;
  readonly offset: number;
}

export interface RescaleNode extends NodeOf<"rescale">, RescaleOptions {}

/** Turns input bytes into rescaled f32: x u8 → y of the same shape. */
export function emitBytesInput(
  e: Emitter,
  options: RescaleOptions,
  bytes: Buffer,
  shape: readonly number[],
): Value {
  const y = e.value("input", shape);
  e.call("rescaleBytes", "forward", { y: y.data, x: bytes, N: "samples", count: sizeOf(shape), ...options });
  return y;
}

/** y = x · scale + offset. Backward: dx = dy · scale. */
function emitRescale(e: Emitter, { scale, offset }: RescaleOptions, x: Value): [Value, Backward] {
  const count = sizeOf(x.shape);
  const y = e.value("output", x.shape);
  e.call("rescale", "forward", { y: y.data, x: x.data, N: "samples", count, scale, offset });
  return [
    y,
    (dy, dx) => {
      if (dx) e.call("rescale", "backward", { y: dx, x: dy, N: "samples", count, scale, offset: 0 });
    },
  ];
}

export const rescale: Op<RescaleNode> = { emit: emitRescale };

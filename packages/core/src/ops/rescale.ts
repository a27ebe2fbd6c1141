import { sizeOf } from "../base/shape.js";
import type { Buffer } from "../engine/program-builder.js";
import type { Backward, Emitter, Value } from "./emitter.js";

export interface RescaleOptions {
  readonly scale: number;
  readonly offset: number;
}

/** Turns input bytes into f32, rescaled on the way: x u8 → y of the same shape. */
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
export function emitRescale(e: Emitter, options: RescaleOptions, x: Value): [Value, Backward] {
  const count = sizeOf(x.shape);
  const y = e.value("output", x.shape);
  e.call("rescale", "forward", { y: y.data, x: x.data, N: "samples", count, ...options });
  return [
    y,
    (dy, dx) => {
      const factor = { scale: options.scale, offset: 0 };
      if (dx) e.call("rescale", "backward", { y: dx, x: dy, N: "samples", count, ...factor });
    },
  ];
}

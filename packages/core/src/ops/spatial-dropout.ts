import { sizeOf } from "../base/shape.js";
import { type DropoutOptions, dropoutOperands, dropsNothing } from "./dropout.js";
import type { Backward, Emitter, Value } from "./emitter.js";
import type { NodeOf, Op } from "./op.js";
import { passOn } from "./reshape.js";

export interface SpatialDropoutNode extends NodeOf<"spatialDropout">, DropoutOptions {
  /** How many draws a sample has, over its last axes: 1 drops whole samples. By default one for each channel. */
  readonly units?: number;
}

/**
 * y = x / (1 − rate) in the channels that are kept, else 0, in training; y = x otherwise: x y [H, W, C]. Channels
 * are drawn as `emitDropout` draws C units; `dropoutReference` is the twin of both.
 */
function emitSpatialDropout(
  e: Emitter,
  options: Omit<SpatialDropoutNode, "op" | "owner">,
  x: Value,
): [Value, Backward] {
  if (dropsNothing(e, options)) return passOn(e, x);
  const { units: C = x.shape.at(-1)! } = options;
  const operands = {
    N: "samples",
    pixels: sizeOf(x.shape) / C,
    C,
    factors: e.floats("channel factors", "thread", C),
    ...dropoutOperands(e, options),
  } as const;
  const y = e.value("output", x.shape);
  e.call("spatialDropout", "forward", { y: y.data, x: x.data, ...operands });
  return [
    y,
    (dy, dx) => {
      if (dx) e.call("spatialDropout", "backward", { y: dx, x: dy, ...operands });
    },
  ];
}

export const spatialDropout: Op<SpatialDropoutNode> = { emit: emitSpatialDropout };

import type { Backward, Emitter, Value } from "./emitter.js";
import type { NodeOf, Op } from "./op.js";
import { imageShape } from "./window.js";

export interface UpSamplingOptions {
  /** How often each row and each column is repeated. */
  readonly size: readonly [height: number, width: number];
}

export interface UpSamplingNode extends NodeOf<"upSampling">, UpSamplingOptions {}

/** y = x with every pixel repeated: x [H, W, C] → y [H · height, W · width, C]. Backward: sums of the copies. */
function emitUpSampling(e: Emitter, options: UpSamplingOptions, x: Value): [Value, Backward] {
  const [H, W, C] = imageShape(e.owner, x.shape);
  const [factorH, factorW] = options.size;
  const sizes = { N: "samples", H, W, C, factorH, factorW } as const;
  const y = e.value("output", [H * factorH, W * factorW, C]);
  e.call("upSamplingForward", "forward", { y: y.data, x: x.data, ...sizes });
  return [
    y,
    (dy, dx) => {
      if (dx) e.call("upSamplingBackward", "backward", { dx, dy, ...sizes });
    },
  ];
}

export const upSampling: Op<UpSamplingNode> = { emit: emitUpSampling };

import type { Backward, Emitter, Value } from "./emitter.js";
import { imageShape } from "./window.js";

export interface UpSamplingOptions {
  /** How often each row and each column is repeated. */
  readonly size: readonly [height: number, width: number];
}

/** y = x with every pixel repeated: x [H, W, C] → y [H · height, W · width, C]. Backward: sums of the copies. */
export function emitUpSampling(e: Emitter, options: UpSamplingOptions, x: Value): [Value, Backward] {
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

/** The plain twin: which element of x [N, H, W, C] each element of y is. */
export function upSamplingReference(
  shape: readonly [H: number, W: number, C: number],
  { size: [factorH, factorW] }: UpSamplingOptions,
  N: number,
): Int32Array {
  const [H, W, C] = shape;
  const width = W * factorW;
  return Int32Array.from({ length: N * H * factorH * width * C }, (_, i) => {
    const c = i % C;
    const column = Math.floor(i / C) % width;
    // Rows of all samples one behind the other.
    const row = Math.floor(i / C / width);
    return (Math.floor(row / factorH) * W + Math.floor(column / factorW)) * C + c;
  });
}

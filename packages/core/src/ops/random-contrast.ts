import type { Shape } from "../base/shape.js";
import type { Backward, Emitter, Value } from "./emitter.js";
import { between, type Draw, drawOperands, passOn, type Range, uniforms } from "./random-draw.js";

export interface RandomContrastOptions {
  /** From where each image's factor is drawn. */
  readonly factor: Range;
  /** What the output is cut off at. */
  readonly valueRange: Range;
  /** Number of the layer, so that two of them draw differently. */
  readonly layer: number;
}

/**
 * y = (x − mean) · factor + mean, cut off at the value range, with the mean of each channel of an image, in training;
 * y = x otherwise: x y [H, W, C].
 */
export function emitRandomContrast(e: Emitter, options: RandomContrastOptions, x: Value): [Value, Backward] {
  if (!e.options.training) return passOn(e, x);
  const [H, W, C] = x.shape as readonly [number, number, number];
  const [factorLow, factorHigh] = options.factor;
  const [low, high] = options.valueRange;
  const operands = {
    ...({ x: x.data, N: "samples", pixels: H * W, C } as const),
    ...{ factorLow, factorHigh, low, high },
    ...drawOperands(e, options.layer),
  };
  const y = e.value("output", x.shape);
  e.call("randomContrast", "forward", { y: y.data, ...operands });
  return [
    y,
    (dy, dx) => {
      if (dx) e.call("randomContrastBackward", "backward", { dx, dy, ...operands });
    },
  ];
}

/** The plain twin for one sample: the output, and the gradient that `dy` gives. */
export function randomContrastReference(
  options: RandomContrastOptions & Draw,
  [H, W, C]: Shape & readonly [number, number, number],
  x: ArrayLike<number>,
  dy: ArrayLike<number>,
): { y: Float64Array; dx: Float64Array } {
  const [low, high] = options.valueRange;
  const factor = between(options.factor, uniforms(options, 0)[0]);
  const y = new Float64Array(H * W * C);
  const dx = new Float64Array(H * W * C);
  for (let c = 0; c < C; c++) {
    const channel = Array.from({ length: H * W }, (_, pixel) => pixel * C + c);
    const mean = channel.reduce((sum, i) => sum + x[i]!, 0) / channel.length;
    let passed = 0;
    for (const i of channel) {
      const value = (x[i]! - mean) * factor + mean;
      y[i] = Math.min(high, Math.max(low, value));
      dx[i] = y[i] === value ? dy[i]! : 0;
      passed += dx[i]!;
    }
    for (const i of channel) dx[i] = dx[i]! * factor + (passed / channel.length) * (1 - factor);
  }
  return { y, dx };
}

import type { Shape } from "../base/shape.js";
import type { RandomContrastOptions } from "./random-contrast.js";
import { between, type Draw, uniforms } from "./random-draw.reference.js";

/** The plain twin for one sample: the output, and its gradient from `dy`. */
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

import type { RectifyNode } from "./rectify.js";

/** The plain twins, in f64: the value and the slope at one number. */
export function rectifyReference({ slope, threshold, maximum }: Omit<RectifyNode, "op" | "owner">) {
  return {
    value: (x: number) => (x > threshold ? Math.min(x, maximum) : slope * (x - threshold)),
    slope: (x: number) => (x > threshold ? (x < maximum ? 1 : 0) : slope),
  };
}

/** PReLU's value, its slope, and the slope with respect to alpha. */
export const preluReference = {
  value: (x: number, alpha: number) => (x > 0 ? x : alpha * x),
  slope: (x: number, alpha: number) => (x > 0 ? 1 : alpha),
  alphaSlope: (x: number) => Math.min(0, x),
};

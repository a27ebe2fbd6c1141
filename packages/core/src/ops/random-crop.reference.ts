import type { Shape } from "../base/shape.js";
import type { RandomCropOptions } from "./random-crop.js";
import { between, type Draw, uniforms } from "./random-draw.reference.js";

/** The plain twin: where the window begins. */
export function randomCropReference(
  { P, Q, ...draw }: RandomCropOptions & Draw,
  [H, W]: Shape & readonly [number, number, number],
): { top: number; left: number } {
  const [down, right] = uniforms(draw, 0);
  return { top: Math.floor(between([0, H - P + 1], down)), left: Math.floor(between([0, W - Q + 1], right)) };
}

import { philox, randomKey } from "../base/random.js";
import type { Range } from "./random-draw.js";

/** Which draw a twin makes. */
export interface Draw {
  readonly seed: number;
  readonly layer: number;
  readonly step: number;
  readonly sample: number;
}

/** The four numbers in [0, 1) of a block, as the kernels draw them. */
export function uniforms(draw: Draw, block: number): [number, number, number, number] {
  const words = new Uint32Array(4);
  philox(words, [block, draw.sample, draw.step, draw.layer], randomKey(draw.seed, "augmentation"));
  return Array.from(words, (word) => word / 2 ** 32) as [number, number, number, number];
}

/** The number at a share of a range. */
export function between([low, high]: Range, share: number): number {
  return low + (high - low) * share;
}

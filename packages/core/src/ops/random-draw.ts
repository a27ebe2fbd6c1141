import { randomKey } from "../base/random.js";
import type { Emitter } from "./emitter.js";

/** Both ends of a range. */
export type Range = readonly [low: number, high: number];

/** What a kernel needs to draw for each image. */
export function drawOperands(e: Emitter, layer: number) {
  const [seedLow, seedHigh] = randomKey(e.options.seed, "augmentation");
  return {
    seedLow,
    seedHigh,
    layer,
    step: "step",
    firstSample: "firstSample",
    scratch: e.scratch(),
  } as const;
}

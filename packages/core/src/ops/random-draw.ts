import { philox, randomKey } from "../base/random.js";
import { sizeOf } from "../base/shape.js";
import type { Backward, Emitter, Value } from "./emitter.js";

/** From … to. */
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

/** y = x: what an augmentation is where nothing is trained. */
export function passOn(e: Emitter, x: Value): [Value, Backward] {
  return [
    x,
    (dy, dx) => {
      if (dx) e.call("copy", "backward", { y: dx, x: dy, N: "samples", bytes: 4 * sizeOf(x.shape) });
    },
  ];
}

/** Which draw a twin is to make. */
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

/** As far along a range as a share says. */
export function between([low, high]: Range, share: number): number {
  return low + (high - low) * share;
}

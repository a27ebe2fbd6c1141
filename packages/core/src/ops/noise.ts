import { randomKey } from "../base/random.js";
import { sizeOf } from "../base/shape.js";
import type { Emitter } from "./emitter.js";
import type { NodeOf, Op } from "./op.js";
import { passOn } from "./reshape.js";

export interface GaussianNoiseNode extends NodeOf<"gaussianNoise"> {
  /** The noise's standard deviation. */
  readonly stddev: number;
  /** True for y = x · (1 + noise), false for y = x + noise. */
  readonly multiplied: boolean;
  /** The layer's place in the model, so that two of them draw differently. */
  readonly layer: number;
}

/** What a kernel needs to draw for each element or sample. */
function noiseOperands(e: Emitter, layer: number) {
  const [seedLow, seedHigh] = randomKey(e.options.seed, "noise");
  const place = { layer, step: "step", firstSample: "firstSample" } as const;
  return { seedLow, seedHigh, ...place, scratch: e.scratch() };
}

/** y = x with normal noise of each element in training; y = x otherwise. Backward: dx = dy, times the factor if there was one. */
export const gaussianNoise: Op<GaussianNoiseNode> = {
  emit(e, { stddev, multiplied, layer }, x) {
    if (!e.options.training || stddev === 0) return passOn(e, x);
    const y = e.value("output", x.shape);
    const count = sizeOf(x.shape);
    const noise = { stddev, multiplied: multiplied ? 1 : 0, ...noiseOperands(e, layer) };
    e.call("gaussianNoise", "forward", { y: y.data, x: x.data, N: "samples", count, ...noise });
    return [
      y,
      (dy, dx) => {
        if (!dx) return;
        if (multiplied) e.call("gaussianNoise", "backward", { y: dx, x: dy, N: "samples", count, ...noise });
        else e.call("copy", "backward", { y: dx, x: dy, N: "samples", bytes: 4 * count });
      },
    ];
  },
};

export interface DropSamplesNode extends NodeOf<"dropSamples"> {
  /** The probability that a sample becomes 0, 0 ≤ rate < 1. */
  readonly rate: number;
  /** The layer's place in the model, so that two of them draw differently. */
  readonly layer: number;
}

/** y = x / (1 − rate) for samples that are kept, else 0, in training; y = x otherwise. Backward: the same with dy. */
export const dropSamples: Op<DropSamplesNode> = {
  emit(e, { rate, layer }, x) {
    if (!e.options.training || rate === 0) return passOn(e, x);
    const y = e.value("output", x.shape);
    const operands = { N: "samples", count: sizeOf(x.shape), rate, ...noiseOperands(e, layer) } as const;
    e.call("dropSamples", "forward", { y: y.data, x: x.data, ...operands });
    return [
      y,
      (dy, dx) => {
        if (dx) e.call("dropSamples", "backward", { y: dx, x: dy, ...operands });
      },
    ];
  },
};

// Kernels are compared with their scalar twins; the twins' gradients are compared with finite differences of
// the twins' own outputs.
import { describe, it } from "vitest";
import { Random } from "../base/random.js";
import { averagePoolBackwardReference, averagePoolReference } from "./average-pool.reference.js";
import { conv2dBackwardReference, conv2dReference } from "./conv2d.reference.js";
import { conv2dGeometry } from "./conv2d-geometry.js";
import { crossEntropyReference } from "./cross-entropy.reference.js";
import { denseBackwardReference, denseReference } from "./dense.reference.js";
import { dropoutReference } from "./dropout.reference.js";
import type { ElementwiseActivation } from "./elementwise-activation.js";
import { activationReference } from "./elementwise-activation.reference.js";
import { expectGradient } from "./finite-differences.testing.js";
import { pool2dGeometry } from "./max-pool.js";
import { maxPoolReference } from "./max-pool.reference.js";
import { softmaxReference } from "./softmax.reference.js";

/** Values within ±2, no two of them as close as the points of a difference. */
function spread(count: number, seed: number): Float64Array {
  const random = new Random(seed, "split");
  return Float64Array.from({ length: count }, () => 4 * random.uniform() - 2);
}

describe("a twin's gradients agree with finite differences:", () => {
  it.each([
    { input: [5, 6, 2], kernelSize: [3, 2], strides: [1, 1], dilationRate: [1, 1], padding: "valid" },
    { input: [5, 6, 2], kernelSize: [3, 2], strides: [2, 3], dilationRate: [1, 1], padding: "same" },
    { input: [7, 6, 1], kernelSize: [2, 3], strides: [2, 1], dilationRate: [2, 2], padding: "valid" },
    { input: [4, 5, 3], kernelSize: [3, 3], strides: [1, 1], dilationRate: [2, 1], padding: "same" },
  ] as const)("conv2d %j", (options) => {
    const g = conv2dGeometry(options.input, { who: "test", filters: 3, ...options });
    const x = spread(2 * g.H * g.W * g.C, 1);
    const w = spread(g.R * g.S * g.C * g.K, 2);
    const b = spread(g.K, 3);
    const dy = spread(2 * g.P * g.Q * g.K, 4);
    const { dx, dw, db } = conv2dBackwardReference(g, 2, x, w, dy);
    const f = () => conv2dReference(g, 2, x, w, b);
    expectGradient(dx, x, dy, f);
    expectGradient(dw, w, dy, f);
    expectGradient(db, b, dy, f);
  });

  it("dense", () => {
    const sizes = [3, 5, 4] as const;
    const [x, w, b, dy] = [spread(15, 1), spread(20, 2), spread(4, 3), spread(12, 4)];
    const { dx, dw, db } = denseBackwardReference(sizes, x!, w!, dy!);
    const f = () => denseReference(sizes, x!, w!, b!);
    expectGradient(dx, x!, dy!, f);
    expectGradient(dw, w!, dy!, f);
    expectGradient(db, b!, dy!, f);
  });

  it.each(["valid", "same"] as const)("max-pooling, %s", (padding) => {
    const g = pool2dGeometry([5, 6, 2], { who: "test", poolSize: [3, 2], strides: [2, 2], padding });
    const x = spread(2 * 5 * 6 * 2, 1);
    const dy = spread(2 * g.P * g.Q * g.C, 2);
    const dx = new Float64Array(x.length);
    maxPoolReference(g, 2, x).from.forEach((at, i) => {
      dx[at]! += dy[i]!;
    });
    expectGradient(dx, x, dy, () => maxPoolReference(g, 2, x).y);
  });

  it.each([
    { poolSize: [3, 2], strides: [2, 2], padding: "valid" },
    { poolSize: [3, 4], strides: [2, 3], padding: "same" },
  ] as const)("average-pooling %j", (options) => {
    const g = pool2dGeometry([5, 6, 2], { who: "test", ...options });
    const x = spread(2 * 5 * 6 * 2, 1);
    const dy = spread(2 * g.P * g.Q * g.C, 2);
    expectGradient(averagePoolBackwardReference(g, 2, dy), x, dy, () => averagePoolReference(g, 2, x));
  });

  it.each(Object.keys(activationReference) as ElementwiseActivation[])("%s: dx = dy · f′(x)", (name) => {
    const { value, slope } = activationReference[name];
    const [x, dy] = [spread(60, 1).map((at) => 3 * at), spread(60, 2)];
    const dx = x.map((at, i) => dy[i]! * slope(at));
    expectGradient(dx, x, dy, () => x.map(value));
  });

  it("relu: dx = dy where y > 0", () => {
    const [x, dy] = [spread(40, 1), spread(40, 2)];
    const f = () => x!.map((value) => Math.max(0, value));
    const dx = f().map((y, i) => (y > 0 ? dy![i]! : 0));
    expectGradient(dx, x!, dy!, f);
  });

  it("softmax: dx = y · (dy − Σ dy · y)", () => {
    const K = 5;
    const [x, dy] = [spread(3 * K, 1), spread(3 * K, 2)];
    const y = softmaxReference(x!, K);
    const dx = y.map((value, i) => {
      const row = i - (i % K);
      let dot = 0;
      for (let k = 0; k < K; k++) dot += dy![row + k]! * y[row + k]!;
      return value * (dy![i]! - dot);
    });
    expectGradient(dx, x!, dy!, () => softmaxReference(x!, K));
  });

  it("cross-entropy of a class, and of a distribution with any sum", () => {
    const K = 4;
    const logits = spread(3 * K, 1);
    const oneHot = Float64Array.from({ length: 3 * K }, (_, i) => (i % K === 2 ? 1 : 0));
    for (const target of [oneHot, spread(3 * K, 2).map(Math.abs)]) {
      const { gradient } = crossEntropyReference(logits, target, K);
      expectGradient(gradient, logits, [1, 1, 1], () => crossEntropyReference(logits, target, K).loss);
    }
  });

  it("dropout, with the same mask and scale", () => {
    const options = { rate: 0.4, seed: 1, layer: 0, step: 0, sample: 0, count: 50 };
    const mask = (values: Float64Array) => {
      const kept = dropoutReference(options);
      return values.map((value, i) => (kept[i] ? value / (1 - options.rate) : 0));
    };
    const [x, dy] = [spread(50, 1), spread(50, 2)];
    expectGradient(mask(dy!), x!, dy!, () => mask(x!));
  });

  it("rescaling: dx = dy · scale", () => {
    const [x, dy] = [spread(10, 1), spread(10, 2)];
    const dx = dy!.map((value) => value / 255);
    expectGradient(dx, x!, dy!, () => x!.map((value) => value / 255 - 1));
  });
});

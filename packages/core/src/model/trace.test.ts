import { afterEach, describe, expect, it } from "vitest";
import { sizeOf } from "../base/shape.js";
import {
  Activation,
  Add,
  Conv2D,
  Dense,
  Dropout,
  Flatten,
  GlobalAveragePooling2D,
  input,
  MaxPooling2D,
  RandomFlip,
  Rescaling,
} from "../layers/index.js";
import { Input } from "../network/input.js";
import type { Network } from "../network/network.js";
import { expectClose } from "../ops/op-lab.testing.js";
import { Model } from "./model.js";
import { Sequential } from "./sequential.js";
import { asFloats, tinyCnn, tinyImages } from "./tiny-model.testing.js";
import { Trace } from "./trace.js";

const open: { close?(): void; dispose?(): void }[] = [];
afterEach(() => {
  for (const one of open.splice(0)) {
    one.close?.();
    one.dispose?.();
  }
});
async function traceOf(model: Model): Promise<Trace> {
  model.compile({ threads: 2 });
  const trace = await Trace.open(model, { threads: 2 });
  open.push(model, trace);
  return trace;
}

/** A graph that branches: the first convolution's output is added to a convolution of itself. */
function branched(): Model {
  const x = input([6, 5, 1]);
  const scaled = new Rescaling(1 / 255).apply(x);
  const flipped = new RandomFlip().apply(scaled);
  const a = new Conv2D(4, 3, { padding: "same", activation: "tanh", name: "a" }).apply(flipped);
  const dropped = new Dropout(0.5).apply(a);
  const b = new Conv2D(4, 3, { padding: "same", activation: "sigmoid", name: "b" }).apply(dropped);
  const sum = new Add({ name: "sum" }).apply([dropped, b]);
  const pooled = new GlobalAveragePooling2D().apply(sum);
  const outputs = new Dense(3, { activation: "softmax", name: "head" }).apply(pooled);
  return new Model({ inputs: x, outputs });
}

describe("Trace", () => {
  it("returns the model's own outputs, for bytes and floats, over several batches", async () => {
    const model = tinyCnn();
    const trace = await traceOf(model);
    const samples = tinyImages(70);
    const expected = await model.predict(samples);
    for (const images of [samples, asFloats(samples)]) {
      const { values, gradient } = await trace.run(images, { layers: ["dense", "conv2d"] });
      expectClose(values.get("dense")!, expected);
      expect(values.get("conv2d")!.length).toBe(70 * 6 * 6 * 8);
      expect(gradient).toBeUndefined();
    }
  });

  it("uses the current weights", async () => {
    const model = tinyCnn();
    const trace = await traceOf(model);
    const samples = tinyImages(3);
    await trace.run(samples, { layers: ["dense"] });
    model.layers.at(-1)!.weights[0]!.values.fill(0);
    const { values } = await trace.run(samples, { layers: ["dense"] });
    for (const value of values.get("dense")!) expect(value).toBeCloseTo(1 / 3, 6);
  });

  it.each(["a", "b", "sum"])(
    "returns the gradient of finite differences with respect to %s",
    async (layer) => {
      const trace = await traceOf(branched());
      const { model } = trace;
      const pixels = Float32Array.from({ length: 2 * 30 }, (_, index) => (index * 37) % 256);
      const samples = { images: pixels, count: 2, shape: [6, 5, 1] };
      const outputs = Float32Array.from([1, 0, -2, 0.5, 1, 0]);
      const traced = await trace.run(samples, { layers: [layer, "b", "a"], gradient: { layer, outputs } });
      const [a, b] = ["a", "b"].map((name) => traced.values.get(name)!);
      const size = sizeOf([6, 5, 4]);
      // In f64: the model from this layer on; the shortcut is constant if the layer is b.
      const expected: number[] = [];
      for (let n = 0; n < 2; n++) {
        const own = (values: Float32Array) => Float64Array.from(values.subarray(n * size, (n + 1) * size));
        const at = layer === "a" ? own(a!) : layer === "b" ? own(b!) : own(traced.values.get("sum")!);
        const score = () => {
          const sum =
            layer === "sum"
              ? at
              : layer === "b"
                ? at.map((v, i) => v + own(a!)[i]!)
                : withConvolution(model, at);
          return scoreOf(model, sum, outputs.subarray(3 * n, 3 * n + 3));
        };
        at.forEach((value, index) => {
          at[index] = value + 1e-5;
          const above = score();
          at[index] = value - 1e-5;
          const below = score();
          at[index] = value;
          expected.push((above - below) / 2e-5);
        });
      }
      expectClose(traced.gradient!, expected, 1e-5);
    },
  );

  it("passes gradients back through pooling and ReLU to the winners only", async () => {
    const trace = await traceOf(tinyCnn());
    const outputs = Float32Array.from([0, 1, 0]);
    const request = { layers: ["conv2d_1"], gradient: { layer: "conv2d_1", outputs } };
    const { values, gradient } = await trace.run(tinyImages(1), request);
    const [conv, dx] = [values.get("conv2d_1")!, gradient!];
    // 4×4×10, pooled by 2×2: at most one place of each window has a gradient, and only a positive one.
    for (let channel = 0; channel < 10; channel++) {
      for (const [row, column] of [
        [0, 0],
        [0, 2],
        [2, 0],
        [2, 2],
      ] as const) {
        const window = [0, 1].flatMap((r) => [0, 1].map((c) => ((row + r) * 4 + column + c) * 10 + channel));
        const top = Math.max(...window.map((at) => conv[at]!));
        for (const at of window) if (dx[at] !== 0) expect(conv[at]).toBe(top);
        expect(window.filter((at) => dx[at] !== 0).length).toBeLessThanOrEqual(1);
      }
    }
    expect(dx.some((value) => value !== 0)).toBe(true);
  });

  it("differentiates logits, whether softmax is an activation, a layer, or absent", async () => {
    const make = (ending: "in" | "layer" | "none") =>
      new Sequential([
        new Input([4, 4, 1]),
        new Conv2D(3, 3, { name: "conv" }),
        new MaxPooling2D(2),
        new Flatten(),
        new Dense(2, ending === "in" ? { activation: "softmax", name: "head" } : { name: "head" }),
        ...(ending === "layer" ? [new Activation("softmax")] : []),
      ]);
    const images = Float32Array.from({ length: 16 }, (_, index) => index % 5);
    const results: Float32Array[] = [];
    for (const ending of ["in", "layer", "none"] as const) {
      const model = make(ending);
      const trace = await Trace.open(model, { threads: 1 });
      open.push(trace);
      const gradient = { layer: "conv", outputs: Float32Array.from([1, 0]) };
      results.push((await trace.run({ images, count: 1, shape: [4, 4, 1] }, { gradient })).gradient!);
    }
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
    expect(results[0]!.some((value) => value !== 0)).toBe(true);
  });

  it("refuses unknown layers, gradients with respect to the last layer, and samples that do not fit", async () => {
    const trace = await traceOf(tinyCnn());
    const samples = tinyImages(2);
    await expect(trace.run(samples, { layers: ["conv3d"] })).rejects.toThrow(
      'getLayer: expected one of "rescaling", "conv2d", "conv2d_1", "max_pooling2d", "dropout", "flatten", "dense", received "conv3d". Did you mean "conv2d"?',
    );
    const outputs = new Float32Array(6);
    await expect(trace.run(samples, { gradient: { layer: "dense", outputs } })).rejects.toThrow(
      'Model "sequential": expected a layer that the outputs depend on, received "dense", which ends the model or does not lead to its outputs. Choose an earlier layer.',
    );
    await expect(
      trace.run(samples, { gradient: { layer: "conv2d", outputs: new Float32Array(3) } }),
    ).rejects.toThrow("Trace: expected 3 output weights for each of 2 samples, received 3 in all.");
    await expect(trace.run({ ...samples, shape: [8, 4, 2] }, {})).rejects.toThrow(
      "Trace: expected images of 8×8×1, received images of 8×4×2.",
    );
    // It still works.
    expect((await trace.run(samples, { layers: ["dense"] })).values.get("dense")!.length).toBe(6);
  });
});

/** a + sigmoid(conv(a)) in f64, a [6, 5, 4]. */
function withConvolution(model: Network, a: Float64Array): Float64Array {
  const [kernel, bias] = model.getLayer("b").weights;
  return a.map((value, at) => {
    const [k, column, row] = [at % 4, Math.floor(at / 4) % 5, Math.floor(at / 20)];
    let sum = bias!.values[k]!;
    for (let r = 0; r < 3; r++) {
      for (let s = 0; s < 3; s++) {
        const [y, x] = [row + r - 1, column + s - 1];
        if (y < 0 || y >= 6 || x < 0 || x >= 5) continue;
        for (let c = 0; c < 4; c++)
          sum += a[(y * 5 + x) * 4 + c]! * kernel!.values[((r * 3 + s) * 4 + c) * 4 + k]!;
      }
    }
    return value + 1 / (1 + Math.exp(-sum));
  });
}

/** The sum of the head's logits times `weights` in f64, for the sum's output [6, 5, 4]. */
function scoreOf(model: Network, sum: Float64Array, weights: Float32Array): number {
  const [kernel, bias] = model.getLayer("head").weights;
  let score = 0;
  for (let unit = 0; unit < 3; unit++) {
    let logit = bias!.values[unit]!;
    sum.forEach((value, at) => {
      logit += (value / 30) * kernel!.values[(at % 4) * 3 + unit]!;
    });
    score += weights[unit]! * logit;
  }
  return score;
}

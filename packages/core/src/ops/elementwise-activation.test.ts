import { readFile } from "node:fs/promises";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Random } from "../base/random.js";
import { sizeOf } from "../base/shape.js";
import { type ElementwiseActivation, numberedActivations } from "./elementwise-activation.js";
import { activationReference } from "./elementwise-activation.reference.js";
import { onEachVariant, runChain, sixteenths } from "./op-lab.testing.js";

const names: readonly ElementwiseActivation[] = [...numberedActivations, "tanh", "sigmoid"];

/** Their slopes are computed from their outputs, which round to 1: exact to a float's step there, not to their own size. */
const fromOutput: readonly ElementwiseActivation[] = ["tanh", "sigmoid"];

const cases = fc.record({
  activation: fc.constantFrom(...names),
  shape: fc.oneof(
    fc.tuple(fc.integer({ min: 1, max: 9 })),
    fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 }), fc.constantFrom(1, 3, 5)),
  ),
  samples: fc.integer({ min: 1, max: 5 }),
  left: fc.integer({ min: 0, max: 3 }),
  shards: fc.integer({ min: 1, max: 4 }),
  seed: fc.nat(1_000_000),
});

onEachVariant("elementwise activations", (engine) => {
  it("have their twins' values and slopes, tails included", async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ activation, shape, samples, left, shards, seed }) => {
        const x = sixteenths(samples * sizeOf(shape), seed).map((value) => 3 * value);
        const dy = sixteenths(x.length, seed + 1).map((value) => value + 1 / 32);
        const { y, dx } = await runChain(engine(), {
          nodes: [{ op: "activation", owner: "activation", activation }],
          shape,
          x,
          dy,
          samples,
          batchSize: samples + left,
          shards,
        });
        const { value, slope } = activationReference[activation];
        x.forEach((at, i) => {
          expect(Math.abs(y[i]! - value(at))).toBeLessThanOrEqual(3e-7 * Math.abs(value(at)));
          expect(Math.abs(dx[i]! - dy[i]! * slope(at))).toBeLessThanOrEqual(3e-7);
        });
      }),
      { numRuns: 100 },
    );
  });
});

type Kernels = Record<string, (...args: number[]) => void>;

/** The kernels themselves, without an engine: values and slopes of many floats at once. */
async function kernels(build: string) {
  const bytes = await readFile(new URL(`../kernels/${build}.wasm`, import.meta.url));
  const memory = new WebAssembly.Memory({ initial: 64, maximum: 32768 });
  const { instance } = await WebAssembly.instantiate(bytes, { env: { memory } });
  const run = instance.exports as unknown as Kernels;
  const count = (64 * 65536) / 16;
  const place = (index: number, length: number) => new Float32Array(memory.buffer, 4 * count * index, length);
  return (name: ElementwiseActivation, x: Float32Array) => {
    place(0, x.length).set(x);
    place(1, x.length).fill(1);
    const [from, dy, y, dx] = [0, 4 * count, 8 * count, 12 * count] as const;
    if (name === "tanh" || name === "sigmoid") {
      run[`${name}Forward`]!(y, from, 1, x.length);
      run[`${name}Backward`]!(dx, dy, y, 1, x.length);
    } else {
      const kind = numberedActivations.indexOf(name);
      const alpha = name === "leakyRelu" ? 0.2 : 1;
      run["activationForward"]!(y, from, 1, x.length, kind, alpha);
      run["activationBackward"]!(dx, dy, from, 1, x.length, kind, alpha);
    }
    return { y: place(2, x.length).slice(), slopes: place(3, x.length).slice() };
  };
}

const words = new Int32Array(1);
const float = new Float32Array(words.buffer);

/** A float's rank among all floats: neighbours differ by 1. */
function place(value: number): number {
  float[0] = value;
  return words[0]! < 0 ? -(words[0]! & 0x7fffffff) : words[0]!;
}

/** The largest error in floats: how many lie between a result and the true value, which f64 holds to many more digits. */
function worstUlps(actual: Float32Array, x: Float32Array, exact: (x: number) => number): number {
  return actual.reduce((worst, value, i) => Math.max(worst, Math.abs(place(value) - place(exact(x[i]!)))), 0);
}

/** Floats over the whole range: of every magnitude down to denormals, and dense where functions bend. */
const arguments_ = (() => {
  const random = new Random(1, "split");
  const dense = Float32Array.from({ length: 120_000 }, () => (2 * random.uniform() - 1) ** 3 * 110);
  const sizes = Float32Array.from({ length: 2 * 30_000 }, (_, i) => {
    words[0] = (i >> 1) * 71_000;
    return i % 2 === 0 ? float[0]! : -float[0]!;
  });
  return Float32Array.from([...dense, ...sizes].filter(Number.isFinite));
})();

describe.each(["strict", "fma"])("elementwise activations on %s kernels:", (build) => {
  it.each(names)("%s is within 2 ulp over the whole range", async (name) => {
    const { y } = (await kernels(build))(name, arguments_);
    expect(worstUlps(y, arguments_, activationReference[name].value)).toBeLessThanOrEqual(2);
  });

  it.each(numberedActivations)("the slope of %s is within 4 ulp over the whole range", async (name) => {
    const { slopes } = (await kernels(build))(name, arguments_);
    expect(worstUlps(slopes, arguments_, activationReference[name].slope)).toBeLessThanOrEqual(4);
  });

  it.each(fromOutput)(
    "the slope of %s, from its output, is within 2^-22 over the whole range",
    async (name) => {
      const { slopes } = (await kernels(build))(name, arguments_);
      const errors = slopes.map((slope, i) =>
        Math.abs(slope - activationReference[name].slope(arguments_[i]!)),
      );
      expect(errors.reduce((worst, error) => Math.max(worst, error))).toBeLessThanOrEqual(2 ** -22);
    },
  );

  it("an element has the same bits wherever it is in the array", async () => {
    const run = await kernels(build);
    const x = sixteenths(13, 3);
    for (const name of names) {
      const whole = run(name, x);
      x.forEach((value, i) => {
        const alone = run(name, Float32Array.of(value));
        expect([alone.y[0], alone.slopes[0]]).toEqual([whole.y[i], whole.slopes[i]]);
      });
    }
  });

  it("NaN stays NaN, and the largest floats stay finite", async () => {
    const run = await kernels(build);
    for (const name of names) {
      const { y, slopes } = run(name, Float32Array.of(Number.NaN, 2 ** 127, -(2 ** 127)));
      const { value, slope } = activationReference[name];
      expect(y[0], name).toBeNaN();
      for (const [i, x] of [2 ** 127, -(2 ** 127)].entries()) {
        expect(y[i + 1] === Math.fround(value(x)), name).toBe(true);
        expect(slopes[i + 1] === Math.fround(slope(x)), name).toBe(true);
      }
    }
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Random } from "../base/random.js";
import { Engine } from "../engine/engine.js";
import { conv2dBackwardReference, conv2dReference } from "./conv2d.reference.js";
import { type Conv2DGeometry, conv2dGeometry, conv2dMacs } from "./conv2d-geometry.js";
import {
  closeOrZero,
  expectClose,
  onEachVariant,
  runChain,
  sixteenths,
  weightOf,
  weightWith,
} from "./op-lab.testing.js";
import { winogradPasses } from "./winograd.js";

interface Case {
  readonly input: readonly [number, number, number];
  readonly filters: number;
  readonly kernelSize: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly dilationRate: readonly [number, number];
  readonly padding: "valid" | "same";
  readonly samples: number;
  readonly batchSize: number;
  readonly shards: number;
  readonly bias: boolean;
  readonly relu: boolean;
  readonly seed: number;
}

const axis = { window: fc.integer({ min: 1, max: 4 }), stride: fc.integer({ min: 1, max: 3 }) };
const pair = <T>(of: fc.Arbitrary<T>) => fc.tuple(of, of);
const common = {
  padding: fc.constantFrom("valid" as const, "same" as const),
  samples: fc.integer({ min: 1, max: 9 }),
  left: fc.integer({ min: 0, max: 3 }),
  shards: fc.integer({ min: 1, max: 4 }),
  bias: fc.boolean(),
  relu: fc.boolean(),
  seed: fc.nat(1_000_000),
};
/** Cases for the direct kernels: any window, stride and dilation, with few channels. */
const direct: fc.Arbitrary<Case> = fc
  .record({
    ...common,
    extra: pair(fc.integer({ min: 0, max: 7 })),
    C: fc.constantFrom(1, 3, 5),
    filters: fc.constantFrom(1, 3, 8, 10, 17),
    kernelSize: pair(axis.window),
    strides: pair(axis.stride),
    dilationRate: pair(fc.integer({ min: 1, max: 2 })),
  })
  .map(({ extra, C, left, ...rest }) => {
    const [R, S] = rest.kernelSize;
    const [dilationH, dilationW] = rest.dilationRate;
    const H = (R - 1) * dilationH + 1 + extra[0];
    const W = (S - 1) * dilationW + 1 + extra[1];
    return { ...rest, input: [H, W, C] as const, batchSize: rest.samples + left };
  });

/** Cases for the kernel of one channel, with partial tiles. */
const oneChannel: fc.Arbitrary<Case> = fc
  .record({
    ...common,
    outputs: pair(fc.integer({ min: 1, max: 9 })),
    window: pair(fc.integer({ min: 1, max: 5 })),
    filters: fc.constantFrom(1, 3, 8, 10, 16, 17),
  })
  .map(({ outputs: [P, Q], window: [R, S], left, ...rest }) => {
    const window = { kernelSize: [R, S], strides: [1, 1], dilationRate: [1, 1] } as const;
    return { ...rest, ...window, input: [P + R - 1, Q + S - 1, 1], batchSize: rest.samples + left };
  });

/** Cases for Winograd's algorithm, in all passes or some: whole and partial tiles, and blocks of channels. */
const transformed: fc.Arbitrary<Case> = fc
  .record({
    ...common,
    outputs: pair(fc.integer({ min: 1, max: 13 })),
    C: fc.constantFrom(8, 9, 11, 16),
    filters: fc.constantFrom(8, 10, 16, 17),
  })
  .map(({ outputs: [P, Q], C, left, ...rest }) => {
    const around = rest.padding === "valid" ? 2 : 0;
    const window = { kernelSize: [3, 3], strides: [1, 1], dilationRate: [1, 1] } as const;
    return { ...rest, ...window, input: [P + around, Q + around, C], batchSize: rest.samples + left };
  });

/** Rounding decides a ReLU that is closer to zero than this: the test passes such a unit no gradient. */
const UNDECIDED = 1e-3;

/** The twins of a convolution with or without ReLU; `given` is the output gradient for both sides. */
function reference(
  g: Conv2DGeometry,
  c: Case,
  x: Float32Array,
  w: Float32Array,
  b: Float32Array | undefined,
  dy: Float32Array,
) {
  const y = conv2dReference(g, c.samples, x, w, b);
  if (!c.relu) return { y, given: dy, ...conv2dBackwardReference(g, c.samples, x, w, dy) };
  const given = dy.map((value, index) => (Math.abs(y[index]!) > UNDECIDED ? value : 0));
  const passed = given.map((value, index) => (y[index]! > 0 ? value : 0));
  const gradients = conv2dBackwardReference(g, c.samples, x, w, passed);
  return { y: y.map((value) => Math.max(0, value)), given, ...gradients };
}

onEachVariant("conv2d", (engine) => {
  const check = async (c: Case) => {
    const geometry = conv2dGeometry(c.input, { who: "test", ...c });
    const { R, S, C, K, P, Q, H, W } = geometry;
    const kernel = weightOf("kernel", [R, S, C, K], c.seed + 1);
    const bias = c.bias ? weightOf("bias", [K], c.seed + 2) : undefined;
    const x = sixteenths(c.samples * H * W * C, c.seed + 3).map((value) => value + 1 / 32);
    const dy = sixteenths(c.samples * P * Q * K, c.seed + 4).map((value) => value + 1 / 32);
    for (let i = 0; i < kernel.values.length; i++) kernel.values[i]! += 1 / 32;
    const { samples, batchSize, shards } = c;
    const nodes = [{ op: "conv2d", owner: "conv", geometry, kernel, bias, relu: c.relu }] as const;
    const expected = reference(geometry, c, x, kernel.values, bias?.values, dy);
    const actual = await runChain(engine(), {
      nodes,
      shape: c.input,
      x,
      dy: expected.given,
      samples,
      batchSize,
      shards,
    });
    closeOrZero(actual.y, expected.y);
    closeOrZero(actual.dx, expected.dx);
    if (bias) closeOrZero(actual.gradient(bias), expected.db);
    return closeOrZero(actual.gradient(kernel), expected.dw);
  };

  it.each([
    ["directly", direct],
    ["from one channel", oneChannel],
    ["by Winograd's algorithm", transformed],
  ])("has its twin's outputs and gradients over random shapes, computed %s", async (_, cases) => {
    let passed = 0;
    const property = fc.asyncProperty(cases, async (c) => {
      passed += Number(await check(c));
    });
    await fc.assert(property, { numRuns: 80 });
    // With ReLU, a tiny case may have no positive output; few have none.
    expect(passed).toBeGreaterThan(60);
  });

  it.each([
    ["the study's first layer", { input: [12, 12, 1], filters: 16, kernelSize: [3, 3] }],
    ["the study's second layer", { input: [8, 8, 16], filters: 32, kernelSize: [3, 3] }],
    ["a 1×1 window", { input: [5, 7, 5], filters: 17, kernelSize: [1, 1] }],
    ["a window of the whole image", { input: [4, 3, 3], filters: 10, kernelSize: [4, 3] }],
    ["enough filters for the kernel to be packed", { input: [6, 7, 5], filters: 67, kernelSize: [3, 2] }],
    ["more pixels than one block holds", { input: [19, 18, 3], filters: 12, kernelSize: [2, 2] }],
    ["a stride with many channels", { input: [9, 8, 10], filters: 17, kernelSize: [3, 3], strides: [2, 2] }],
    ["a stride longer than the input", { input: [2, 3, 3], filters: 5, kernelSize: [1, 2], strides: [4, 5] }],
    [
      "strides larger than the window",
      { input: [10, 11, 3], filters: 3, kernelSize: [2, 2], strides: [3, 3] },
    ],
    [
      "strides with same padding",
      { input: [9, 8, 3], filters: 9, kernelSize: [4, 4], strides: [2, 3], padding: "same" },
    ],
    [
      "dilation with same padding",
      { input: [9, 8, 3], filters: 9, kernelSize: [3, 3], dilationRate: [2, 2], padding: "same" },
    ],
  ] satisfies [string, Partial<Case>][])("handles %s", async (_, c) => {
    const whole = {
      input: [1, 1, 1],
      filters: 1,
      kernelSize: [1, 1],
      strides: [1, 1],
      dilationRate: [1, 1],
      padding: "valid",
      samples: 5,
      batchSize: 7,
      shards: 3,
      bias: true,
      relu: true,
      seed: 9,
      ...(c as Partial<Case>),
    } as Case;
    expect(await check(whole)).toBe(true);
  });

  it("keeps Winograd's rounding within 2e-5 of the largest value, with 64 channels at 14 × 14", async () => {
    const shape = [14, 14, 64] as const;
    const window = { kernelSize: [3, 3], strides: [1, 1], dilationRate: [1, 1] } as const;
    const geometry = conv2dGeometry(shape, { who: "test", filters: 64, ...window, padding: "same" });
    expect(winogradPasses(geometry)).toEqual({ forward: true, kernelGradient: true, inputGradient: true });
    const random = new Random(3, "split");
    const values = (count: number) => Float32Array.from({ length: count }, () => 2 * random.uniform() - 1);
    const kernel = weightWith("kernel", [3, 3, 64, 64], values(9 * 64 * 64));
    const samples = 3;
    const x = values(samples * 14 * 14 * 64);
    const dy = values(samples * 14 * 14 * 64);
    const nodes = [{ op: "conv2d", owner: "conv", geometry, kernel, bias: undefined, relu: false }] as const;
    const actual = await runChain(engine(), { nodes, shape, x, dy, samples });
    const expected = conv2dBackwardReference(geometry, samples, x, kernel.values, dy);
    expectClose(actual.y, conv2dReference(geometry, samples, x, kernel.values), 2e-5);
    expectClose(actual.dx, expected.dx, 2e-5);
    expectClose(actual.gradient(kernel), expected.dw, 2e-5);
  });
});

describe("conv2d on any number of threads", () => {
  const layer = { who: "test", filters: 17, kernelSize: [3, 3], dilationRate: [1, 1] } as const;
  it.each([
    ["by Winograd's algorithm", [1, 1]],
    ["with a stride", [2, 3]],
  ] as const)("computes the same bits %s", async (_, strides) => {
    const shape = [9, 10, 12] as const;
    const geometry = conv2dGeometry(shape, { ...layer, strides, padding: "same" });
    const kernel = weightOf("kernel", [3, 3, 12, 17], 1);
    const nodes = [{ op: "conv2d", owner: "conv", geometry, kernel, bias: undefined, relu: true }] as const;
    const samples = 11;
    const x = sixteenths(samples * 9 * 10 * 12, 2).map((value) => value / 3);
    const run = async (threads: number) => {
      const engine = await Engine.create({ threads });
      const dy = sixteenths(samples * geometry.P * geometry.Q * 17, 3);
      const result = await runChain(engine, { nodes, shape, x, dy, samples, shards: 4 });
      await engine.close();
      return { y: result.y, dx: result.dx, dw: result.gradient(kernel) };
    };
    const one = await run(1);
    for (const threads of [2, 3]) expect(await run(threads)).toEqual(one);
  });
});

describe("winogradPasses", () => {
  const layer = { who: "test", kernelSize: [3, 3], strides: [1, 1], dilationRate: [1, 1] } as const;
  const passes = (
    input: readonly [number, number, number],
    filters: number,
    changes: Partial<Parameters<typeof conv2dGeometry>[1]> = {},
  ) => winogradPasses(conv2dGeometry(input, { ...layer, padding: "valid", filters, ...changes }));
  const all = { forward: true, kernelGradient: true, inputGradient: true };
  const none = { forward: false, kernelGradient: false, inputGradient: false };

  it("is for 3×3 windows at every pixel, with enough channels", () => {
    expect(passes([14, 14, 16], 8)).toEqual(all);
    expect(passes([14, 14, 8], 8)).toEqual(none);
    expect(passes([14, 14, 4], 64)).toEqual(none);
    expect(passes([14, 14, 16], 16, { strides: [1, 2] })).toEqual(none);
    expect(passes([14, 14, 16], 16, { dilationRate: [2, 1] })).toEqual(none);
    expect(passes([14, 14, 16], 16, { kernelSize: [3, 5] })).toEqual(none);
  });

  it("leaves outputs that would fill few of their tiles to the direct kernels", () => {
    expect(passes([3, 3, 16], 16)).toEqual({ ...none, inputGradient: true });
    expect(passes([5, 5, 16], 16)).toEqual({ ...all, inputGradient: false });
  });

  it("excludes kernel gradients whose sums would be huge", () => {
    expect(passes([9, 9, 512], 512)).toEqual({ ...all, kernelGradient: false });
  });
});

describe("conv2dGeometry", () => {
  const options = {
    who: "Conv2D",
    filters: 4,
    kernelSize: [3, 3],
    strides: [1, 1],
    dilationRate: [1, 1],
  } as const;

  it("counts window positions and padding, with the odd zero at the end", () => {
    const even = { ...options, kernelSize: [2, 3], strides: [2, 2], padding: "same" } as const;
    expect(conv2dGeometry([5, 6, 1], even)).toMatchObject({
      P: 3,
      Q: 3,
      top: 0,
      paddedH: 6,
      left: 0,
      paddedW: 7,
    });
    expect(conv2dGeometry([7, 6, 2], { ...options, dilationRate: [3, 2], padding: "valid" })).toMatchObject({
      P: 1,
      Q: 2,
    });
  });

  it("determines the multiply-adds", () => {
    // The study's second layer: 24 × 24 pixels × 32 channels × 3 × 3 × 16 inputs.
    const geometry = conv2dGeometry([26, 26, 16], { ...options, filters: 32, padding: "valid" });
    expect(conv2dMacs(geometry)).toBe(2_654_208);
  });

  it("names the layer, the axis and both sizes when the kernel does not fit", () => {
    expect(() => conv2dGeometry([8, 2, 1], { ...options, padding: "valid" })).toThrow(
      'Conv2D: expected an input of width at least 3, received width 2. Use padding "same", a smaller window, or a larger input.',
    );
    expect(() => conv2dGeometry([4, 8, 1], { ...options, dilationRate: [2, 1], padding: "valid" })).toThrow(
      "expected an input of height at least 5, received height 4.",
    );
    expect(() => conv2dGeometry([64], { ...options, padding: "valid" })).toThrow(
      "Conv2D: expected an input [batch, height, width, channels], received [batch, 64]. Pass images that are not flattened.",
    );
  });
});

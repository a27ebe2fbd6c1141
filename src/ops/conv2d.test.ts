import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Conv2DGeometry,
  conv2dBackwardReference,
  conv2dGeometry,
  conv2dMacs,
  conv2dReference,
} from "./conv2d.js";
import { closeOrZero, onEachVariant, runChain, sixteenths, weightOf } from "./op-lab.testing.js";

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
const cases: fc.Arbitrary<Case> = fc
  .record({
    extra: pair(fc.integer({ min: 0, max: 7 })),
    C: fc.constantFrom(1, 3, 5),
    filters: fc.constantFrom(1, 3, 8, 10, 17),
    kernelSize: pair(axis.window),
    strides: pair(axis.stride),
    dilationRate: pair(fc.integer({ min: 1, max: 2 })),
    padding: fc.constantFrom("valid" as const, "same" as const),
    samples: fc.integer({ min: 1, max: 5 }),
    left: fc.integer({ min: 0, max: 3 }),
    shards: fc.integer({ min: 1, max: 4 }),
    bias: fc.boolean(),
    relu: fc.boolean(),
    seed: fc.nat(1_000_000),
  })
  .map(({ extra, C, left, ...rest }) => {
    const [R, S] = rest.kernelSize;
    const [dilationH, dilationW] = rest.dilationRate;
    const H = (R - 1) * dilationH + 1 + extra[0];
    const W = (S - 1) * dilationW + 1 + extra[1];
    return { ...rest, input: [H, W, C] as const, batchSize: rest.samples + left };
  });

/** The twins of a convolution with ReLU or none. */
function reference(
  g: Conv2DGeometry,
  c: Case,
  x: Float32Array,
  w: Float32Array,
  b: Float32Array | undefined,
  dy: Float32Array,
) {
  const y = conv2dReference(g, c.samples, x, w, b);
  if (!c.relu) return { y, ...conv2dBackwardReference(g, c.samples, x, w, dy) };
  const passed = dy.map((value, index) => (y[index]! > 0 ? value : 0));
  return { y: y.map((value) => Math.max(0, value)), ...conv2dBackwardReference(g, c.samples, x, w, passed) };
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
    const actual = await runChain(engine(), { nodes, shape: c.input, x, dy, samples, batchSize, shards });
    const expected = reference(geometry, c, x, kernel.values, bias?.values, dy);
    closeOrZero(actual.y, expected.y);
    closeOrZero(actual.dx, expected.dx);
    if (bias) closeOrZero(actual.gradient(bias), expected.db);
    return closeOrZero(actual.gradient(kernel), expected.dw);
  };

  it("gives its twin's outputs and gradients over random shapes", async () => {
    let passed = 0;
    const property = fc.asyncProperty(cases, async (c) => {
      passed += Number(await check(c));
    });
    await fc.assert(property, { numRuns: 80 });
    // With ReLU a tiny case may have no positive output at all, but not many have.
    expect(passed).toBeGreaterThan(60);
  });

  it.each([
    ["the study's first layer", { input: [12, 12, 1], filters: 16, kernelSize: [3, 3] }],
    ["the study's second layer", { input: [8, 8, 16], filters: 32, kernelSize: [3, 3] }],
    ["a pixel's own channels", { input: [5, 7, 5], filters: 17, kernelSize: [1, 1] }],
    ["a kernel of the whole image", { input: [4, 3, 3], filters: 10, kernelSize: [4, 3] }],
    ["steps larger than the window", { input: [10, 11, 3], filters: 3, kernelSize: [2, 2], strides: [3, 3] }],
    [
      "steps and zeros around",
      { input: [9, 8, 3], filters: 9, kernelSize: [4, 4], strides: [2, 3], padding: "same" },
    ],
    [
      "holes and zeros around",
      { input: [9, 8, 3], filters: 9, kernelSize: [3, 3], dilationRate: [2, 2], padding: "same" },
    ],
  ] satisfies [string, Partial<Case>][])("handles %s", async (_, c) => {
    const whole = {
      ...{
        input: [1, 1, 1],
        filters: 1,
        kernelSize: [1, 1],
        strides: [1, 1],
        dilationRate: [1, 1],
        padding: "valid",
      },
      ...{ samples: 5, batchSize: 7, shards: 3, bias: true, relu: true, seed: 9 },
      ...(c as Partial<Case>),
    } as Case;
    expect(await check(whole)).toBe(true);
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

  it("counts the positions of the window and the zeros around, the odd one behind", () => {
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

  it("counts the multiply-adds", () => {
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
      "Conv2D: expected an input [batch, height, width, channels], received [batch, 64]. Give it images, not flattened ones.",
    );
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { conv2dBackwardReference, conv2dReference } from "./conv2d.reference.js";
import { conv2dGeometry } from "./conv2d-geometry.js";
import { expectGradient } from "./finite-differences.testing.js";
import { groupedConv2DBackwardReference, groupedConv2DReference } from "./grouped-conv2d.reference.js";
import { nodeMacs, type OpNode } from "./node.js";
import { closeOrZero, onEachVariant, runChain, sixteenths, weightOf } from "./op-lab.testing.js";

interface Case {
  /** Channels and filters of each group. */
  readonly c: number;
  readonly k: number;
  readonly groups: number;
  readonly depthwise: boolean;
  readonly kernelSize: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly dilationRate: readonly [number, number];
  readonly extra: readonly [number, number];
  readonly padding: "valid" | "same";
  readonly samples: number;
  readonly left: number;
  readonly shards: number;
  readonly bias: boolean;
  readonly relu: boolean;
  readonly seed: number;
}

const size = (max: number) => fc.integer({ min: 1, max });
const pair = <T>(of: fc.Arbitrary<T>) => fc.tuple(of, of);
const common = {
  kernelSize: pair(size(4)),
  strides: pair(size(3)),
  dilationRate: pair(size(2)),
  extra: pair(fc.integer({ min: 0, max: 8 })),
  padding: fc.constantFrom("valid" as const, "same" as const),
  samples: size(4),
  left: fc.integer({ min: 0, max: 3 }),
  shards: size(4),
  bias: fc.boolean(),
  relu: fc.boolean(),
  seed: fc.nat(1_000_000),
};
const depthwise: fc.Arbitrary<Case> = fc.record({
  ...common,
  c: fc.constant(1),
  k: fc.constantFrom(1, 1, 2, 3),
  groups: fc.constantFrom(1, 2, 3, 4, 5, 7, 8, 9, 12, 16, 19),
  depthwise: fc.constant(true),
});
const grouped: fc.Arbitrary<Case> = fc.record({
  ...common,
  c: fc.constantFrom(1, 2, 3, 5, 8),
  k: fc.constantFrom(1, 2, 3, 8, 9),
  groups: fc.constantFrom(1, 2, 3, 4),
  depthwise: fc.constant(false),
});

function prepare({ c, k, groups, depthwise, kernelSize, extra, bias, ...rest }: Case) {
  const [R, S] = kernelSize;
  const H = (R - 1) * rest.dilationRate[0] + 1 + extra[0];
  const W = (S - 1) * rest.dilationRate[1] + 1 + extra[1];
  const shape = [H, W, c * groups];
  const options = { who: "test", filters: k * groups, kernelSize, ...rest };
  const geometry = conv2dGeometry(shape, options);
  const kernel = weightOf("kernel", depthwise ? [R, S, groups, k] : [R, S, c, k * groups], rest.seed);
  const weights = { kernel, bias: bias ? weightOf("bias", [k * groups], rest.seed + 1) : undefined };
  const node: OpNode = depthwise
    ? { op: "depthwiseConv2d", owner: "conv", geometry, relu: rest.relu, ...weights }
    : { op: "groupedConv2d", owner: "conv", geometry, groups, relu: rest.relu, ...weights };
  const x = sixteenths(rest.samples * H * W * c * groups, rest.seed + 2);
  const dy = sixteenths(rest.samples * geometry.P * geometry.Q * geometry.K, rest.seed + 3);
  return { shape, geometry, node, x, dy, ...weights };
}

onEachVariant("grouped and depthwise convolutions", (engine) => {
  let compared = 0;
  const check = async (example: Case) => {
    const { samples, left, shards, groups, relu } = example;
    const { shape, geometry, node, x, dy, kernel, bias } = prepare(example);
    const batch = { samples, batchSize: samples + left, shards };
    const actual = await runChain(engine(), { nodes: [node], shape, x, dy, ...batch });
    const y = groupedConv2DReference([geometry, groups], samples, x, kernel.values, bias?.values);
    // Sums of sixteenths are exact, so rounding does not decide where y is positive.
    const passed = Array.from(dy, (value, i) => (relu && y[i]! <= 0 ? 0 : value));
    const expected = groupedConv2DBackwardReference([geometry, groups], samples, x, kernel.values, passed);
    const results = [
      closeOrZero(actual.y, relu ? y.map((value) => Math.max(0, value)) : y),
      closeOrZero(actual.dx, expected.dx),
      closeOrZero(actual.gradient(kernel), expected.dw),
      bias ? closeOrZero(actual.gradient(bias), expected.db) : true,
    ];
    if (results.every(Boolean)) compared++;
  };

  it.each([
    ["depthwise", depthwise],
    ["in groups", grouped],
  ])("have their twin's outputs and gradients over random shapes: %s", async (_, cases) => {
    compared = 0;
    await fc.assert(fc.asyncProperty(cases, check), { numRuns: 120 });
    expect(compared).toBeGreaterThan(90);
  });

  it("have their twin's outputs and gradients at usual sizes", async () => {
    const usual = {
      samples: 5,
      left: 0,
      shards: 2,
      bias: true,
      relu: true,
      seed: 7,
      extra: [11, 12],
    } as const;
    const window = { kernelSize: [3, 3], strides: [2, 2], dilationRate: [1, 1], padding: "same" } as const;
    await check({ ...usual, ...window, c: 1, k: 1, groups: 33, depthwise: true });
    await check({ ...usual, ...window, strides: [1, 1], c: 1, k: 2, groups: 20, depthwise: true });
    await check({
      ...usual,
      ...window,
      kernelSize: [5, 5],
      strides: [1, 1],
      c: 16,
      k: 17,
      groups: 3,
      depthwise: false,
    });
  });
});

describe("groupedConv2DReference", () => {
  const example: Case = {
    c: 2,
    k: 3,
    groups: 2,
    depthwise: false,
    kernelSize: [2, 3],
    strides: [2, 1],
    dilationRate: [1, 1],
    extra: [3, 2],
    padding: "same",
    samples: 2,
    left: 0,
    shards: 1,
    bias: true,
    relu: false,
    seed: 3,
  };

  it("is the plain convolution for one group", () => {
    const { geometry, x, dy, kernel, bias } = prepare({ ...example, groups: 1 });
    const w = kernel.values;
    expect(groupedConv2DReference([geometry, 1], 2, x, w, bias?.values)).toEqual(
      conv2dReference(geometry, 2, x, w, bias?.values),
    );
    const { dx, dw, db } = conv2dBackwardReference(geometry, 2, x, w, dy);
    const actual = groupedConv2DBackwardReference([geometry, 1], 2, x, w, dy);
    expect(actual).toEqual({ dx, dw, db });
  });

  it("has the gradients of finite differences", () => {
    const { geometry, x, dy, kernel, bias } = prepare(example);
    const [inputs, w, b] = [x, kernel.values, bias!.values].map((values) => Float64Array.from(values));
    const twin = () => groupedConv2DReference([geometry, 2], 2, inputs!, w!, b!);
    const { dx, dw, db } = groupedConv2DBackwardReference([geometry, 2], 2, x, kernel.values, dy);
    expectGradient(dx, inputs!, dy, twin);
    expectGradient(dw, w!, dy, twin);
    expectGradient(db, b!, dy, twin);
  });
});

describe("nodeMacs", () => {
  it("counts only the channels that each filter reads", () => {
    const one: Case = {
      c: 2,
      k: 3,
      groups: 4,
      depthwise: false,
      kernelSize: [3, 3],
      strides: [1, 1],
      dilationRate: [1, 1],
      extra: [5, 5],
      padding: "same",
      samples: 1,
      left: 0,
      shards: 1,
      bias: true,
      relu: false,
      seed: 3,
    };
    expect(nodeMacs(prepare(one).node)).toBe(8 * 8 * 12 * 9 * 2);
    expect(nodeMacs(prepare({ ...one, c: 1, depthwise: true }).node)).toBe(8 * 8 * 12 * 9);
  });
});

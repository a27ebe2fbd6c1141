import fc from "fast-check";
import { expect, it } from "vitest";
import { denseBackwardReference, denseReference } from "./dense.reference.js";
import { closeOrZero, onEachVariant, runChain, sixteenths, weightOf } from "./op-lab.testing.js";

onEachVariant("dense", (engine) => {
  const check = async (c: {
    inputs: number;
    units: number;
    samples: number;
    left: number;
    shards: number;
    bias: boolean;
    relu: boolean;
    /** How many of eleven inputs are zero, as after ReLU; none by default. */
    zeros?: number;
    seed: number;
  }) => {
    const { inputs: I, units: O, samples: N, seed } = c;
    const kernel = weightOf("kernel", [I, O], seed + 1);
    const bias = c.bias ? weightOf("bias", [O], seed + 2) : undefined;
    const { zeros = 0 } = c;
    const isZero = (index: number) => zeros > 0 && (index * 7) % 11 < zeros;
    const x = sixteenths(N * I, seed + 3).map((value, index) => (isZero(index) ? 0 : value + 1 / 32));
    const dy = sixteenths(N * O, seed + 4).map((value) => value + 1 / 32);
    for (let i = 0; i < kernel.values.length; i++) kernel.values[i]! += 1 / 32;
    const actual = await runChain(engine(), {
      nodes: [{ op: "dense", owner: "dense", kernel, bias, relu: c.relu }],
      shape: [I],
      x,
      dy,
      samples: N,
      batchSize: N + c.left,
      shards: c.shards,
    });
    const sizes = [N, I, O] as const;
    const linear = denseReference(sizes, x, kernel.values, bias?.values);
    const passed = c.relu ? dy.map((value, i) => (linear[i]! > 0 ? value : 0)) : dy;
    const expected = denseBackwardReference(sizes, x, kernel.values, passed);
    closeOrZero(actual.y, c.relu ? linear.map((value) => Math.max(0, value)) : linear);
    closeOrZero(actual.dx, expected.dx);
    if (bias) closeOrZero(actual.gradient(bias), expected.db);
    return closeOrZero(actual.gradient(kernel), expected.dw);
  };

  it("has its twin's outputs and gradients over random sizes", async () => {
    const cases = fc.record({
      inputs: fc.integer({ min: 1, max: 100 }),
      // The input gradient sums over the units in rounds of eight: every remainder.
      units: fc.constantFrom(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 15, 41),
      zeros: fc.constantFrom(0, 3, 8, 11),
      samples: fc.integer({ min: 1, max: 9 }),
      left: fc.integer({ min: 0, max: 4 }),
      shards: fc.integer({ min: 1, max: 5 }),
      bias: fc.boolean(),
      relu: fc.boolean(),
      seed: fc.nat(1_000_000),
    });
    let passed = 0;
    const property = fc.asyncProperty(cases, async (c) => {
      passed += Number(await check(c));
    });
    await fc.assert(property, { numRuns: 80 });
    // A quarter of the cases have no input but zeros; a few more have no positive output for ReLU to pass.
    expect(passed).toBeGreaterThan(20);
  });

  it("handles enough units and inputs for the kernel to be packed", async () => {
    const wide = { inputs: 75, units: 101, samples: 18, left: 3, shards: 4, bias: true, relu: true };
    expect(await check({ ...wide, seed: 6 })).toBe(true);
  });

  // Enough inputs for the kernel's gradient to be cut into several tasks.
  it("handles the study's last layer at a batch of 64", async () => {
    const study = { inputs: 4608, units: 10, samples: 64, left: 0, shards: 16, bias: true, relu: false };
    expect(await check({ ...study, seed: 5 })).toBe(true);
  });
});

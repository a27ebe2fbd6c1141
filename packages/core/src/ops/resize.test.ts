import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { eachSample, mix, mixBackward } from "./mixing.testing.js";
import { closeOrZero, onEachVariant, runChain, sixteenths } from "./op-lab.testing.js";
import { interpolations } from "./random-affine.js";
import { windowOfAspect } from "./resize.js";
import { resizeReference } from "./resize.reference.js";

onEachVariant("resize", (engine) => {
  it("has its twin's outputs and gradients, for whole images and windows", async () => {
    const size = fc.integer({ min: 1, max: 9 });
    const cases = fc.record({
      shape: fc.tuple(size, size, fc.integer({ min: 1, max: 4 })),
      P: size,
      Q: size,
      cut: fc.tuple(fc.nat(100), fc.nat(100), fc.nat(100), fc.nat(100)),
      interpolation: fc.constantFrom(...interpolations),
      samples: fc.integer({ min: 1, max: 5 }),
    });
    let whole = 0;
    await fc.assert(
      fc.asyncProperty(cases, async ({ shape, P, Q, cut, interpolation, samples }) => {
        const [H, W, C] = shape;
        const [top, left] = [cut[0] % H, cut[1] % W];
        const window = { top, left, height: 1 + (cut[2] % (H - top)), width: 1 + (cut[3] % (W - left)) };
        const options = { window, P, Q, interpolation };
        const x = sixteenths(samples * H * W * C, 1);
        const dy = sixteenths(samples * P * Q * C, 2);
        const { y, dx } = await runChain(engine(), {
          nodes: [{ op: "resize", owner: "resize", ...options }],
          shape,
          x,
          dy,
          samples,
        });
        const mixing = resizeReference(options, shape);
        closeOrZero(
          y,
          eachSample(x, samples, (one) => mix(mixing, C, one)),
        );
        if (
          closeOrZero(
            dx,
            eachSample(dy, samples, (one) => mixBackward(mixing, shape, one)),
          )
        )
          whole++;
      }),
      { numRuns: 150, seed: 4 },
    );
    expect(whole).toBeGreaterThan(120);
  });
});

describe("windowOfAspect", () => {
  it("is the largest centred window of an aspect ratio", () => {
    expect(windowOfAspect(10, 20, 8, 8)).toEqual({ top: 0, left: 5, height: 10, width: 10 });
    expect(windowOfAspect(10, 20, 8, 32)).toEqual({ top: 2, left: 0, height: 5, width: 20 });
    expect(windowOfAspect(7, 5, 14, 10)).toEqual({ top: 0, left: 0, height: 7, width: 5 });
    expect(windowOfAspect(1, 9, 3, 1)).toEqual({ top: 0, left: 4, height: 1, width: 1 });
  });
});

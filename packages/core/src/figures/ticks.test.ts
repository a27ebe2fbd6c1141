import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { epochTicks, roundTicks } from "./ticks.js";

describe("roundTicks", () => {
  it("spans the values with round steps", () => {
    expect(roundTicks(0.79, 0.947, 6, [0, 1])).toEqual({
      domain: [0.75, 0.95],
      values: [0.75, 0.8, 0.85, 0.9, 0.95],
      decimals: 2,
    });
    expect(roundTicks(0, 0.71).values).toEqual([0, 0.2, 0.4, 0.6, 0.8]);
    expect(roundTicks(0.91, 0.999, 6, [0, 1]).domain[1]).toBe(1);
  });

  it("holds every range in few, rising, distinct values", () => {
    const value = fc.double({ min: 0, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(value, value, (a, b) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        const { domain, values } = roundTicks(low, high);
        const tolerance = 1e-6 * (domain[1] - domain[0]);
        expect(domain[0]).toBeLessThanOrEqual(low + tolerance);
        expect(domain[1]).toBeGreaterThanOrEqual(high - tolerance);
        expect(values.length).toBeGreaterThanOrEqual(2);
        expect(values.length).toBeLessThanOrEqual(9);
        values.slice(1).forEach((tick, index) => {
          expect(tick).toBeGreaterThan(values[index]!);
        });
      }),
    );
  });
});

describe("epochTicks", () => {
  it("labels whole epochs, fewer where there are many", () => {
    expect(epochTicks(1, 4)).toEqual([1, 2, 3, 4]);
    expect(epochTicks(1, 16)).toHaveLength(16);
    expect(epochTicks(1, 20)).toEqual([2, 4, 6, 8, 10, 12, 14, 16, 18, 20]);
    expect(epochTicks(1, 100)).toEqual([10, 20, 30, 40, 50, 60, 70, 80, 90, 100]);
    expect(epochTicks(7, 7)).toEqual([7]);
  });
});

import fc from "fast-check";
import { expect, it } from "vitest";
import { wholePower } from "./math.js";

it("wholePower is exact where the result is", () => {
  expect([0, 1, 2, 5, 10, 52].map((exponent) => wholePower(2, exponent))).toEqual([
    1,
    2,
    4,
    32,
    1024,
    2 ** 52,
  ]);
  expect(wholePower(-3, 3)).toBe(-27);
  expect(wholePower(0, 0)).toBe(1);
});

it("wholePower agrees with Math.pow, also for Adam's many steps", () => {
  const base = fc.double({ min: 0.5, max: 1, noNaN: true });
  fc.assert(
    fc.property(base, fc.nat(5000), (base, exponent) => {
      const exact = base ** exponent;
      // Each of the few multiplications may be off by half a unit in the last place, and squaring doubles it.
      expect(Math.abs(wholePower(base, exponent) - exact)).toBeLessThanOrEqual(
        exact * 1e-12 + Number.MIN_VALUE * 4,
      );
    }),
  );
});

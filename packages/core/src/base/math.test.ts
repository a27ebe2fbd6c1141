import fc from "fast-check";
import { expect, it } from "vitest";
import { cosTurns, exponential, naturalLog, power, wholePower } from "./math.js";

it("wholePower is exact if the result is a float", () => {
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
      // Each multiplication may be off by half a unit in the last place, and squaring doubles the error.
      expect(Math.abs(wholePower(base, exponent) - exact)).toBeLessThanOrEqual(
        exact * 1e-12 + Number.MIN_VALUE * 4,
      );
    }),
  );
});

/** Within 1e-12 of a value, relative to it or to 1, whichever is larger. */
function expectNear(actual: number, expected: number): void {
  if (actual === expected) return;
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(1e-12 * Math.max(1, Math.abs(expected)));
}

it("naturalLog agrees with Math.log, also far from 1 and close to it", () => {
  fc.assert(
    fc.property(fc.double({ min: 5e-324, max: 1e308, noNaN: true }), (x) => {
      expectNear(naturalLog(x), Math.log(x));
    }),
  );
  for (const x of [1, 1 + 1e-9, 1 - 1e-9, 2, 0.5, Math.SQRT2, Math.E]) {
    expectNear(1e6 * naturalLog(x), 1e6 * Math.log(x));
  }
  expect(naturalLog(1)).toBe(0);
  expect([naturalLog(0), naturalLog(-1), naturalLog(1 / 0)]).toEqual([-1 / 0, Number.NaN, 1 / 0]);
});

it("exponential agrees with Math.exp, relative to its value", () => {
  fc.assert(
    fc.property(fc.double({ min: -700, max: 700, noNaN: true }), (x) => {
      expect(Math.abs(exponential(x) / Math.exp(x) - 1)).toBeLessThanOrEqual(1e-12);
    }),
  );
  expect(exponential(0)).toBe(1);
  expect([exponential(-1000), exponential(1000), exponential(Number.NaN)]).toEqual([0, 1 / 0, Number.NaN]);
});

it("power agrees with Math.pow", () => {
  const base = fc.double({ min: 1e-3, max: 10, noNaN: true });
  const exponent = fc.double({ min: -30, max: 30, noNaN: true });
  fc.assert(
    fc.property(base, exponent, (base, exponent) => {
      expect(Math.abs(power(base, exponent) / base ** exponent - 1)).toBeLessThanOrEqual(1e-12);
    }),
  );
  expect([power(2, 10), power(2, -2), power(0, 0), power(0, 0.5), power(4, 0.5)]).toEqual([
    1024,
    0.25,
    1,
    0,
    expect.closeTo(2, 12),
  ]);
});

it("cosTurns agrees with Math.cos, and is exact on quarter turns", () => {
  fc.assert(
    fc.property(fc.double({ min: -3, max: 3, noNaN: true }), (x) => {
      expectNear(cosTurns(x), Math.cos(2 * Math.PI * x));
    }),
  );
  expect([0, 0.25, 0.5, 0.75, 1, -0.5].map((x) => cosTurns(x) + 0)).toEqual([1, 0, -1, 0, 1, -1]);
});

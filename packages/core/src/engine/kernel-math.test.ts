import { readFile } from "node:fs/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { Random } from "../base/random.js";

/** The kernels themselves, without an engine. */
let expF32: (x: number) => number;
let logF32: (x: number) => number;
let sinTurns: (x: number) => number;
let cosTurns: (x: number) => number;
beforeAll(async () => {
  const bytes = await readFile(new URL("../kernels/strict.wasm", import.meta.url));
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 32768 });
  const { instance } = await WebAssembly.instantiate(bytes, { env: { memory } });
  ({ expF32, logF32, sinTurns, cosTurns } = instance.exports as unknown as {
    expF32: typeof expF32;
    logF32: typeof logF32;
    sinTurns: typeof sinTurns;
    cosTurns: typeof cosTurns;
  });
});

const words = new Int32Array(1);
const float = new Float32Array(words.buffer);

/** A float's rank among all floats: neighbours differ by 1. */
function place(value: number): number {
  float[0] = value;
  return words[0]! < 0 ? -(words[0]! & 0x7fffffff) : words[0]!;
}

/** How many floats lie between a result and the true value, which f64 holds to many more digits. */
function ulps(actual: number, exact: number): number {
  return Math.abs(place(actual) - place(Math.fround(exact)));
}

describe("the kernels' expF32", () => {
  it("is within 1 ulp over the whole range, denormals included", () => {
    let worst = 0;
    for (let x = -104; x <= 89; x += 0.0031) {
      const argument = Math.fround(x);
      worst = Math.max(worst, ulps(expF32(argument), Math.exp(argument)));
    }
    const random = new Random(1, "split");
    for (let draw = 0; draw < 50_000; draw++) {
      const argument = Math.fround((2 * random.uniform() - 1) ** 5 * 20);
      worst = Math.max(worst, ulps(expF32(argument), Math.exp(argument)));
    }
    expect(worst).toBeLessThanOrEqual(1);
  });

  it("handles special values and the ends of its range", () => {
    expect(expF32(0)).toBe(1);
    expect(expF32(-0)).toBe(1);
    expect(expF32(Number.POSITIVE_INFINITY)).toBe(Number.POSITIVE_INFINITY);
    expect(expF32(Number.NEGATIVE_INFINITY)).toBe(0);
    expect(expF32(Number.NaN)).toBeNaN();
    expect(expF32(3.4e38)).toBe(Number.POSITIVE_INFINITY);
    expect(expF32(-3.4e38)).toBe(0);
    // The logarithm of the largest float is 88.7228…, that of half the smallest −103.97…
    expect(expF32(88.72)).toBeLessThan(Number.POSITIVE_INFINITY);
    expect(expF32(88.73)).toBe(Number.POSITIVE_INFINITY);
    expect(expF32(-103.9)).toBeGreaterThan(0);
    expect(expF32(-103.98)).toBe(0);
  });
});

describe("the kernels' logF32", () => {
  it("is within 1 ulp for floats of every magnitude, and around 1", () => {
    let worst = 0;
    const check = (argument: number) => {
      if (argument > 0) worst = Math.max(worst, ulps(logF32(argument), Math.log(argument)));
    };
    // Positive floats are the words from 1 to 0x7f7fffff.
    for (let word = 1; word < 0x7f800000; word += 20_011) {
      words[0] = word;
      check(float[0]!);
    }
    for (let away = -20_000; away <= 20_000; away++) {
      words[0] = 0x3f800000 + away;
      check(float[0]!);
    }
    expect(worst).toBeLessThanOrEqual(1);
  });

  it("handles special values and the ends of its range", () => {
    expect(logF32(1)).toBe(0);
    expect(logF32(0)).toBe(Number.NEGATIVE_INFINITY);
    expect(logF32(-0)).toBe(Number.NEGATIVE_INFINITY);
    expect(logF32(-1)).toBeNaN();
    expect(logF32(Number.NaN)).toBeNaN();
    expect(logF32(Number.POSITIVE_INFINITY)).toBe(Number.POSITIVE_INFINITY);
    expect(logF32(1e-45)).toBe(Math.fround(Math.log(2 ** -149)));
  });
});

describe("the kernels' sinTurns and cosTurns", () => {
  it("are within 1e-12 over many turns, and within 1 ulp of f32 away from zeros", () => {
    let worst = 0;
    let worstUlps = 0;
    const check = (turns: number) => {
      // The built-in functions lose digits beyond the first turn; the fraction of a turn is exact.
      const angle = 2 * Math.PI * (turns - Math.round(turns));
      for (const [actual, exact] of [
        [sinTurns(turns), Math.sin(angle)],
        [cosTurns(turns), Math.cos(angle)],
      ] as const) {
        worst = Math.max(worst, Math.abs(actual - exact));
        if (Math.abs(exact) > 1e-5) worstUlps = Math.max(worstUlps, ulps(actual, exact));
      }
    };
    for (let turns = -3; turns <= 3; turns += 0.000_137) check(turns);
    const random = new Random(2, "split");
    for (let draw = 0; draw < 20_000; draw++) check((2 * random.uniform() - 1) * 1000);
    expect(worst).toBeLessThan(1e-12);
    expect(worstUlps).toBeLessThanOrEqual(1);
  });

  it("are exact at quarter turns, and NaN where there is no value", () => {
    for (const whole of [-5, 0, 1, 4096]) {
      expect([0, 0.25, 0.5, 0.75].map((part) => sinTurns(whole + part) + 0)).toEqual([0, 1, 0, -1]);
      expect([0, 0.25, 0.5, 0.75].map((part) => cosTurns(whole + part) + 0)).toEqual([1, 0, -1, 0]);
    }
    expect(sinTurns(1e-9)).toBeCloseTo(2 * Math.PI * 1e-9, 20);
    expect(sinTurns(Number.NaN)).toBeNaN();
    expect(cosTurns(Number.POSITIVE_INFINITY)).toBeNaN();
  });
});

import { describe, expect, it } from "vitest";
import { accuracyDifference } from "./accuracy-difference.js";

const differenceOf = (first: number, second: number, images: number) =>
  accuracyDifference({
    bothRight: images - first - second,
    onlyFirstRight: first,
    onlySecondRight: second,
    bothWrong: 0,
  });

/** The chance of each pair of counts, where each image differs in the one way or the other with these chances. */
function* outcomes(images: number, first: number, second: number) {
  const logs = [0];
  for (let n = 1; n <= images; n++) logs.push(logs[n - 1]! + Math.log(n));
  const power = (base: number, times: number) => (times === 0 ? 0 : times * Math.log(base));
  for (let a = 0; a <= images; a++) {
    for (let b = 0; a + b <= images; b++) {
      const rest = images - a - b;
      const ways = logs[images]! - logs[a]! - logs[b]! - logs[rest]!;
      const chance = Math.exp(ways + power(first, a) + power(second, b) + power(1 - first - second, rest));
      yield { a, b, chance };
    }
  }
}

describe("accuracyDifference", () => {
  it("is the share that only the second gets right, less that of the first", () => {
    const { value, interval } = differenceOf(84, 120, 2000);
    expect(value).toBeCloseTo(0.018, 12);
    expect(interval.low).toBeCloseTo(0.003986977726213758, 12);
    expect(interval.high).toBeCloseTo(0.03197705823782221, 12);
  });

  it.each([
    [30, 0.05, 0.05],
    [30, 0.02, 0.2],
    [80, 0.01, 0.03],
    [80, 0.1, 0.25],
  ])(
    "contains the true difference of %s images, of which the shares %s and %s differ, in about 95 of 100 cases",
    (images, first, second) => {
      let covered = 0;
      for (const { a, b, chance } of outcomes(images, first, second)) {
        const { low, high } = differenceOf(a, b, images).interval;
        if (low <= second - first && second - first <= high) covered += chance;
      }
      expect(covered).toBeGreaterThan(0.93);
      expect(covered).toBeLessThan(0.995);
    },
  );

  it("has a width where all answers are the same, and stays within −1 and 1", () => {
    const same = differenceOf(0, 0, 50).interval;
    expect(same.high - same.low).toBeGreaterThan(0.05);
    expect(differenceOf(2, 0, 2).interval.low).toBeGreaterThanOrEqual(-1);
    expect(differenceOf(0, 2, 2).interval.high).toBeLessThanOrEqual(1);
  });
});

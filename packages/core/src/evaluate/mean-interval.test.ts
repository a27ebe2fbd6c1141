import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { meanInterval, meanShare, pairedDifference } from "./mean-interval.js";
import { studentT, studentTQuantile } from "./student-t.js";

/** SciPy's results, written by tools/golden/student-t.py. */
const golden: {
  readonly quantiles: readonly { share: number; degrees: number; t: number }[];
  readonly distribution: readonly { share: number; degrees: number; t: number }[];
  readonly paired: readonly {
    a: readonly number[];
    b: readonly number[];
    confidence: number;
    mean: number;
    deviation: number;
    low: number;
    high: number;
  }[];
} = JSON.parse(readFileSync(new URL("../../../../tests/golden/student-t.json", import.meta.url), "utf8"));

describe("Student's t", () => {
  it("has SciPy's distribution", () => {
    for (const { t, degrees, share } of golden.distribution)
      expect(studentT(t, degrees), `t ${t}, ${degrees} degrees`).toBeCloseTo(share, 12);
  });

  it("has SciPy's quantiles", () => {
    for (const { share, degrees, t } of golden.quantiles) {
      const found = studentTQuantile(share, degrees);
      expect(Math.abs(found - t), `${share}, ${degrees} degrees: ${found} for ${t}`).toBeLessThan(
        1e-9 * Math.max(1, Math.abs(t)),
      );
    }
  });

  it("refuses shares and degrees of freedom without a quantile", () => {
    expect(() => studentTQuantile(1, 3)).toThrow(
      "Student's t: expected a share above 0 and below 1, received 1. Pass 0.975 for both sides of a 95% interval.",
    );
    expect(() => studentTQuantile(0.9, 0)).toThrow(
      "expected degrees of freedom to be a whole number of at least 1, received 0.",
    );
    expect(() => studentT(1, 1.5)).toThrow("received 1.5");
  });
});

describe("pairedDifference", () => {
  it("has SciPy's mean and interval", () => {
    for (const { a, b, confidence, ...expected } of golden.paired) {
      const found = pairedDifference(a, b, confidence);
      expect(found.count).toBe(a.length);
      for (const key of ["mean", "deviation", "low", "high"] as const)
        expect(found[key], `${key} of ${a.length} at ${confidence}`).toBeCloseTo(expected[key], 12);
    }
  });

  it("is a point if all differences are the same", () => {
    expect(pairedDifference([3, 4, 5], [1, 2, 3])).toEqual({
      count: 3,
      mean: 2,
      deviation: 0,
      low: 2,
      high: 2,
    });
  });

  it("refuses lists of different lengths, and a single pair", () => {
    expect(() => pairedDifference([1, 2], [1])).toThrow(
      "Paired difference: expected the same number of values on both sides, received 2 and 1. Pass the values of the same seeds in the same order.",
    );
    expect(() => meanInterval([1])).toThrow(
      "Confidence interval: expected at least two values, received 1. Measure with at least one more seed.",
    );
  });
});

describe("meanShare", () => {
  it("keeps its interval within 0 and 1, where that of meanInterval reaches beyond", () => {
    expect(meanInterval([0.97, 1]).high).toBeGreaterThan(1);
    expect(meanShare([0.97, 1])).toEqual({ ...meanInterval([0.97, 1]), high: 1 });
    expect(meanShare([0, 0.03])).toEqual({ ...meanInterval([0, 0.03]), low: 0 });
    expect(meanShare([0.4, 0.41])).toEqual(meanInterval([0.4, 0.41]));
  });
});

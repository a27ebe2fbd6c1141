import { meanInterval, pairedDifference } from "@heddle/core/internal/evaluate/mean-interval.js";
import { studyOf } from "@heddle/core/internal/sweep/study.testing.js";
import { describe, expect, it } from "vitest";
import { regimes } from "./regimes.js";
import type { RegimeResult } from "./results.js";
import { judge, outcomeOf, points } from "./verdict.js";

const trial = studyOf([{}]).trials[0]!;

/** A study of three regimes with these test accuracies, one a seed. */
function study(ours: readonly number[], l1: readonly number[], l2: readonly number[]): RegimeResult[] {
  const of = (name: string, accuracies: readonly number[]): RegimeResult => {
    const regime = regimes.find((one) => one.name === name)!;
    const interval = meanInterval(accuracies);
    return {
      ...{ regime, label: "", trial, trainings: [], candidates: [], parameters: 1, seeds: [1, 2, 3] },
      ...{ testAccuracies: accuracies, trainAccuracies: accuracies, curve: [] },
      ...{ test: interval, train: interval, validation: interval, gap: interval },
      difference: name === "pooling-dropout" ? undefined : pairedDifference(accuracies, ours),
    };
  };
  return [of("l1", l1), of("l2", l2), of("pooling-dropout", ours)];
}

const judged = (...accuracies: Parameters<typeof study>) => judge(study(...accuracies), ["l1", "l2"]);

describe("judge", () => {
  it("supports the claim if it holds against both by more than chance", () => {
    const verdict = judged([0.92, 0.925, 0.922], [0.9, 0.904, 0.902], [0.91, 0.914, 0.913]);
    expect(verdict.outcome).toBe("supported");
    expect(verdict.sentence).toBe(
      "Supported by 3 seeds: pooling + dropout outperforms L1 (+2.03 points of test accuracy, 95% interval +1.89 to +2.18) and L2 (+1.00, +0.75 to +1.25).",
    );
  });

  it("contradicts the claim if one of them is better by more than chance", () => {
    const verdict = judged([0.91, 0.914, 0.913], [0.9, 0.904, 0.902], [0.92, 0.925, 0.922]);
    expect(verdict.outcome).toBe("contradicted");
    expect(verdict.sentence).toBe(
      "Contradicted by 3 seeds: pooling + dropout is outperformed by L2; it differs from L1 (+1.03 points of test accuracy, 95% interval +0.89 to +1.18) and from L2 (−1.00, −1.25 to −0.75).",
    );
  });

  it("is undecided if an interval spans zero", () => {
    const verdict = judged([0.92, 0.925, 0.922], [0.9, 0.904, 0.902], [0.91, 0.93, 0.915]);
    expect(verdict.outcome).toBe("undecided");
    expect(verdict.sentence).toMatch(
      /^Undecided by 3 seeds: pooling \+ dropout differs from L1 \(\+2\.03 .*\) and from L2 \(\+0\.40, −\S+ to \+\S+\); the interval of L2 spans zero\.$/,
    );
  });

  it("is undecided between equals, and without rivals", () => {
    const same = [0.9, 0.91, 0.92];
    const verdict = judged(same, same, same);
    expect(verdict.outcome).toBe("undecided");
    expect(verdict.sentence).toContain("; the intervals of L1 and L2 span zero.");
    expect(outcomeOf([])).toBe("undecided");
  });
});

it("writes differences as points with their sign", () => {
  expect([0.0123, -0.0123, 0, -0.00001].map(points)).toEqual(["+1.23", "−1.23", "0.00", "0.00"]);
});

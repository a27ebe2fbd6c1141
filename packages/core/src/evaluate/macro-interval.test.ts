import { describe, expect, it } from "vitest";
import { Random } from "../base/random.js";
import { wilsonInterval } from "./accuracy.js";
import { confusionOf } from "./confusion.js";
import { macroF1Interval } from "./macro-interval.js";
import { macroScores, scoresOfEach } from "./per-class.js";

const names = ["a", "b", "c"];

function measured(rows: readonly (readonly number[])[]) {
  const cells = rows.flatMap((row, truth) =>
    row.map((count, predicted) => [truth, predicted, count] as const),
  );
  const confusion = confusionOf(cells, names.length);
  const perClass = scoresOfEach(confusion, names);
  return { f1: macroScores(perClass).f1, interval: macroF1Interval(confusion, perClass) };
}

describe("macroF1Interval", () => {
  it("is as wide as the spread of the macro F1 over images drawn again", () => {
    const rows = [
      [80, 15, 5],
      [10, 30, 0],
      [2, 4, 6],
    ];
    const images = rows.flatMap((row, truth) =>
      row.flatMap((count, predicted) => Array(count).fill([truth, predicted])),
    );
    const random = new Random(3, "selection");
    const drawn = Array.from({ length: 800 }, () => {
      const again = rows.map((row) => row.map(() => 0));
      for (let at = 0; at < images.length; at++) {
        const [truth, predicted] = images[random.below(images.length)];
        again[truth]![predicted]! += 1;
      }
      return measured(again).f1;
    }).sort((a, b) => a - b);
    const { interval, f1 } = measured(rows);
    const spread = drawn[779]! - drawn[19]!;
    expect((interval.high - interval.low) / spread).toBeGreaterThan(0.9);
    expect((interval.high - interval.low) / spread).toBeLessThan(1.1);
    expect(interval.low).toBeLessThan(f1);
    expect(interval.high).toBeGreaterThan(f1);
  });

  it("is that of the accuracy where every answer is right or every answer is wrong", () => {
    expect(
      measured([
        [4, 0, 0],
        [0, 3, 0],
        [0, 0, 3],
      ]).interval,
    ).toEqual(wilsonInterval(10, 10));
    expect(
      measured([
        [0, 4, 0],
        [0, 0, 3],
        [3, 0, 0],
      ]).interval,
    ).toEqual(wilsonInterval(0, 10));
  });
});

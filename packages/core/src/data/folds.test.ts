import { describe, expect, it } from "vitest";
import { foldsOf } from "./folds.js";

describe("foldsOf", () => {
  const labels = Uint8Array.from({ length: 1003 }, (_, index) => (index < 500 ? 0 : index % 3));

  it("deals every class out in equal parts", () => {
    const folds = foldsOf(labels, { folds: 4, seed: 7 });
    const counts = Array.from({ length: 3 }, () => [0, 0, 0, 0]);
    folds.forEach((fold, index) => {
      counts[labels[index]!]![fold]! += 1;
    });
    for (const row of counts) expect(Math.max(...row) - Math.min(...row)).toBeLessThanOrEqual(1);
    expect(foldsOf(labels, { folds: 4, seed: 7 })).toEqual(folds);
    expect(foldsOf(labels, { folds: 4, seed: 8 })).not.toEqual(folds);
  });

  it("keeps the images of a group in one part", () => {
    const groups = labels.map((_, index) => index % 200);
    const folds = foldsOf(labels, { folds: 5, seed: 1, groups });
    const partsOfGroups = Array.from({ length: 200 }, () => new Set<number>());
    for (const [index, fold] of folds.entries()) partsOfGroups[groups[index]!]!.add(fold);
    expect(partsOfGroups.map((parts) => parts.size)).toEqual(new Array(200).fill(1));
    const sizes = [0, 1, 2, 3, 4].map((fold) => folds.filter((of) => of === fold).length);
    expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(12);
  });
});

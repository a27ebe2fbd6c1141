/** How one class fares. Shares are 0..1. */
export interface ClassScores {
  readonly name: string;
  /** Images of this class. */
  readonly support: number;
  /** Images taken for this class, rightly or not. */
  readonly predicted: number;
  /** Of the images taken for it, the share that is; `null` where none was. */
  readonly precision: number | null;
  /** Of its images, the share found; `null` where there is none. */
  readonly recall: number | null;
  /** The harmonic mean of both, 2·TP / (2·TP + FP + FN); `null` where it neither occurs nor is predicted. */
  readonly f1: number | null;
}

/** Means over the classes, each counting the same. */
export interface MacroScores {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** How many classes were averaged: those that occur or are predicted. */
  readonly classes: number;
}

/** @param counts `[true class][predicted class]` */
export function scoresOfEach(
  counts: readonly (readonly number[])[],
  classNames: readonly string[],
): readonly ClassScores[] {
  return classNames.map((name, label) => {
    const right = counts[label]![label]!;
    const support = counts[label]!.reduce((sum, count) => sum + count, 0);
    const predicted = counts.reduce((sum, row) => sum + row[label]!, 0);
    return {
      name,
      support,
      predicted,
      precision: predicted === 0 ? null : right / predicted,
      recall: support === 0 ? null : right / support,
      f1: support + predicted === 0 ? null : (2 * right) / (support + predicted),
    };
  });
}

/**
 * Macro averages. A class that neither occurs nor is predicted is left out; what is undefined for another counts as 0,
 * as in scikit-learn with `zero_division=0`.
 */
export function macroScores(scores: readonly ClassScores[]): MacroScores {
  const counted = scores.filter(({ f1 }) => f1 !== null);
  const mean = (field: "precision" | "recall" | "f1") =>
    counted.reduce((sum, of) => sum + (of[field] ?? 0), 0) / counted.length;
  return { precision: mean("precision"), recall: mean("recall"), f1: mean("f1"), classes: counted.length };
}

import type { Confusion } from "./confusion.js";

/** The scores of one class. Shares are 0..1. */
export interface ClassScores {
  readonly name: string;
  /** Images of this class. */
  readonly support: number;
  /** Images predicted as this class, correctly or not. */
  readonly predicted: number;
  /** The share of the images predicted as this class that belong to it; `null` if there are none. */
  readonly precision: number | null;
  /** The share of its images that are predicted as this class; `null` if it has none. */
  readonly recall: number | null;
  /** The harmonic mean of both, 2·TP / (2·TP + FP + FN); `null` if the class neither occurs nor is predicted. */
  readonly f1: number | null;
}

/** Unweighted means over the classes. */
export interface MacroScores {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** The number of classes averaged: those that occur or are predicted. */
  readonly classes: number;
}

/**
 * The scores of each class.
 *
 * @param confusion which class was predicted for the images of each class
 */
export function scoresOfEach(
  { cells }: Pick<Confusion, "cells">,
  classNames: readonly string[],
): readonly ClassScores[] {
  const [supports, answers, hits] = [0, 0, 0].map(() => new Float64Array(classNames.length));
  for (const [truth, predicted, count] of cells) {
    supports![truth]! += count;
    answers![predicted]! += count;
    if (truth === predicted) hits![truth]! += count;
  }
  return classNames.map((name, label) => {
    const [support, predicted, right] = [supports![label]!, answers![label]!, hits![label]!];
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
 * Macro averages. A class that neither occurs nor is predicted is omitted; a score that is undefined for another class
 * counts as 0, as in scikit-learn with `zero_division=0`.
 */
export function macroScores(scores: readonly ClassScores[]): MacroScores {
  const counted = scores.filter(({ f1 }) => f1 !== null);
  const mean = (field: "precision" | "recall" | "f1") =>
    counted.reduce((sum, of) => sum + (of[field] ?? 0), 0) / counted.length;
  return { precision: mean("precision"), recall: mean("recall"), f1: mean("f1"), classes: counted.length };
}

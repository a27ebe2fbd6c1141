import { groupDigits } from "@heddle/core/internal/base/format.js";
import type { ImageSet } from "@heddle/core/internal/data/dataset.js";
import type { ClassifierEvaluation } from "@heddle/core/internal/evaluate/index.js";
import { classScoresChart } from "@heddle/core/internal/figures/class-scores.js";
import { confusionMatrix } from "@heddle/core/internal/figures/confusion-matrix.js";
import { coverageCurve } from "@heddle/core/internal/figures/coverage-curve.js";
import type { Figure } from "@heddle/core/internal/figures/figure.js";
import { confusedPairsGrid, topLossesGrid } from "@heddle/core/internal/figures/mistakes.js";
import { reliabilityDiagram } from "@heddle/core/internal/figures/reliability-diagram.js";
import { drawFigures } from "../rendering/draw-figure.js";

/** A matrix of more classes cannot be read on a page. */
const MOST_CLASSES_IN_A_MATRIX = 60;

/** How many confused pairs an evaluation lists: more where they stand in for the matrix. */
export function confusedPairsFor(classes: number): number {
  return classes > MOST_CLASSES_IN_A_MATRIX ? 50 : 10;
}

/** Why the page has no confusion matrix, and what it has instead; undefined where it has one. */
export function withoutMatrix({
  classNames,
  confusion,
  confusedPairs,
}: ClassifierEvaluation): string | undefined {
  const classes = classNames.length;
  if (classes <= MOST_CLASSES_IN_A_MATRIX) return undefined;
  const about = `A confusion matrix of ${groupDigits(classes)} classes cannot be read, so there is none.`;
  const listed = confusedPairs.length;
  if (listed === 0) return about;
  const all = confusion.cells.filter(([truth, predicted]) => predicted !== truth).length;
  return `${about} The table lists ${listed === all ? "all" : `the ${listed} largest of`} ${groupDigits(all)} confused pairs.`;
}

/** The figures of an evaluation that need no images. */
export interface EvaluationCharts {
  /** The confusion matrix in rates and in counts; none where there are too many classes to read it. */
  readonly confusion: readonly Figure[];
  /** Precision, recall and F1 by class. */
  readonly classes: readonly Figure[];
  /** The reliability diagram and accuracy by coverage. */
  readonly calibration: readonly Figure[];
}

/** The figures of an evaluation, by what they are about. */
export interface EvaluationFigures extends EvaluationCharts {
  /** Images of the most confused pairs, and those with the largest losses; none where every answer is right. */
  readonly mistakes: readonly Figure[];
}

/** How an evaluation is drawn. */
interface Drawing {
  /** Named in the titles: `Fashion-MNIST, test images`. */
  readonly subject: string;
  /** Ends the drawing. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Draws an evaluation.
 *
 * @param set the evaluated images
 * @throws AbortedError on `signal`
 */
export async function evaluationFigures(
  evaluation: ClassifierEvaluation,
  set: ImageSet,
  drawing: Drawing,
): Promise<EvaluationFigures> {
  const charts = await evaluationCharts(evaluation, drawing);
  return { ...charts, mistakes: await mistakeGrids(evaluation, set, drawing) };
}

/** The figures that need no images. */
export async function evaluationCharts(
  evaluation: ClassifierEvaluation,
  { subject, signal }: Drawing,
): Promise<EvaluationCharts> {
  const { confusion, classNames, perClass, calibration, coverage } = evaluation;
  const title = `Confusion matrix, ${subject}`;
  const matrices =
    classNames.length > MOST_CLASSES_IN_A_MATRIX
      ? []
      : [
          confusionMatrix(confusion.counts, classNames, { title }),
          confusionMatrix(confusion.counts, classNames, { title, show: "counts" }),
        ];
  return {
    confusion: await drawFigures(matrices, signal),
    classes: await drawFigures([classScoresChart(perClass, { subject })], signal),
    calibration: await drawFigures(
      [reliabilityDiagram(calibration, { subject }), coverageCurve(coverage, { subject })],
      signal,
    ),
  };
}

/** The confusion matrix of a cross-validation; none where there are too many classes to read it. */
export async function foldCharts(
  { confusion, classNames }: Pick<ClassifierEvaluation, "confusion" | "classNames">,
  { subject, signal }: Drawing,
): Promise<readonly Figure[]> {
  if (classNames.length > MOST_CLASSES_IN_A_MATRIX) return [];
  const title = `Confusion matrix, ${subject}, held-out training images`;
  const chart = confusionMatrix(confusion.counts, classNames, { title, show: "counts" });
  return drawFigures([{ ...chart, name: "cross-validation-confusion" }], signal);
}

/** Images that the model is wrong about; none where every answer is right. */
export function mistakeGrids(
  evaluation: ClassifierEvaluation,
  set: ImageSet,
  { subject, signal }: Drawing,
): Promise<readonly Figure[]> {
  const grids = [
    confusedPairsGrid(set, evaluation, { subject }),
    topLossesGrid(set, evaluation, { subject }),
  ];
  return drawFigures(
    grids.filter((grid) => grid !== undefined),
    signal,
  );
}

/** All figures of an evaluation in one list. */
export function allFigures({ confusion, classes, calibration, mistakes }: EvaluationFigures): Figure[] {
  return [...confusion, ...classes, ...calibration, ...mistakes];
}

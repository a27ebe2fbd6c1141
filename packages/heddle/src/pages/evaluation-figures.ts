import type { ImageSet } from "@heddle/core/internal/data/dataset.js";
import type { ClassifierEvaluation } from "@heddle/core/internal/evaluate/index.js";
import { classScoresFigure } from "../figures/class-scores.js";
import { confusionMatrix } from "../figures/confusion-matrix.js";
import { coverageFigure } from "../figures/coverage-curve.js";
import type { Figure } from "../figures/figure.js";
import { confusedPairsGrid, topLossesGrid } from "../figures/mistakes.js";
import { reliabilityDiagram } from "../figures/reliability-diagram.js";

/** What a matrix of so many classes can still be read at. */
const MOST_CLASSES_IN_A_MATRIX = 60;

/** The figures that an evaluation gives without the images. */
export interface EvaluationCharts {
  /** The confusion matrix in rates and in counts; none where there are too many classes to read. */
  readonly confusion: readonly Figure[];
  /** Precision, recall and F1 by class. */
  readonly classes: readonly Figure[];
  /** The reliability diagram and accuracy by coverage. */
  readonly calibration: readonly Figure[];
}

/** The figures of an evaluation, by what they are about. */
export interface EvaluationFigures extends EvaluationCharts {
  /** Images of the most confused pairs and of the largest losses; none where every answer is right. */
  readonly mistakes: readonly Figure[];
}

/**
 * Draws an evaluation.
 *
 * @param set the evaluated images
 * @param subject named in the titles: `Fashion-MNIST, test images`
 */
export async function evaluationFigures(
  evaluation: ClassifierEvaluation,
  set: ImageSet,
  subject: string,
): Promise<EvaluationFigures> {
  const charts = await evaluationCharts(evaluation, subject);
  return { ...charts, mistakes: await mistakeGrids(evaluation, set, subject) };
}

/** The figures that need no images. */
export async function evaluationCharts(
  evaluation: ClassifierEvaluation,
  subject: string,
): Promise<EvaluationCharts> {
  const { confusion, classNames, perClass, calibration, coverage } = evaluation;
  const title = `Confusion matrix, ${subject}`;
  const matrices =
    classNames.length > MOST_CLASSES_IN_A_MATRIX
      ? []
      : [
          await confusionMatrix(confusion.counts, classNames, { title }),
          await confusionMatrix(confusion.counts, classNames, { title, show: "counts" }),
        ];
  return {
    confusion: matrices,
    classes: [await classScoresFigure(perClass, { subject })],
    calibration: [
      await reliabilityDiagram(calibration, { subject }),
      await coverageFigure(coverage, { subject }),
    ],
  };
}

/** The images that the model is wrong about; none where every answer is right. */
export async function mistakeGrids(
  evaluation: ClassifierEvaluation,
  set: ImageSet,
  subject: string,
): Promise<readonly Figure[]> {
  const grids = [
    await confusedPairsGrid(set, evaluation, { subject }),
    await topLossesGrid(set, evaluation, { subject }),
  ];
  return grids.filter((grid) => grid !== undefined);
}

/** All of them in one list. */
export function allFigures({ confusion, classes, calibration, mistakes }: EvaluationFigures): Figure[] {
  return [...confusion, ...classes, ...calibration, ...mistakes];
}

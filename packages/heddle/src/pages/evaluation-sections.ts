import type { ClassifierEvaluation } from "@heddle/core/internal/evaluate/index.js";
import { withoutMatrix } from "./evaluation-figures.js";
import { classTable, pairsTables, temperatureNote } from "./evaluation-words.js";
import type { PageFigure, PageSection } from "./page.js";

/** The figures of an evaluation, by what they are about. */
export interface EvaluationDrawings {
  readonly classes: readonly PageFigure[];
  readonly confusion: readonly PageFigure[];
  readonly calibration: readonly PageFigure[];
  readonly mistakes: readonly PageFigure[];
}

/**
 * The sections that show an evaluation in detail: by class, which classes are confused, how well confidence matches
 * accuracy, and the mistakes.
 *
 * @param missing text on figures of mistakes that should be there but are not
 */
export function evaluationDetails(
  evaluation: ClassifierEvaluation,
  figures: EvaluationDrawings,
  missing: Pick<PageSection, "text"> = {},
): readonly PageSection[] {
  const instead = withoutMatrix(evaluation);
  return [
    { id: "classes", title: "Classes", figures: figures.classes, tables: [classTable(evaluation)] },
    {
      id: "confusion",
      title: "Confusion",
      ...(instead !== undefined && { text: instead }),
      figures: figures.confusion,
      tables: pairsTables(evaluation),
    },
    {
      id: "calibration",
      title: "Calibration",
      figures: figures.calibration,
      aside: temperatureNote(evaluation.calibration),
    },
    {
      id: "mistakes",
      title: "Mistakes",
      text: mistakesText(evaluation, figures),
      figures: figures.mistakes,
      ...missing,
    },
  ];
}

function mistakesText({ accuracy, images }: ClassifierEvaluation, { mistakes }: EvaluationDrawings): string {
  if (accuracy.correct === images) return "Every answer is right.";
  if (mistakes.length === 0) return "The images of the mistakes are not shown.";
  return "Below each image: its class, the class it was taken for, and the probability the model gave that class. A mistake that the model is sure of may be a wrong label.";
}

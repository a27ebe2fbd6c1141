import { formatPercent, groupDigits } from "@heddle/core/internal/base/format.js";
import { allFigures, type EvaluationFigures, evaluationFigures } from "../../pages/evaluation-figures.js";
import {
  classTable,
  evaluationFacts,
  intervalText,
  pairsTables,
  temperatureNote,
} from "../../pages/evaluation-words.js";
import { renderPage } from "../../pages/page.js";
import type { PageSection } from "../../pages/page-data.js";
import { writePage } from "../../pages/page-file.js";
import { shownMistakes } from "../labelled-set.js";
import type { ModelEvaluation } from "./evaluate-model.js";

/**
 * Writes an evaluation as an HTML page, with its figures beside it as {@link writePage} does.
 *
 * @throws HeddleError when the page cannot be written; nothing is left then
 */
export async function writeEvaluationPage(path: string, measured: ModelEvaluation): Promise<void> {
  const { evaluation, images } = measured;
  const subject = subjectOf(measured);
  const shown = await shownMistakes(evaluation, images);
  const figures = await evaluationFigures(shown.evaluation, shown.images, subject);
  await writePage(path, pageFor(measured, figures, subject), allFigures(figures));
}

/** `Fashion-MNIST, test images`. */
export function subjectOf({ dataset, split }: Pick<ModelEvaluation, "dataset" | "split">): string {
  return `${dataset.title}, ${split === "test" ? "test" : "training"} images`;
}

function pageFor(measured: ModelEvaluation, figures: EvaluationFigures, subject: string): string {
  const { name, evaluation, testLooks, against } = measured;
  const { accuracy, macro, calibration, images } = evaluation;
  return renderPage({
    kind: "Heddle evaluation",
    title: subject,
    subtitle: `${groupDigits(images)} images, as ${name} sees them`,
    id: name,
    finishedAt: new Date().toISOString(),
    headline: [
      { label: "Accuracy", value: formatPercent(accuracy.value), note: intervalText(accuracy) },
      { label: "Macro F1", value: formatPercent(macro.f1), note: `${macro.classes} classes` },
      {
        label: "Calibration error",
        value: formatPercent(calibration.ece),
        note: "confidence against accuracy",
      },
    ],
    sections: [
      {
        ...{ id: "result", title: "Result", facts: evaluationFacts(evaluation) },
        ...(testLooks && { text: testLooks.sentence }),
      },
      ...(against ? [comparison(measured, against)] : []),
      { id: "classes", title: "Classes", figures: figures.classes, tables: [classTable(evaluation)] },
      {
        ...{ id: "confusion", title: "Confusion", figures: figures.confusion },
        tables: pairsTables(evaluation),
      },
      {
        ...{ id: "calibration", title: "Calibration", figures: figures.calibration },
        aside: temperatureNote(calibration),
      },
      { id: "mistakes", title: "Mistakes", figures: figures.mistakes, ...mistakesText(figures) },
    ],
  });
}

function mistakesText({ mistakes }: EvaluationFigures): Pick<PageSection, "text"> {
  if (mistakes.length === 0) return { text: "There is nothing to show." };
  return {
    text: "Below each image: what it is, what it was taken for, and how probable the model held that. A mistake of which the model is sure may be a wrong label.",
  };
}

function comparison(
  { name, evaluation }: ModelEvaluation,
  { model, test, sentence }: NonNullable<ModelEvaluation["against"]>,
): PageSection {
  const row = (who: string, right: number, { accuracy, loss, macro }: ModelEvaluation["evaluation"]) => [
    who,
    formatPercent(accuracy.value),
    loss.toFixed(4),
    formatPercent(macro.f1),
    groupDigits(right),
  ];
  return {
    id: "comparison",
    title: "Comparison",
    text: sentence,
    tables: [
      {
        title: "The same images",
        head: ["Model", "Accuracy", "Loss", "Macro F1", "Alone right"],
        rows: [
          row(name, test.onlyFirstRight, evaluation),
          row(model.name, test.onlySecondRight, model.evaluation),
        ],
        numeric: [1, 2, 3, 4],
      },
    ],
  };
}

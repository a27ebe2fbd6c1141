import { formatPercent, groupDigits } from "@heddle/core/internal/base/format.js";
import { enoughToCalibrate } from "@heddle/core/internal/evaluate/reliability.js";
import { allFigures, type EvaluationFigures, evaluationFigures } from "../../pages/evaluation-figures.js";
import { evaluationDetails } from "../../pages/evaluation-sections.js";
import {
  certaintyText,
  chanceOfEvaluation,
  evaluationFacts,
  intervalText,
} from "../../pages/evaluation-words.js";
import type { PageSection } from "../../pages/page.js";
import { renderPage } from "../../pages/render-page.js";
import { writePage } from "../../pages/write-page.js";
import { shownMistakes } from "../example-images.js";
import type { ModelEvaluation } from "./evaluate-model.js";

/**
 * Writes an evaluation as an HTML page, with its figures next to it as {@link writePage} does.
 *
 * @throws HeddleError when the page cannot be written, AbortedError on `signal`; nothing is left then
 */
export async function writeEvaluationPage(
  path: string,
  measured: ModelEvaluation,
  signal?: AbortSignal,
): Promise<void> {
  const { evaluation, images } = measured;
  const subject = subjectOf(measured);
  const shown = await shownMistakes(evaluation, images);
  const figures = await evaluationFigures(shown.evaluation, shown.images, { subject, signal });
  await writePage(path, pageFor(measured, figures, subject), allFigures(figures), signal);
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
      {
        label: "Accuracy",
        value: formatPercent(accuracy.value),
        note: certaintyText(accuracy, chanceOfEvaluation(evaluation)),
      },
      {
        label: "Macro F1",
        value: formatPercent(macro.f1),
        note: [
          ...(macro.f1Interval ? [intervalText({ interval: macro.f1Interval })] : []),
          `${groupDigits(macro.classes)} classes`,
        ].join("; "),
      },
      ...(enoughToCalibrate(calibration.table)
        ? [
            {
              label: "Calibration error",
              value: formatPercent(calibration.ece),
              note: "confidence against accuracy",
            },
          ]
        : []),
    ],
    sections: [
      {
        id: "result",
        title: "Result",
        facts: evaluationFacts(evaluation),
        ...(testLooks && { text: testLooks.sentence }),
      },
      ...(against ? [comparison(measured, against)] : []),
      ...evaluationDetails(evaluation, figures),
    ],
  });
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
        head: ["Model", "Accuracy", "Loss", "Macro F1", "Right alone"],
        rows: [
          row(name, test.onlyFirstRight, evaluation),
          row(model.name, test.onlySecondRight, model.evaluation),
        ],
        numeric: [1, 2, 3, 4],
      },
    ],
  };
}

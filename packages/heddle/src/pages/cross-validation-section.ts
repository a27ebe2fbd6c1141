import { formatPercent, groupDigits } from "@heddle/core/internal/base/format.js";
import { evaluationFacts, pairsTables } from "./evaluation-words.js";
import type { PageSection, PageTable } from "./page.js";
import type { RunRecords } from "./run-records.js";

/** How models judge the training images that they were not trained on; undefined for a run without folds. */
export function crossValidationSection({
  crossValidation,
  foldCharts,
}: Pick<RunRecords, "crossValidation" | "foldCharts">): PageSection | undefined {
  if (crossValidation === undefined) return undefined;
  const { folds, evaluation } = crossValidation;
  const about = { id: "cross-validation", title: "Cross-validation" };
  const table: PageTable = {
    title: "Folds",
    head: ["Fold", "Trained on", "Judged by", "Accuracy", "Seconds"],
    rows: folds.map(({ trainImages, heldOutImages, accuracy, seconds }, index) => [
      String(index + 1),
      groupDigits(trainImages),
      groupDigits(heldOutImages),
      formatPercent(accuracy),
      seconds.toFixed(1),
    ]),
    numeric: [0, 1, 2, 3, 4],
  };
  if (evaluation === null) return { ...about, text: crossValidation.reason, tables: [table] };
  return {
    ...about,
    text: "Each training image was judged by a model that was not trained on it, with the same settings. What follows is of all these answers together. The model in this folder was trained on all training images.",
    facts: evaluationFacts(evaluation),
    figures: foldCharts,
    tables: [table, ...pairsTables(evaluation)],
    aside:
      "Every fold holds its share of each class, and near duplicates lie in one fold. The interval takes the answers as independent; the models share most of their images, so that it is a little too narrow.",
  };
}

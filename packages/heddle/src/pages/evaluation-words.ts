import { counted, formatPercent, groupDigits } from "@heddle/core/internal/base/format.js";
import { fittedScaling } from "@heddle/core/internal/evaluate/calibration.js";
import {
  type Accuracy,
  type Calibration,
  type Chance,
  type ClassifierEvaluation,
  type ClassScores,
  chanceOf,
  type McNemar,
} from "@heddle/core/internal/evaluate/index.js";
import { enoughToCalibrate, LEAST_IN_A_BIN } from "@heddle/core/internal/evaluate/reliability.js";
import type { Metrics } from "@heddle/core/internal/records/metrics-record.js";
import type { Fact, PageTable } from "./page.js";

/** The subject of a run's own evaluation, for titles: `Fashion-MNIST, test images`. */
export function testSubject(title: string): string {
  return `${title}, test images`;
}

/** `95% interval 92.21% – 93.22%`. */
export function intervalText({ interval }: Pick<Accuracy, "interval">): string {
  const { level, low, high } = interval;
  return `${formatPercent(level, 0)} interval ${formatPercent(low)} – ${formatPercent(high)}`;
}

/** `at chance: the same answer for every image is right for 35.00%`; empty where chance does not explain the accuracy. */
export function chanceText({ explains, accuracy }: Chance): string {
  return explains ? `at chance: the same answer for every image is right for ${formatPercent(accuracy)}` : "";
}

/** An accuracy's interval, and whether it is at chance. */
export function certaintyText(accuracy: Pick<Accuracy, "interval">, chance: Chance): string {
  return [intervalText(accuracy), chanceText(chance)].filter(Boolean).join("; ");
}

/** The result of a cross-validation in a line. */
export function crossValidationText(result: NonNullable<Metrics["crossValidation"]>): string {
  const { accuracy, images, folds, chance } = result;
  const certainty = certaintyText(result, chance);
  return `${formatPercent(accuracy)} of ${counted(images, "training image")}, in ${folds} folds; ${certainty}`;
}

/** What chance explains of an evaluation. */
export function chanceOfEvaluation({ perClass, accuracy }: ClassifierEvaluation): Chance {
  const supports = perClass.map(({ support }) => support);
  return chanceOf(supports, accuracy.interval);
}

/** `2.31%; 0.84% at temperature 1.42, fitted in two folds`. */
export function calibrationText(calibration: Calibration): string {
  const { ece, table } = calibration;
  const temperature = fittedScaling(calibration);
  if (!enoughToCalibrate(table)) {
    return `not shown: it needs at least ${LEAST_IN_A_BIN * table.length} images`;
  }
  if (temperature === null) return formatPercent(ece);
  const values = temperature.temperatures.map((value) => value.toFixed(2));
  const fitted =
    temperature.fittedOn === "two folds"
      ? `temperatures ${values.join(" and ")}, each fitted on the other half of the images`
      : `temperature ${values.join("")}, fitted on other images`;
  return `${formatPercent(ece)}; ${formatPercent(temperature.after.ece)} with ${fitted}`;
}

/** The classes with the lowest F1, the lowest first. */
export function worstClasses({ perClass }: ClassifierEvaluation, limit = 3): readonly ClassScores[] {
  return perClass
    .filter(({ f1 }) => f1 !== null)
    .sort((a, b) => a.f1! - b.f1!)
    .slice(0, limit);
}

/** An evaluation in a few lines, for a page or a terminal. */
export function evaluationFacts(evaluation: ClassifierEvaluation): readonly Fact[] {
  const { accuracy, loss, macro, calibration, confusedPairs, classNames, auc, topK, images } = evaluation;
  const top = topK.filter(({ k }) => (k === 2 || k === 3 || k === 5) && k < classNames.length);
  const pairs = confusedPairs
    .slice(0, 3)
    .map(
      ({ truth, predicted, count, rate }) =>
        `${classNames[truth]} → ${classNames[predicted]} ${groupDigits(count)} (${formatPercent(rate, 1)})`,
    );
  const surest = evaluation.coverage.find(({ coverage }) => coverage >= 0.8);
  const optional = [
    top.length > 0 && {
      label: "Top-k accuracy",
      value: top.map(({ k, accuracy }) => `top ${k} ${formatPercent(accuracy)}`).join(", "),
    },
    auc.macro !== null && { label: "AUC, one vs rest", value: auc.macro.toFixed(4) },
    surest &&
      surest.coverage < 1 && {
        label: "Most confident",
        value: `${formatPercent(surest.accuracy)} of the surest ${formatPercent(surest.coverage, 0)} are right`,
      },
    {
      label: "Worst classes",
      value: worstClasses(evaluation)
        .map(({ name, f1 }) => `${name} (F1 ${formatPercent(f1!, 1)})`)
        .join(", "),
    },
    { label: "Most confused", value: pairs.length > 0 ? pairs.join(", ") : "none: every answer is right" },
  ];
  return [
    {
      label: "Accuracy",
      value: `${formatPercent(accuracy.value)}, ${groupDigits(accuracy.correct)} of ${groupDigits(images)}; ${certaintyText(accuracy, chanceOfEvaluation(evaluation))}`,
    },
    { label: "Loss", value: `${loss.toFixed(4)} (cross-entropy)` },
    {
      label: "Macro averages",
      value: `F1 ${formatPercent(macro.f1)}${macro.f1Interval ? ` (${intervalText({ interval: macro.f1Interval })})` : ""}, precision ${formatPercent(macro.precision)}, recall ${formatPercent(macro.recall)}`,
    },
    { label: "Calibration error", value: calibrationText(calibration) },
    ...optional.filter((fact): fact is Fact => typeof fact === "object"),
  ];
}

/** Precision, recall, F1 and AUC of each class. */
export function classTable({ perClass, macro, auc }: ClassifierEvaluation): PageTable {
  const share = (value: number | null | undefined) =>
    typeof value === "number" ? formatPercent(value) : "–";
  const area = (value: number | null | undefined) => (typeof value === "number" ? value.toFixed(4) : "–");
  return {
    title: "Scores of each class",
    head: ["Class", "Images", "Predicted", "Precision", "Recall", "F1", "AUC"],
    rows: [
      ...perClass.map(({ name, support, predicted, precision, recall, f1 }, label) => [
        name,
        groupDigits(support),
        groupDigits(predicted),
        share(precision),
        share(recall),
        share(f1),
        area(auc.perClass[label]),
      ]),
      ["Mean", "", "", share(macro.precision), share(macro.recall), share(macro.f1), area(auc.macro)],
    ],
    numeric: [1, 2, 3, 4, 5, 6],
  };
}

/** The most confused pairs; none where every answer is right. */
export function pairsTables({ confusedPairs, classNames }: ClassifierEvaluation): readonly PageTable[] {
  if (confusedPairs.length === 0) return [];
  return [
    {
      title: "Most confused pairs",
      head: ["True class", "Predicted class", "Images", "Share of the true class"],
      rows: confusedPairs.map(({ truth, predicted, count, rate }) => [
        classNames[truth]!,
        classNames[predicted]!,
        groupDigits(count),
        formatPercent(rate),
      ]),
      numeric: [2, 3],
    },
  ];
}

/** The result of McNemar's test at the 5% level, in a sentence. */
export function mcnemarSentence(test: McNemar, first: string, second: string): string {
  const { bothRight, onlyFirstRight, onlySecondRight, bothWrong, pValue, method } = test;
  const images = bothRight + onlyFirstRight + onlySecondRight + bothWrong;
  const counts = `Of the same ${groupDigits(images)} images, only ${first} gets ${groupDigits(onlyFirstRight)} right and only ${second} ${groupDigits(onlySecondRight)}`;
  const p = pValue < 0.0001 ? "p < 0.0001" : `p = ${pValue.toFixed(4)}`;
  const how = `${p}, McNemar's test, ${method}`;
  if (pValue >= 0.05) return `${counts}: chance could explain the difference (${how}).`;
  const better = onlyFirstRight > onlySecondRight ? first : second;
  return `${counts}: ${better} is better, which chance alone would hardly explain (${how}).`;
}

/** How calibration was measured and the temperature fitted, for the small print. */
export function temperatureNote(calibration: Calibration): string {
  const { bins } = calibration;
  const temperature = fittedScaling(calibration);
  const ece = `Calibration errors are taken over ${bins} bins of equal width; those of fewer than ${LEAST_IN_A_BIN} images are not drawn.`;
  if (temperature === null) {
    return `${ece} No temperature is shown: there are too few images, or none fits, as where every answer is right or none is better than chance.`;
  }
  const how =
    temperature.fittedOn === "two folds"
      ? "The temperature was fitted in two folds: each half of these images was scaled by the temperature of the other half, so that no image was scaled by its own label."
      : "The temperature was fitted on images held out of training, not on these.";
  return `${ece} ${how}`;
}

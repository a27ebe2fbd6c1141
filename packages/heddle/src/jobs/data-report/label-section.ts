import { formatPercent, groupDigits } from "@heddle/core/internal/base/format.js";
import type { Figure } from "@heddle/core/internal/figures/figure.js";
import type { PageSection, PageTable } from "../../pages/page.js";
import type { DataFindings, LabelErrorFindings, SplitLabelErrors } from "./findings.js";

const LARGEST = 10;
const LISTED = 50;

/** Labels that are probably wrong; a sentence where they were not looked for. */
export function labelErrorsSection(findings: DataFindings, figures: readonly Figure[]): PageSection {
  const { labelErrors, dataset } = findings;
  const about = { id: "label-errors", title: "Suspected label errors" };
  if (labelErrors === null) return { ...about, text: "Not looked for: see what was left out, below." };
  const { train, test, folds, epochs } = labelErrors;
  const suspects = train.suspects.length + test.suspects.length;
  const row = (name: string, split: SplitLabelErrors) => [
    name,
    groupDigits(split.suspects.length),
    formatPercent(split.suspects.length / split.images),
    groupDigits(Math.round(split.estimatedErrors)),
    formatPercent(split.accuracy),
  ];
  return {
    ...about,
    text:
      suspects === 0
        ? "No label is suspect: wherever the models are sure, they agree with the labels."
        : "Images that models which never saw them are sure belong to another class. They are to be looked at, not deleted: among them are wrong labels, images that fit two classes, and images that are merely hard.",
    tables: [
      {
        title: "Suspects by split",
        head: ["Split", "Suspects", "Share", "Errors, estimated", "Models agree with label"],
        rows: [row("Training", train), row("Test", test)],
        numeric: [1, 2, 3, 4],
      },
      ...(suspects === 0 ? [] : [confusionTable(labelErrors, dataset.classNames)]),
      ...(suspects === 0 ? [] : [suspectTable(labelErrors, dataset.classNames)]),
    ],
    figures,
    aside: `Made by confident learning (Northcutt, Jiang and Chuang, 2021): the study's CNN was trained ${folds} times for ${epochs} ${epochs === 1 ? "epoch" : "epochs"}, each time without another ${folds === 2 ? "half" : `part in ${folds}`} of the training images, and asked about that part; test images were put to all ${folds} models and the mean taken. A model is sure of a class when it gives it at least what it gives on average where it is the label. Ranked by margin: the probability of the label less the largest of another class. The estimate scales the counts of sure answers to all images of a label, and counts the models' own mistakes as wrong labels: it is an upper bound in practice, the nearer the better the models.`,
  };
}

/** Which labels are taken for which, most frequent first. */
function confusionTable({ train, test }: LabelErrorFindings, classNames: readonly string[]): PageTable {
  const counts = new Map<string, [label: number, suggested: number, train: number, test: number]>();
  for (const [column, { suspects }] of [train, test].entries()) {
    for (const { label, suggested } of suspects) {
      const key = `${label} ${suggested}`;
      const entry = counts.get(key) ?? [label, suggested, 0, 0];
      entry[column === 0 ? 2 : 3] += 1;
      counts.set(key, entry);
    }
  }
  const rows = [...counts.values()].sort((a, b) => b[2] + b[3] - (a[2] + a[3]) || a[0] - b[0] || a[1] - b[1]);
  return {
    title:
      rows.length > LARGEST
        ? `The ${LARGEST} most frequent of ${rows.length} kinds`
        : "Suspects by label and suggestion",
    head: ["Label", "Suggested", "Training", "Test"],
    rows: rows
      .slice(0, LARGEST)
      .map(([label, suggested, inTrain, inTest]) => [
        classNames[label]!,
        classNames[suggested]!,
        groupDigits(inTrain),
        groupDigits(inTest),
      ]),
    numeric: [2, 3],
  };
}

function suspectTable({ train, test }: LabelErrorFindings, classNames: readonly string[]): PageTable {
  const all = [
    ...train.suspects.map((suspect) => ({ split: "training", ...suspect })),
    ...test.suspects.map((suspect) => ({ split: "test", ...suspect })),
  ].sort((a, b) => a.margin - b.margin);
  return {
    title:
      all.length > LISTED
        ? `The ${LISTED} most suspect of ${groupDigits(all.length)}; all are in findings.json`
        : "All suspects",
    head: ["Split", "No.", "Label", "Suggested", "Probability of the label", "Margin"],
    rows: all
      .slice(0, LISTED)
      .map(({ split, index, label, suggested, selfConfidence, margin }) => [
        split,
        groupDigits(index),
        classNames[label]!,
        classNames[suggested]!,
        selfConfidence.toFixed(4),
        margin.toFixed(4).replace("-", "−"),
      ]),
    numeric: [1, 4, 5],
  };
}

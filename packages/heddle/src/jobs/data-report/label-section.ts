import { counted, formatPercent, groupDigits } from "@heddle/core/internal/base/format.js";
import type { LabelErrorFindings, SplitLabelErrors } from "@heddle/core/internal/examine/findings.js";
import type { Figure } from "@heddle/core/internal/figures/figure.js";
import type { PageSection, PageTable } from "../../pages/page.js";
import type { DataFindings } from "./findings.js";

const LARGEST = 10;
const LISTED = 50;

/** Labels that are probably wrong; a sentence where they were not searched for. */
export function labelErrorsSection(findings: DataFindings, figures: readonly Figure[]): PageSection {
  const { labelErrors, dataset } = findings;
  const about = { id: "label-errors", title: "Suspected label errors" };
  if (labelErrors === null)
    return { ...about, text: "Not searched for; the reason is under “Omitted”, below." };
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
        ? "No label is suspect: wherever the models are sure, they agree with it."
        : "Images that, according to models which never saw them, surely belong to another class. Look at them, do not just delete them: some labels are wrong, some images fit two classes, and some are merely hard.",
    tables: [
      {
        title: "Suspects by split",
        head: ["Split", "Suspects", "Share", "Estimated errors", "Models agree with label"],
        rows: [row("Training", train), row("Test", test)],
        numeric: [1, 2, 3, 4],
      },
      ...(suspects === 0 ? [] : [confusionTable(labelErrors, dataset.classNames)]),
      ...(suspects === 0 ? [] : [suspectTable(labelErrors, dataset.classNames)]),
    ],
    figures,
    aside: `Found by confident learning (Northcutt, Jiang and Chuang, 2021). The study's CNN was trained ${folds} times for ${counted(epochs, "epoch")}, each time without a different ${folds === 2 ? "half" : `part in ${folds}`} of the training images, and then asked about that part; for test images, the answers of all ${folds} models are averaged. A model is sure of a class when it gives that class at least its average probability on images with that label. Suspects are ranked by margin: the probability of the label minus the largest probability of another class. The estimate scales the counts of sure answers up to all images of a label. It counts the models' own mistakes as wrong labels, so that in practice it is an upper bound, closer for better models.`,
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

import { formatPercent, groupDigits } from "@heddle/core/internal/base/format.js";
import type { EpochLogs } from "@heddle/core/internal/callbacks/history.js";
import { escapeHtml, facts, figures, paragraph, section, table } from "./html.js";
import type {
  DatasetSection,
  EvaluationSection,
  FactGroup,
  ModelSection,
  ResultSection,
  TrainingSection,
} from "./page-data.js";

export function datasetSection({ text, facts: list, tables = [], figures: drawn }: DatasetSection): string {
  const [first, ...others] = tables;
  return section("dataset", "Dataset", [
    paragraph(text),
    facts(list),
    // The first table fills the place that a small figure leaves beside a tall one.
    figures(drawn, first && table(first)),
    ...others.map((one) => table(one)),
  ]);
}

export function modelSection({ text, layers }: ModelSection): string {
  const sum = (field: "parameters" | "macs") => layers.reduce((total, layer) => total + layer[field], 0);
  const rows = layers.map(({ layer, outputShape, parameters, macs }) => [
    layer,
    outputShape,
    groupDigits(parameters),
    groupDigits(macs),
  ]);
  const total = ["Total", "", groupDigits(sum("parameters")), groupDigits(sum("macs"))];
  const title = "Layers, with the multiply-accumulates (MACs) of one image";
  const head = ["Layer", "Output shape", "Parameters", "MACs"];
  return section("model", "Model", [
    paragraph(text),
    table({ title, head, rows: [...rows, total], numeric: [2, 3] }, { total: true }),
  ]);
}

export function trainingSection(training: TrainingSection): string {
  const { text, figures: drawn, epochs, validationName = "Test" } = training;
  return section("training", "Training", [
    paragraph(text),
    figures(drawn),
    epochTable(epochs, validationName),
  ]);
}

function epochTable(epochs: readonly EpochLogs[], validationName: string): string {
  if (epochs.length === 0) return "";
  const head = [
    "Epoch",
    "Loss",
    "Accuracy",
    `${validationName} loss`,
    `${validationName} accuracy`,
    "Learning rate",
    "Seconds",
    "Images/s",
  ];
  const rows = epochs.map((logs) => [
    String(logs.epoch),
    logs.loss.toFixed(4),
    formatPercent(logs.accuracy),
    logs.valLoss?.toFixed(4) ?? "–",
    logs.valAccuracy === undefined ? "–" : formatPercent(logs.valAccuracy),
    String(Number(logs.learningRate.toPrecision(3))),
    logs.seconds.toFixed(1),
    groupDigits(Math.round(logs.imagesPerSecond)),
  ]);
  const numeric = head.map((_, column) => column);
  const count = epochs.length === 1 ? "The epoch in numbers" : `All ${epochs.length} epochs in numbers`;
  return `<details><summary>${count}</summary>${table({ title: "Epochs", head, rows, numeric })}</details>`;
}

export function resultSection({ text, test, train, published }: ResultSection): string {
  const gap = (accuracy: number) => `${((accuracy - test.accuracy) * 100).toFixed(2)} points`;
  const rows = [
    [
      "Test set",
      formatPercent(test.accuracy),
      "–",
      test.loss.toFixed(4),
      published && percent(published.testAccuracy),
    ],
    [
      "Training set, evaluated",
      formatPercent(train.accuracy),
      gap(train.accuracy),
      train.loss.toFixed(4),
      "–",
    ],
    [
      "Training set, while training",
      formatPercent(train.runningAccuracy),
      gap(train.runningAccuracy),
      "–",
      published && percent(published.trainAccuracy),
    ],
  ];
  const head = ["", "Accuracy", "Gap to test", "Loss", ...(published ? [published.source] : [])];
  const shown = rows.map((row) => row.slice(0, head.length).map((cell) => cell ?? "–"));
  return section("result", "Result", [
    paragraph(text),
    table({ title: "Accuracy and loss after the last epoch", head, rows: shown, numeric: [1, 2, 3, 4] }),
    paragraph(
      "Evaluated: measured after training with dropout off. While training: the mean over the last epoch with dropout on, as Keras prints it.",
      "aside",
    ),
  ]);
}

export function evaluationSection(evaluation: EvaluationSection): string {
  const { text, testLooks, facts: list, figureGroups = [], tables = [], aside } = evaluation;
  return section("evaluation", "Evaluation", [
    paragraph(text),
    testLooks === undefined ? "" : looksParagraph(testLooks),
    facts(list),
    ...figureGroups.map((group) => figures(group)),
    ...tables.map((one) => table(one)),
    paragraph(aside, "aside"),
  ]);
}

/** A report whose count of looks at the test images is brought up to date; as it was where it has none. */
export function withTestLooks(html: string, sentence: string): string {
  return html.replace(/<p id="test-looks">[^<]*<\/p>/, () => looksParagraph(sentence));
}

function looksParagraph(sentence: string): string {
  return `<p id="test-looks">${escapeHtml(sentence)}</p>`;
}

/** A published figure with the digits that its authors gave: `0.927` → `92.7%`. */
function percent(fraction: number): string {
  return `${Number((fraction * 100).toFixed(4))}%`;
}

export function configurationSection(groups: readonly FactGroup[]): string {
  const shown = groups.filter((group) => group.facts.length > 0);
  const parts = shown.map((group) => `<div><h3>${escapeHtml(group.title)}</h3>${facts(group.facts)}</div>`);
  return section("configuration", "Configuration", [
    parts.length > 0 ? `<div class="groups">${parts.join("\n")}</div>` : "",
  ]);
}

export function reproductionSection(command: string, weightsSha256: string | undefined): string {
  return section("reproduction", "Reproduction", [
    paragraph("This command repeats the run."),
    `<pre><code>${escapeHtml(command)}</code></pre>`,
    weightsSha256 === undefined
      ? ""
      : `<p>It gives these weights, bit for bit:<br><code class="hash">${escapeHtml(weightsSha256)}</code></p>`,
    paragraph(
      weightsSha256 &&
        "The band of cloth at the head of this page is woven from that checksum: the same weights give the same cloth.",
      "aside",
    ),
  ]);
}

import { formatPercent, groupDigits } from "@heddle/core/internal/base/format.js";
import { formatShape } from "@heddle/core/internal/base/shape.js";
import type { EpochLogs } from "@heddle/core/internal/callbacks/history.js";
import type { SplitDescription } from "@heddle/core/internal/data/describe.js";
import { published } from "@heddle/core/internal/recipes/study-recipe.js";
import type { Metrics } from "@heddle/core/internal/records/metrics-record.js";
import type { RunRecord } from "@heddle/core/internal/records/run-record.js";
import type { DataRecord } from "../runs/data-record.js";
import { looksSentence } from "../runs/test-looks.js";
import { evaluationDetails } from "./evaluation-sections.js";
import { evaluationFacts } from "./evaluation-words.js";
import type { PageSection, PageTable } from "./page.js";
import { labelSmoothing, type ReportedTraining } from "./run-configuration.js";
import type { RunRecords } from "./run-records.js";

/** What the data is and what it looks like. */
export function datasetSection({ data, grids, missing }: RunRecords): PageSection {
  return {
    id: "dataset",
    title: "Dataset",
    ...missingText(missing.data),
    ...(data && describedData(data)),
    figures: grids.data,
  };
}

function describedData({
  train,
  test,
  duplicates,
  classNames,
}: DataRecord): Pick<PageSection, "facts" | "tables"> {
  const splitRow = (name: string, split: SplitDescription) => [
    name,
    groupDigits(split.images),
    split.shape.join(" × "),
    split.elementType,
    `${split.minimum} – ${split.maximum}`,
    split.mean.toFixed(2),
    split.standardDeviation.toFixed(2),
  ];
  const perClass: PageTable = {
    title: "Images of each class",
    head: ["Class", "Training", "Test"],
    rows: classNames.map((name, label) => [
      name,
      groupDigits(train.perClass[label]!),
      groupDigits(test.perClass[label]!),
    ]),
    numeric: [1, 2],
    amongFigures: true,
  };
  const splits: PageTable = {
    title: "Splits",
    head: ["Split", "Images", "Shape", "Type", "Range", "Mean", "Deviation"],
    rows: [splitRow("Training", train), splitRow("Test", test)],
    numeric: [1, 5, 6],
  };
  return {
    facts: [
      { label: "Duplicates within training", value: groupDigits(duplicates.withinTrain.count) },
      { label: "Duplicates within test", value: groupDigits(duplicates.withinTest.count) },
      {
        label: "Test images that are also in training",
        value: groupDigits(duplicates.betweenSplits.count),
      },
    ],
    tables: [perClass, splits],
  };
}

/** The layers of the model. */
export function modelSection({ model }: ReportedTraining): PageSection {
  const layers = model.summaryRows();
  const sum = (field: "parameters" | "macs") => layers.reduce((total, layer) => total + layer[field], 0);
  const rows = layers.map(({ name, className, outputShape, parameters, macs }) => [
    `${name} (${className})`,
    formatShape(outputShape),
    groupDigits(parameters),
    groupDigits(macs),
  ]);
  return {
    id: "model",
    title: "Model",
    tables: [
      {
        title: "Layers, with the multiply-accumulates (MACs) of one image",
        head: ["Layer", "Output shape", "Parameters", "MACs"],
        rows: [...rows, ["Total", "", groupDigits(sum("parameters")), groupDigits(sum("macs"))]],
        numeric: [2, 3],
        total: true,
      },
    ],
  };
}

/** How training went, epoch by epoch; `undefined` before the first epoch ended. */
export function trainingSection({
  record,
  training,
  data,
  epochs,
  curves,
}: RunRecords): PageSection | undefined {
  if (epochs.length === 0) return undefined;
  const sentences = [validationText(training, data), smoothingNote(training), resumedNote(record)];
  return {
    id: "training",
    title: "Training",
    text: sentences.filter(Boolean).join(" "),
    figures: curves,
    tables: [epochTable(epochs, validationNameOf(training))],
  };
}

/** What was measured after each epoch, and what it decided. */
function validationText(
  { earlyStopping, validationSplit }: ReportedTraining,
  data: DataRecord | undefined,
): string {
  if (!validationSplit) {
    return "Training is measured while it runs, with dropout on; test after each epoch, with dropout off. The test set decides nothing: the model of the last epoch is kept, whatever it scored.";
  }
  const kept =
    earlyStopping === undefined
      ? "the model of the last epoch is kept, whatever it scored"
      : "the model of the epoch with the lowest validation loss is kept";
  const heldOut = data ? `the ${groupDigits(data.validationImages)}` : "the";
  return `Training is measured while it runs, with dropout on; validation after each epoch, with dropout off, on ${heldOut} training images held out for it. The test set is looked at once training is over: ${kept}.`;
}

/** Smoothed targets cannot be met to zero loss, so that losses are not those of a plain cross-entropy. */
function smoothingNote(training: ReportedTraining): string {
  const smoothing = labelSmoothing(training);
  return smoothing === 0 ? "" : `Losses are measured against labels smoothed by ${smoothing}.`;
}

/** How often a run was resumed, where and on what; empty for a run in one go. */
export function resumedNote({ stretches }: Pick<RunRecord, "stretches">): string {
  const resumed = stretches.slice(1);
  if (resumed.length === 0) return "";
  const places = resumed.map(({ from: { epoch, step } }) => {
    if (step > 0) return `after step ${step} of epoch ${epoch + 1}`;
    return epoch > 0 ? `after epoch ${epoch}` : "from the start";
  });
  const times = resumed.length === 1 ? "once" : resumed.length === 2 ? "twice" : `${resumed.length} times`;
  const distinct = (values: readonly (string | number)[]) => [...new Set(values)].join(" and ");
  const threads = distinct(stretches.map((stretch) => stretch.threads));
  const node = distinct(stretches.map((stretch) => stretch.node));
  return `The run was stopped and resumed ${times} (${places.join(", ")}), on ${threads} threads and Node ${node}; an uninterrupted run gives the same weights.`;
}

/** What was measured after each epoch. */
export function validationNameOf({
  validationSplit,
}: Pick<ReportedTraining, "validationSplit">): "Validation" | "Test" {
  return validationSplit ? "Validation" : "Test";
}

function epochTable(epochs: readonly EpochLogs[], validationName: string): PageTable {
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
  return {
    title: "Epochs",
    head,
    rows: epochs.map((logs) => [
      String(logs.epoch),
      logs.loss.toFixed(4),
      formatPercent(logs.accuracy),
      logs.valLoss?.toFixed(4) ?? "–",
      logs.valAccuracy === undefined ? "–" : formatPercent(logs.valAccuracy),
      String(Number(logs.learningRate.toPrecision(3))),
      logs.seconds.toFixed(1),
      groupDigits(Math.round(logs.imagesPerSecond)),
    ]),
    numeric: head.map((_, column) => column),
    foldedUnder: epochs.length === 1 ? "The epoch in numbers" : `All ${epochs.length} epochs in numbers`,
  };
}

/** Accuracy and loss at the end, next to the published ones if these are on the same data, all of it. */
export function resultSection({ record, training }: RunRecords, { test, train }: Metrics): PageSection {
  const isComparable = record.dataset.name === "fashion-mnist" && training.limit === undefined;
  const gap = (accuracy: number) =>
    `${((accuracy - test.accuracy) * 100).toFixed(2).replace("-", "−")} points`;
  const rows: [row: string[], published: string][] = [
    [
      ["Test set", formatPercent(test.accuracy), "–", test.loss.toFixed(4)],
      publishedPercent(published.testAccuracy),
    ],
    [
      ["Training set, evaluated", formatPercent(train.accuracy), gap(train.accuracy), train.loss.toFixed(4)],
      "–",
    ],
    [
      ["Training set, while training", formatPercent(train.runningAccuracy), gap(train.runningAccuracy), "–"],
      publishedPercent(published.trainAccuracy),
    ],
  ];
  return {
    id: "result",
    title: "Result",
    tables: [
      {
        title: "Accuracy and loss after the last epoch",
        head: ["", "Accuracy", "Gap to test", "Loss", ...(isComparable ? [published.source] : [])],
        rows: rows.map(([row, theirs]) => (isComparable ? [...row, theirs] : row)),
        numeric: [1, 2, 3, 4],
      },
    ],
    aside:
      "Evaluated: measured after training, with dropout off. While training: the mean over the last epoch, with dropout on, as Keras prints it.",
  };
}

/** A published accuracy with the digits that its authors gave: `0.927` → `92.7%`. */
function publishedPercent(fraction: number): string {
  return `${Number((fraction * 100).toFixed(4))}%`;
}

/** What the model gets right and wrong; nothing where it was not evaluated. */
export function evaluationSections({
  evaluation: found,
  charts,
  grids,
  missing,
  metrics,
  testLooks,
}: RunRecords): readonly PageSection[] {
  const about = { id: "evaluation", title: "Evaluation" };
  const looks = looksSentence(testLooks);
  if (found === undefined) {
    return metrics ? [{ ...about, text: `${looks} Missing from this run's folder: evaluation.json.` }] : [];
  }
  if (found.evaluation === null) return [{ ...about, text: `${looks} ${found.reason}` }];
  const { evaluation } = found;
  return [
    {
      ...about,
      text: looks,
      facts: evaluationFacts(evaluation),
      aside: "evaluation.json in the run's folder holds all of these numbers.",
    },
    ...evaluationDetails(
      evaluation,
      {
        confusion: charts?.confusion ?? [],
        classes: charts?.classes ?? [],
        calibration: charts?.calibration ?? [],
        mistakes: grids.mistakes,
      },
      missingText(missing.mistakes),
    ),
  ];
}

function missingText(files: readonly string[]): Pick<PageSection, "text"> {
  return files.length === 0 ? {} : { text: `Missing from this run's folder: ${files.join(", ")}.` };
}

/** How to repeat the run, and what comes out. */
export function reproductionSection({ command }: RunRecord, metrics: Metrics | undefined): PageSection {
  const about = { id: "reproduction", title: "Reproduction", command };
  if (metrics === undefined) return { ...about, text: "This command repeats the run." };
  return {
    ...about,
    text: "This command repeats the run and gives the same weights, bit for bit.",
    facts: [{ label: "Weights, SHA-256", value: metrics.weights.sha256, code: true }],
    aside:
      "The band of cloth at the top of this page is woven from that checksum: the same weights give the same cloth.",
  };
}

import { formatDuration, formatPercent, groupDigits } from "@heddle/core/internal/base/format.js";
import { formatShape } from "@heddle/core/internal/base/shape.js";
import type { EpochLogs } from "@heddle/core/internal/callbacks/history.js";
import type { SplitDescription } from "@heddle/core/internal/data/describe.js";
import { published } from "@heddle/core/internal/recipes/study-recipe.js";
import type { Figure } from "../figures/figure.js";
import type { DataRecord } from "../runs/data-record.js";
import type { RunEvaluation } from "../runs/evaluation-record.js";
import type { Metrics, RunRecord } from "../runs/records.js";
import { looksSentence, type TestLook } from "../runs/test-looks.js";
import type { EvaluationCharts } from "./evaluation-figures.js";
import { classTable, evaluationFacts, pairsTables, temperatureNote } from "./evaluation-words.js";
import type {
  DatasetSection,
  EvaluationSection,
  Fact,
  HeadlineNumber,
  ReportData,
  ReportFigure,
  ReportTable,
} from "./page-data.js";
import { configurationGroups, labelSmoothing, type ReportedTraining } from "./report-configuration.js";
import { resumedNote } from "./resumed-words.js";
import { unfinishedNotice } from "./unfinished-notice.js";

/** All that a report is made of: what a run's folder holds, and what is drawn from that. */
export interface RunRecords {
  readonly record: RunRecord;
  /** What `record` says of the training. */
  readonly training: ReportedTraining;
  /** `undefined` in runs of older versions. */
  readonly data: DataRecord | undefined;
  readonly epochs: readonly EpochLogs[];
  /** `undefined` where the run did not get to its end. */
  readonly metrics: Metrics | undefined;
  readonly evaluation: RunEvaluation | undefined;
  readonly testLooks: readonly TestLook[];
  /** Accuracy and loss by epoch. */
  readonly curves: readonly Figure[];
  /** `undefined` without an evaluation. */
  readonly charts: EvaluationCharts | undefined;
  /** Grids of images, as they were kept. */
  readonly pictures: { readonly data: readonly ReportFigure[]; readonly mistakes: readonly ReportFigure[] };
  /** Files that the folder should hold and does not. */
  readonly missing: { readonly data: readonly string[]; readonly mistakes: readonly string[] };
}

/** What the report of a run shows. */
export function reportData(records: RunRecords): ReportData {
  const { record, training, metrics, epochs, curves } = records;
  const { model } = training;
  const evaluation = evaluationSection(records);
  const notice = noticeOf(records);
  const layers = model.summaryRows();
  const kind = layers.some(({ className }) => /Conv/.test(className))
    ? "A convolutional network"
    : "A network";
  return {
    title: record.dataset.title,
    subtitle: `${kind} of ${groupDigits(model.parameters)} parameters, trained for ${counted(epochs.length, "epoch")}`,
    id: record.id,
    ...(record.finishedAt !== undefined && { finishedAt: record.finishedAt }),
    ...(notice && { notice }),
    headline: metrics ? headlineOf(records, metrics) : headlineSoFar(records),
    dataset: datasetSection(records),
    model: {
      layers: layers.map((row) => ({
        layer: `${row.name} (${row.className})`,
        outputShape: formatShape(row.outputShape),
        parameters: row.parameters,
        macs: row.macs,
      })),
    },
    ...(epochs.length > 0 && {
      training: {
        text: `${validationText(records)}${smoothingNote(training)}${resumedNote(record)}`,
        figures: curves,
        epochs,
        validationName: validationNameOf(training),
      },
    }),
    ...(metrics && {
      result: { test: metrics.test, train: metrics.train, ...(isComparable(records) && { published }) },
    }),
    ...(evaluation && { evaluation }),
    configuration: configurationGroups(record, training, metrics),
    command: record.command,
    ...(metrics && { weightsSha256: metrics.weights.sha256 }),
  };
}

/** What `fit` validated on. */
export function validationNameOf({
  validationSplit,
}: Pick<ReportedTraining, "validationSplit">): "Validation" | "Test" {
  return validationSplit ? "Validation" : "Test";
}

function noticeOf(records: RunRecords): ReportData["notice"] {
  const { dataset } = records.record;
  const { standInFor } = dataset;
  const data = standInFor
    ? {
        title: `This is not a ${standInFor.title} result`,
        text: `${standInFor.reason} The images are drawn by code (fashion-sketch), so that everything else can be seen at work.`,
      }
    : dataset.source.kind === "generated"
      ? {
          title: "Generated images",
          text: "The images are drawn by code (fashion-sketch). Results on them say nothing about Fashion-MNIST.",
        }
      : undefined;
  const state = unfinishedNotice(records.record, records.epochs.length, records.training.epochs);
  if (state === undefined) return data;
  return data ? { title: state.title, text: `${state.text} ${data.title}: ${data.text}` } : state;
}

function headlineOf({ data }: RunRecords, metrics: Metrics): readonly HeadlineNumber[] {
  const { test, train, throughput, timeSeconds } = metrics;
  const images = data ? `${groupDigits(data.test.images)} images` : "images";
  return [
    {
      label: "Test accuracy",
      value: formatPercent(test.accuracy),
      note: `${images} never trained on`,
    },
    {
      label: "Training accuracy",
      value: formatPercent(train.accuracy),
      note: `evaluated; ${formatPercent(train.runningAccuracy)} while training`,
    },
    {
      label: "Time",
      value: formatDuration(timeSeconds.total),
      note: `${groupDigits(Math.round(throughput.trainImagesPerSecond))} images/s on ${counted(metrics.engine.threads, "thread")}`,
    },
  ];
}

/** The last epoch of a run that did not get to its end. */
function headlineSoFar({ epochs, training }: RunRecords): readonly HeadlineNumber[] {
  const last = epochs.at(-1);
  if (last === undefined) return [];
  const note = `after epoch ${last.epoch} of ${training.epochs}`;
  const measured = last.valAccuracy;
  return [
    ...(measured === undefined
      ? []
      : [{ label: `${validationNameOf(training)} accuracy`, value: formatPercent(measured), note }]),
    { label: "Training accuracy", value: formatPercent(last.accuracy), note: "while training" },
  ];
}

/** What was measured after each epoch, and what it decided. */
function validationText({ training, data }: RunRecords): string {
  const { earlyStopping, validationSplit } = training;
  if (!validationSplit) {
    return "Training is measured while it runs, with dropout on; test after each epoch, with dropout off. The test set decides nothing: the last epoch's model is kept whatever it scored.";
  }
  const kept =
    earlyStopping === undefined
      ? "the last epoch's model is kept whatever it scored"
      : "the model of the epoch with the lowest validation loss is kept";
  const heldOut = data ? `${groupDigits(data.validationImages)} ` : "";
  return `Training is measured while it runs, with dropout on; validation on ${heldOut}training images held out for it, after each epoch, with dropout off. The test set is looked at once training is over: ${kept}.`;
}

/** Smoothed targets cannot be met to zero loss, so that losses are not those of a plain cross-entropy. */
function smoothingNote(training: ReportedTraining): string {
  const smoothing = labelSmoothing(training);
  return smoothing === 0 ? "" : ` Losses are against labels smoothed by ${smoothing}.`;
}

/** True where the published numbers are of the same data, whole. */
function isComparable({ record, training }: RunRecords): boolean {
  return record.dataset.name === "fashion-mnist" && training.limit === undefined;
}

function datasetSection({ data, pictures, missing }: RunRecords): DatasetSection {
  const figures = pictures.data;
  const text = missingText(missing.data);
  if (data === undefined) return { ...(text !== undefined && { text }), figures };
  const { train, test, duplicates, classNames } = data;
  const row = (name: string, split: SplitDescription) => [
    name,
    groupDigits(split.images),
    split.shape.join(" × "),
    split.elementType,
    `${split.minimum} – ${split.maximum}`,
    split.mean.toFixed(2),
    split.standardDeviation.toFixed(2),
  ];
  const counts: ReportTable = {
    title: "Images of each class",
    head: ["Class", "Training", "Test"],
    rows: classNames.map((name, label) => [
      name,
      groupDigits(train.perClass[label]!),
      groupDigits(test.perClass[label]!),
    ]),
    numeric: [1, 2],
  };
  const found = (what: string, count: number): Fact => ({ label: what, value: groupDigits(count) });
  return {
    ...(text !== undefined && { text }),
    facts: [
      found("Duplicates within training", duplicates.withinTrain.count),
      found("Duplicates within test", duplicates.withinTest.count),
      found("Test images that are also in training", duplicates.betweenSplits.count),
    ],
    // The classes first: their table fills the space beside the tall grid.
    tables: [
      counts,
      {
        title: "Splits",
        head: ["Split", "Images", "Shape", "Type", "Range", "Mean", "Deviation"],
        rows: [row("Training", train), row("Test", test)],
        numeric: [1, 5, 6],
      },
    ],
    figures,
  };
}

/** What the model gets right and wrong; none where it was not evaluated. */
function evaluationSection(records: RunRecords): EvaluationSection | undefined {
  const { evaluation: found, charts, pictures, missing, metrics, testLooks: looks } = records;
  const testLooks = looksSentence(looks);
  if (found === undefined) {
    return metrics && { testLooks, text: "Not in this run's folder: evaluation.json." };
  }
  if (found.evaluation === null) {
    return { testLooks, text: `There is no more to say of this model. ${found.reason}` };
  }
  const { evaluation } = found;
  const text = missingText(missing.mistakes);
  return {
    ...(text !== undefined && { text }),
    testLooks,
    facts: evaluationFacts(evaluation),
    ...(charts && {
      figureGroups: [charts.confusion, [...charts.calibration, ...charts.classes], pictures.mistakes],
    }),
    tables: [classTable(evaluation), ...pairsTables(evaluation)],
    aside: `${temperatureNote(evaluation.calibration)} All of it as numbers: evaluation.json.`,
  };
}

function missingText(files: readonly string[]): string | undefined {
  return files.length === 0 ? undefined : `Not in this run's folder: ${files.join(", ")}.`;
}

/** `1 thread`, `2 threads`. */
function counted(count: number, what: string): string {
  return `${groupDigits(count)} ${what}${count === 1 ? "" : "s"}`;
}

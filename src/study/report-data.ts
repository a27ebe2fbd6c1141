import { formatBytes, formatDuration, formatPercent, groupDigits } from "../base/format.js";
import { isJsonObject, type JsonObject } from "../base/json.js";
import { formatShape } from "../base/shape.js";
import type { DatasetDescription, SplitDescription } from "../data/describe.js";
import type { Figure } from "../figures/figure.js";
import type { EpochLogs } from "../model/history.js";
import type { DatasetSection, Fact, FactGroup, ReportData, ReportTable } from "../report/report-data.js";
import type { Metrics, RunRecord } from "../runs/records.js";
import type { Job } from "./job.js";
import { published } from "./recipe.js";

export interface ReportParts {
  readonly record: RunRecord;
  readonly metrics: Metrics;
  readonly description: DatasetDescription;
  /** The grids of images. */
  readonly pictures: readonly Figure[];
  /** Accuracy and loss by epoch. */
  readonly curves: readonly Figure[];
  readonly epochs: readonly EpochLogs[];
}

/** What the report of a finished job shows. */
export function reportData(job: Job, parts: ReportParts): ReportData {
  const { record, metrics, epochs, curves } = parts;
  const { dataset, model } = job;
  const { train, test } = metrics;
  const isStudy = comparable(job);
  const standIn = job.standInFor;
  return {
    title: dataset.title,
    subtitle: `A convolutional network of ${groupDigits(model.parameters)} parameters, trained for ${epochs.length} epochs`,
    id: record.id,
    ...(record.finishedAt !== undefined && { finishedAt: record.finishedAt }),
    ...(standIn
      ? {
          notice: {
            title: `This is not a ${standIn.title} result`,
            text: `${standIn.reason} The images are drawn by code (fashion-sketch), so that everything else can be seen at work.`,
          },
        }
      : dataset.source.kind === "generated" && {
          notice: {
            title: "Generated images",
            text: "The images are drawn by code (fashion-sketch). Results on them say nothing about Fashion-MNIST.",
          },
        }),
    headline: [
      {
        label: "Test accuracy",
        value: formatPercent(test.accuracy),
        note: `${groupDigits(dataset.test.count)} images never trained on`,
      },
      {
        label: "Training accuracy",
        value: formatPercent(train.accuracy),
        note: `evaluated; ${formatPercent(train.runningAccuracy)} while training`,
      },
      {
        label: "Time",
        value: formatDuration(metrics.timeSeconds.total),
        note: `${groupDigits(Math.round(metrics.throughput.trainImagesPerSecond))} images/s on ${threadsText(metrics)}`,
      },
    ],
    dataset: datasetSection(parts),
    model: {
      layers: model.summaryRows().map((row) => ({
        layer: `${row.name} (${row.className})`,
        outputShape: formatShape(row.outputShape),
        parameters: row.parameters,
        macs: row.macs,
      })),
    },
    training: {
      text: `Training is measured while it runs, with dropout on; test after each epoch, with dropout off. The test set decides nothing: the last epoch's model is kept whatever it scored.${smoothingNote(job)}`,
      figures: curves,
      epochs,
    },
    result: {
      test,
      train,
      ...(isStudy && { published }),
    },
    configuration: configurationGroups(job, parts),
    command: record.command,
    weightsSha256: metrics.weights.sha256,
  };
}

/** True where the published numbers are of the same data, whole. */
function comparable(job: Job): boolean {
  return job.dataset.name === "fashion-mnist" && job.limit === undefined;
}

function datasetSection({ description, pictures }: ReportParts): DatasetSection {
  const { train, test, duplicates, classNames } = description;
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
    figures: pictures,
  };
}

/** An optimizer's options, those left out that are off. */
function optimizerFacts(config: JsonObject): Fact[] {
  const isOff = ([name, value]: [string, unknown]) =>
    value === null || value === false || (name.startsWith("ema_") && config["use_ema"] === false);
  return Object.entries(config)
    .filter((option) => !isOff(option))
    .map(([name, value]) => ({ label: name, value: optionText(value) }));
}

/** `0.9`, or of a schedule `OneCycle: peak 0.003, warmup 0.2`. */
function optionText(value: unknown): string {
  if (!isJsonObject(value)) return typeof value === "object" ? JSON.stringify(value) : String(value);
  const { class_name: name, config } = value;
  const options = Object.entries(isJsonObject(config) ? config : {});
  return `${name}: ${options.map(([option, given]) => `${option} ${given}`).join(", ")}`;
}

function configurationGroups(job: Job, { record, metrics }: ReportParts): FactGroup[] {
  const { machine, versions, dataset } = record;
  const optimizer = optimizerFacts(job.optimizer.getConfig());
  return [
    {
      title: "Training",
      facts: [
        { label: "Epochs", value: String(job.epochs) },
        { label: "Batch size", value: String(job.batchSize) },
        { label: "Loss", value: job.loss.className },
        { label: "Label smoothing", value: String(labelSmoothing(job)) },
        { label: "Optimizer", value: job.optimizer.className },
        ...optimizer,
        { label: "Seed", value: String(record.seed) },
        ...(job.limit === undefined
          ? []
          : [{ label: "Training images", value: `the first ${groupDigits(job.limit)}` }]),
      ],
    },
    {
      title: "Engine",
      facts: [
        { label: "Kernels", value: metrics.engine.variant },
        { label: "Threads", value: String(metrics.engine.threads) },
        {
          label: "Training",
          value: `${groupDigits(Math.round(metrics.throughput.trainImagesPerSecond))} images/s`,
        },
        {
          label: "Prediction",
          value: `${groupDigits(Math.round(metrics.throughput.predictImagesPerSecond))} images/s`,
        },
        { label: "Weights, SHA-256", value: metrics.weights.sha256, code: true },
      ],
    },
    {
      title: "Machine",
      facts: [
        { label: "Heddle", value: versions.heddle },
        { label: "Node", value: versions.node },
        { label: "Processor", value: `${machine.cpu}, ${machine.cores} cores` },
        { label: "Memory", value: formatBytes(machine.memoryBytes) },
        { label: "System", value: `${machine.platform} ${machine.architecture}` },
      ],
    },
    {
      title: "Data",
      facts:
        dataset.source.kind === "generated"
          ? [{ label: "Drawn by code, seed", value: String(dataset.source.seed ?? 0) }]
          : dataset.source.files.map(({ name, sha256 }) => ({ label: name, value: sha256, code: true })),
    },
  ];
}

/** Smoothed targets cannot be met to zero loss, so that losses are not those of a plain cross-entropy. */
function smoothingNote(job: Job): string {
  const smoothing = labelSmoothing(job);
  return smoothing === 0 ? "" : ` Losses are against labels smoothed by ${smoothing}.`;
}

function labelSmoothing({ loss }: Job): number {
  return Number(loss.getConfig()["label_smoothing"] ?? 0);
}

function threadsText({ engine }: Metrics): string {
  return `${engine.threads} ${engine.threads === 1 ? "thread" : "threads"}`;
}

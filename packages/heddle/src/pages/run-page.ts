import { counted, formatDuration, formatPercent, groupDigits } from "@heddle/core/internal/base/format.js";
import type { Metrics } from "@heddle/core/internal/records/metrics-record.js";
import { crossValidationSection } from "./cross-validation-section.js";
import { certaintyText } from "./evaluation-words.js";
import { dataNotice, joinNotices, unfinishedNotice } from "./notices.js";
import type { HeadlineNumber, Notice, Page, PageSection } from "./page.js";
import { configurationGroups } from "./run-configuration.js";
import type { RunRecords } from "./run-records.js";
import {
  datasetSection,
  evaluationSections,
  modelSection,
  reproductionSection,
  resultSection,
  trainingSection,
  validationNameOf,
} from "./run-sections.js";

/** The report of a run. */
export function runPage(records: RunRecords): Page {
  const { record, training, metrics, epochs } = records;
  const { model } = training;
  const isConvolutional = model.summaryRows().some(({ className }) => /Conv/.test(className));
  const network = isConvolutional ? "A convolutional network" : "A network";
  const notice = noticeOf(records);
  const sections: readonly (PageSection | undefined)[] = [
    datasetSection(records),
    modelSection(training),
    trainingSection(records),
    metrics && resultSection(records, metrics),
    crossValidationSection(records),
    ...evaluationSections(records),
    {
      id: "configuration",
      title: "Configuration",
      factGroups: configurationGroups(record, training, metrics),
    },
    reproductionSection(record, metrics),
  ];
  return {
    kind: "Heddle run report",
    title: record.dataset.title,
    subtitle: `${network} of ${groupDigits(model.parameters)} parameters, trained for ${counted(epochs.length, "epoch")}`,
    id: record.id,
    ...(record.finishedAt !== undefined && { finishedAt: record.finishedAt }),
    ...(notice && { notice }),
    headline: metrics ? headlineOf(records, metrics) : headlineSoFar(records),
    sections: sections.filter((section) => section !== undefined),
    ...(metrics && { weightsSha256: metrics.weights.sha256 }),
  };
}

function noticeOf({ record, epochs, training }: RunRecords): Notice | undefined {
  const { source, standInFor } = record.dataset;
  const progress = { done: epochs.length, planned: training.epochs };
  return joinNotices(unfinishedNotice(record, progress), dataNotice(source, standInFor));
}

function headlineOf({ data }: RunRecords, metrics: Metrics): readonly HeadlineNumber[] {
  const { test, crossValidation, train, throughput, timeSeconds, engine } = metrics;
  const speed = groupDigits(Math.round(throughput.trainImagesPerSecond));
  return [
    ...(crossValidation
      ? [
          {
            label: "Cross-validated accuracy",
            value: formatPercent(crossValidation.accuracy),
            note: `${certaintyText(crossValidation, crossValidation.chance)}; ${counted(crossValidation.images, "training image")}, each judged by a model that was not trained on it`,
          },
        ]
      : []),
    {
      label: "Test accuracy",
      value: formatPercent(test.accuracy),
      note: [
        ...certaintyOf(test),
        `on ${data ? `${groupDigits(data.test.images)} ` : ""}images never trained on`,
      ].join("; "),
    },
    {
      label: "Training accuracy",
      value: formatPercent(train.accuracy),
      note: `evaluated; ${formatPercent(train.runningAccuracy)} while training`,
    },
    {
      label: "Time",
      value: formatDuration(timeSeconds.total),
      note: `for data, training and evaluation; ${speed} images/s on ${counted(engine.threads, "thread")}`,
    },
  ];
}

function certaintyOf({ interval, chance }: Metrics["test"]): readonly string[] {
  return interval && chance ? [certaintyText({ interval }, chance)] : [];
}

/** The last epoch of a run that did not reach its end. */
function headlineSoFar({ epochs, training }: RunRecords): readonly HeadlineNumber[] {
  const last = epochs.at(-1);
  if (last === undefined) return [];
  const running = { label: "Training accuracy", value: formatPercent(last.accuracy), note: "while training" };
  if (last.valAccuracy === undefined) return [running];
  return [
    {
      label: `${validationNameOf(training)} accuracy`,
      value: formatPercent(last.valAccuracy),
      note: `after epoch ${last.epoch} of ${training.epochs}`,
    },
    running,
  ];
}

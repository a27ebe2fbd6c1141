import { AbortedError, HeddleError, messageOf } from "../base/errors.js";
import { heddleVersion } from "../base/version-node.js";
import { firstImages, type ImageSet } from "../data/dataset.js";
import { type DatasetDescription, describeDataset } from "../data/describe.js";
import { accuracyByEpoch, lossByEpoch } from "../figures/curves.js";
import type { Figure } from "../figures/figure.js";
import { firstOfEachClass, imageGrid } from "../figures/image-grid.js";
import type { EpochLogs, History } from "../model/history.js";
import type { Model } from "../model/model.js";
import { renderReport } from "../report/render-report.js";
import { describeMachine } from "../runs/machine.js";
import { type Metrics, RUN_FORMAT_VERSION, type RunRecord } from "../runs/records.js";
import { RunFolder } from "../runs/run-folder.js";
import { Clock } from "./clock.js";
import { configurationOf } from "./configuration.js";
import type { Job, JobResult } from "./job.js";
import { prepareTraining } from "./prepare-training.js";
import { reportData } from "./report-data.js";

/** Pictures of the study's first grid. */
const GRID_COUNT = 25;
const GRID_COLUMNS = 5;

/** Predictions are timed this often; the median counts. */
const PREDICTION_ROUNDS = 3;

/**
 * Trains a model, evaluates it, and keeps everything in a run folder with a report. The folder is readable at any
 * moment: `run.json` is there from the start, the history and the model after each epoch.
 *
 * @throws AbortedError when the signal fires; the folder then holds the model as it was at the last whole step.
 *   HeddleError before the folder is made when the model does not fit the data
 */
export async function runJob(job: Job): Promise<JobResult> {
  const clock = new Clock();
  const { dataset, model, events, signal } = job;
  const train = prepareTraining(job);
  const folder = await RunFolder.create(job.runsFolder, { name: job.name });
  events.onFolder(folder.path);
  const record = newRecord(job, folder.id);
  const epochs: EpochLogs[] = [];
  try {
    await folder.writeRecord(record);
    const description = describeDataset({ ...dataset, train });
    events.onDescribed(description);
    const pictures = await dataFigures(folder, job, train);
    clock.lap("data");

    const engine = await model.engine();
    events.onModel(model.summary(), engine);
    await model.fit(train, {
      epochs: job.epochs,
      batchSize: job.batchSize,
      validationData: dataset.test,
      signal,
      callbacks: [
        {
          onEpochEnd: async (logs) => {
            epochs.push(logs);
            await folder.appendEpoch(logs);
            await model.save(folder.modelPath);
          },
        },
        events.training,
      ],
    });
    const weightsSha256 = await model.weightsSha256();
    clock.lap("training");

    events.onStage("evaluating");
    const measured = await measure(model, train, dataset.test, signal);
    clock.lap("evaluation");

    events.onStage("writing the report");
    const curves = await curveFigures(folder, { epochs }, job.dataset.title);
    const metrics: Metrics = {
      dataset: { name: dataset.name },
      train: { ...measured.train, runningAccuracy: epochs.at(-1)!.accuracy },
      test: measured.test,
      throughput: {
        trainImagesPerSecond: median(epochs.map((logs) => logs.imagesPerSecond)),
        predictImagesPerSecond: measured.predictImagesPerSecond,
      },
      timeSeconds: { total: clock.total },
      weights: { sha256: weightsSha256 },
      engine,
    };
    await folder.writeMetrics(metrics);
    const finished: RunRecord = {
      ...record,
      status: "finished",
      finishedAt: new Date().toISOString(),
      timeSeconds: clock.seconds,
      weightsSha256,
    };
    await writeReport(folder, job, { record: finished, metrics, description, pictures, curves, epochs });
    await folder.writeRecord(finished);
    return { folder: folder.path, reportPath: folder.reportPath, metrics };
  } catch (thrown) {
    await closeBroken(folder, { ...record, timeSeconds: clock.seconds }, job, epochs, thrown);
    if (thrown instanceof AbortedError) throw new AbortedError(stoppedAt(job, epochs), { cause: thrown });
    throw thrown;
  } finally {
    model.dispose();
  }
}

function newRecord(job: Job, id: string): RunRecord {
  const { name, title, source, classNames } = job.dataset;
  return {
    formatVersion: RUN_FORMAT_VERSION,
    id,
    status: "running",
    command: job.command,
    configuration: configurationOf(job),
    seed: job.model.seed,
    versions: { heddle: heddleVersion, node: process.versions.node },
    machine: describeMachine(),
    dataset: { name, title, classNames, source },
    startedAt: new Date().toISOString(),
    timeSeconds: {},
  };
}

/** What the data looks like: the study's first two figures. */
async function dataFigures(folder: RunFolder, job: Job, train: ImageSet): Promise<Figure[]> {
  const { classNames, title } = job.dataset;
  const named = (set: ImageSet) => [...set.labels].map((label) => classNames[label]!);
  const first = firstImages(train, GRID_COUNT);
  const each = firstOfEachClass(train, classNames.length);
  const figures = [
    await imageGrid(first, {
      name: "first-images",
      title: `${title}: the first ${first.count} training images`,
      columns: GRID_COLUMNS,
      labels: named(first),
      tone: "ink",
    }),
    await imageGrid(each, {
      name: "one-of-each-class",
      title: `${title}: one training image of each class`,
      columns: GRID_COLUMNS,
      labels: named(each),
      tone: "ink",
    }),
  ];
  for (const figure of figures) await folder.writeFigure(figure);
  return figures;
}

async function curveFigures(folder: RunFolder, history: History, dataset: string): Promise<Figure[]> {
  const figures = [await accuracyByEpoch(history, { dataset }), await lossByEpoch(history, { dataset })];
  for (const figure of figures) await folder.writeFigure(figure);
  return figures;
}

/** Both splits with dropout off, and how fast predictions are. */
async function measure(model: Model, train: ImageSet, test: ImageSet, signal: AbortSignal) {
  const of = async (images: ImageSet) => {
    const { loss, accuracy } = await model.evaluate(images, { signal });
    return { loss, accuracy };
  };
  const result = { train: await of(train), test: await of(test) };
  const rates: number[] = [];
  for (let round = 0; round < PREDICTION_ROUNDS; round++) {
    const started = performance.now();
    await model.predict(test, { signal });
    rates.push(test.count / ((performance.now() - started) / 1000));
  }
  return { ...result, predictImagesPerSecond: median(rates) };
}

async function writeReport(
  folder: RunFolder,
  job: Job,
  parts: {
    record: RunRecord;
    metrics: Metrics;
    description: DatasetDescription;
    pictures: readonly Figure[];
    curves: readonly Figure[];
    epochs: readonly EpochLogs[];
  },
): Promise<void> {
  await folder.writeReport(renderReport(reportData(job, parts)));
}

/** Leaves a stopped or failed run as complete as it can be. */
async function closeBroken(
  folder: RunFolder,
  record: RunRecord,
  job: Job,
  epochs: readonly EpochLogs[],
  thrown: unknown,
): Promise<void> {
  const stopped = thrown instanceof AbortedError;
  const finishedAt = new Date().toISOString();
  try {
    if (stopped) await job.model.save(folder.modelPath);
    if (epochs.length > 0) await curveFigures(folder, { epochs }, job.dataset.title);
    await folder.writeRecord(
      stopped
        ? { ...record, status: "stopped", finishedAt }
        : { ...record, status: "failed", finishedAt, failure: messageOf(thrown) },
    );
  } catch (second) {
    // A full disk must not hide what went wrong first.
    throw new HeddleError(
      `${messageOf(thrown)} The run's folder could not be brought up to date: ${messageOf(second)}`,
      {
        cause: thrown,
      },
    );
  }
}

function stoppedAt(job: Job, epochs: readonly EpochLogs[]): string {
  return epochs.length < job.epochs
    ? `Stopped in epoch ${epochs.length + 1} of ${job.epochs}.`
    : "Stopped when training was over, before the report.";
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

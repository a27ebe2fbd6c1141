import { AbortedError, HeddleError, messageOf } from "@heddle/core/internal/base/errors.js";
import type { TrainingState } from "@heddle/core/internal/callbacks/callback.js";
import type { EpochLogs } from "@heddle/core/internal/callbacks/history.js";
import { TensorBoard } from "@heddle/core/internal/callbacks/index.js";
import { describeDataset } from "@heddle/core/internal/data/describe.js";
import type { Model } from "@heddle/core/internal/model/model.js";
import { prepareFit } from "@heddle/core/internal/recipes/prepare-training.js";
import { recipeOf } from "@heddle/core/internal/recipes/recipe.js";
import { limitedStreams } from "@heddle/core/internal/recipes/streamed.js";
import { type Metrics, RUN_FORMAT_VERSION, type RunRecord } from "../../runs/records.js";
import { RunFolder } from "../../runs/run-folder.js";
import type { LookReason } from "../../runs/test-looks.js";
import { lockFolder } from "../../system/lock.js";
import { describeMachine } from "../../system/machine.js";
import { heddleVersion } from "../../system/version.js";
import { evaluateJob } from "../evaluate/evaluate-job.js";
import type { Job, JobResult } from "../job.js";
import { type LabelledSet, labelledSet } from "../labelled-set.js";
import { drawDataFigures } from "../report/data-figures.js";
import { drawCurves, writeRunReport } from "../report/run-report.js";
import { describeStreams } from "../streams.js";
import { Checkpointing, marksOf } from "./checkpointing.js";
import { Clock } from "./clock.js";

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
  const prepared = await prepareJob(job);
  const folder = await RunFolder.create(job.runsFolder, { name: job.name });
  job.events.onFolder(folder.path);
  const lock = await lockFolder(folder.path, "Run");
  try {
    const record = newRecord(job, folder.id, prepared);
    return await workOn(job, prepared, { folder, record, epochs: [], timeSeconds: {}, state: undefined });
  } finally {
    await lock.release();
  }
}

/**
 * Goes on with a run, to the same bits as if it had never stopped. Its folder must be locked.
 *
 * @throws as `runJob` does
 */
export async function resumeJob(job: Job, from: RunSoFar): Promise<JobResult> {
  const { record, state } = from;
  const { finishedAt: _, failure: _why, ...begun } = record;
  const prepared = await prepareJob(job);
  job.events.onFolder(from.folder.path);
  job.events.onResumed?.(state);
  return workOn(job, prepared, { ...from, record: { ...begun, status: "running" } });
}

/** What there is of a run. */
export interface RunSoFar {
  readonly folder: RunFolder;
  readonly record: RunRecord;
  /** Whole epochs. */
  readonly epochs: readonly EpochLogs[];
  /** Seconds of each stage. */
  readonly timeSeconds: Readonly<Record<string, number>>;
  /** Undefined at the beginning. */
  readonly state: TrainingState | undefined;
}

/** Fits the model to the data, before there is a folder. */
async function prepareJob(job: Job) {
  const prepared = prepareFit(job);
  const streams = limitedStreams(job);
  const trainSet = labelledSet(streams?.train ?? prepared.train);
  const testSet = labelledSet(streams?.test ?? job.dataset.test);
  return { ...prepared, streams, trainSet, testSet, testSha256: await testSet.fingerprint() };
}

async function workOn(
  job: Job,
  { train, samples, validation, fit, streams, trainSet, testSet }: Awaited<ReturnType<typeof prepareJob>>,
  from: RunSoFar,
): Promise<JobResult> {
  const clock = new Clock(from.timeSeconds);
  const { dataset, model, events, signal } = job;
  const { folder, state } = from;
  let record = from.record;
  const epochs: EpochLogs[] = [...from.epochs];
  const countLook = (reason: LookReason) => folder.appendTestLook({ at: new Date().toISOString(), reason });
  try {
    if (job.tensorBoard) await folder.beginTensorBoard(epochs.length);
    await folder.writeRecord(record);
    if (record.stretches.length > 0) await folder.writeHistory({ epochs });
    const shown = { ...dataset, train };
    const description = streams ? describeStreams(shown, streams) : describeDataset(shown);
    const { source: _, ...data } = description;
    await folder.writeData({ ...data, validationImages: validation?.count ?? 0 });
    events.onDescribed(description);
    // The threads start while the figures are drawn.
    const [engine] = await Promise.all([model.engine(), drawDataFigures(folder, job, train, trainSet)]);
    clock.lap("data");

    record = beginStretch(record, engine.threads, state);
    await folder.writeRecord(record);
    const checkpointing = new Checkpointing({
      ...{ folder, epochs, clock, from: state, heldOut: validation !== undefined },
      rule: job.checkpoints ?? {},
      marks: await marksOf(record),
    });
    events.onModel(model.summary(), engine);
    await model.fit(samples, {
      ...fit,
      validationData: validation ?? testSet.samples,
      signal,
      callbacks: [
        {
          onEpochEnd: async (logs) => {
            await folder.checkThere();
            epochs.push(logs);
            if (validation === undefined) await countLook("validation");
            await folder.appendEpoch(logs);
            await model.save(folder.modelPath);
          },
        },
        ...fit.callbacks,
        ...(job.tensorBoard ? [new TensorBoard(folder.tensorBoardPath)] : []),
        checkpointing,
        events.training,
      ],
    });
    // Early stopping may have gone back to the weights of an earlier epoch.
    await model.save(folder.modelPath);
    const weightsSha256 = await model.weightsSha256();
    clock.lap("training");

    await folder.checkThere();
    events.onStage("evaluating");
    const measured = await measure(model, trainSet, testSet, signal);
    const heldOut = validation && {
      images: validation,
      outputs: await model.predict(validation, { signal }),
    };
    await countLook("end of training");
    clock.lap("evaluation");

    events.onStage("writing the report");
    await folder.checkThere();
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
    const { outputs } = measured;
    // Its threads and their memory, before the figures take theirs.
    model.dispose();
    await evaluateJob(folder, job, { outputs, heldOut });
    const finished: RunRecord = {
      ...endStretch(record),
      status: "finished",
      timeSeconds: clock.seconds,
      weightsSha256,
    };
    await writeRunReport(folder, finished);
    await folder.writeRecord(finished);
    return { folder: folder.path, reportPath: folder.reportPath, metrics };
  } catch (thrown) {
    const ended = { ...endStretch(record), timeSeconds: clock.seconds };
    // Of a folder that is gone nothing is made anew, and that is what went wrong.
    await folder.checkThere();
    await closeBroken(folder, ended, job, thrown);
    if (thrown instanceof AbortedError) throw new AbortedError(stoppedAt(job, epochs), { cause: thrown });
    throw thrown;
  } finally {
    model.dispose();
  }
}

function newRecord(
  job: Job,
  id: string,
  { trainSet, testSha256 }: { readonly trainSet: LabelledSet; readonly testSha256: string },
): RunRecord {
  const { name, title, source, classNames } = job.dataset;
  return {
    formatVersion: RUN_FORMAT_VERSION,
    id,
    status: "running",
    command: job.command,
    recipe: recipeOf(job.settings),
    model: job.model.toJson(),
    ...(job.checkpoints && { checkpoints: job.checkpoints }),
    versions: { heddle: heddleVersion, node: process.versions.node },
    machine: describeMachine(),
    dataset: {
      name,
      title,
      classNames,
      source,
      trainImages: trainSet.count,
      testSha256,
      ...(job.standInFor && { standInFor: job.standInFor }),
    },
    startedAt: new Date().toISOString(),
    timeSeconds: {},
    stretches: [],
  };
}

/** Counts the time from now on as one process's. */
function beginStretch(record: RunRecord, threads: number, state: TrainingState | undefined): RunRecord {
  const from = { epoch: state?.epoch ?? 0, step: state?.underWay?.steps ?? 0 };
  const stretch = { startedAt: new Date().toISOString(), threads, node: process.versions.node, from };
  return { ...record, stretches: [...record.stretches, stretch] };
}

/** The record of a run that nobody works on any more. */
function endStretch(record: RunRecord): RunRecord & { readonly finishedAt: string } {
  const finishedAt = new Date().toISOString();
  const before = record.stretches.slice(0, -1);
  const last = record.stretches.slice(-1).map((stretch) => ({ ...stretch, stoppedAt: finishedAt }));
  return { ...record, finishedAt, stretches: [...before, ...last] };
}

/** Both splits with dropout off, what the model gives for the test images, and how fast. */
async function measure(model: Model, train: LabelledSet, test: LabelledSet, signal: AbortSignal) {
  const of = async ({ samples }: LabelledSet) => {
    const { loss, accuracy } = await model.evaluate(samples, { signal });
    return { loss, accuracy };
  };
  const result = { train: await of(train), test: await of(test) };
  const rates: number[] = [];
  let outputs: Float32Array = new Float32Array();
  for (let round = 0; round < PREDICTION_ROUNDS; round++) {
    const started = performance.now();
    outputs = await model.predict(test.samples, { signal });
    rates.push(test.count / ((performance.now() - started) / 1000));
  }
  return { ...result, outputs, predictImagesPerSecond: median(rates) };
}

/** Leaves a stopped or failed run as complete as it can be. */
async function closeBroken(folder: RunFolder, record: RunRecord, job: Job, thrown: unknown): Promise<void> {
  const stopped = thrown instanceof AbortedError;
  try {
    if (stopped) await job.model.save(folder.modelPath);
    for (const figure of await drawCurves(folder, job.dataset.title, job)) await folder.writeFigure(figure);
    await folder.writeRecord(
      stopped
        ? { ...record, status: "stopped" }
        : { ...record, status: "failed", failure: messageOf(thrown) },
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

import { AbortedError, type HeddleError } from "../base/errors.js";
import { wholeNumber } from "../base/shape.js";
import type { Optimizer } from "../optimizers/index.js";
import type { Callback } from "./callbacks.js";
import type { CompiledProgram } from "./compile.js";
import { Control, type ControlledModel } from "./control.js";
import type { EpochLogs, History } from "./history.js";
import type { MetricValues } from "./measures.js";
import { hasNonFinite, type NonFinite } from "./non-finite.js";
import { verboseLines } from "./progress-lines.js";
import { SampleOrder } from "./sample-order.js";
import { type Session, scalarRows } from "./session.js";

export interface FitOptions {
  /** Passes over the data; 1 by default. */
  readonly epochs?: number;
  /** Samples of a step; 32 by default. The last step of an epoch takes what is left. */
  readonly batchSize?: number;
  /** New order every epoch, from the model's seed; true by default. */
  readonly shuffle?: boolean;
  /**
   * Epochs that count as done, 0 by default: training goes on as the epoch behind them, up to `epochs` in all, in the
   * order of samples that it would have had.
   */
  readonly initialEpoch?: number;
  /** Batches of an epoch; by default a pass over the data. The next epoch goes on where the last one ended. */
  readonly stepsPerEpoch?: number;
  /** Validates behind every n-th epoch, or behind those listed (from 1); 1 by default. */
  readonly validationFreq?: number | readonly number[];
  /** Prints nothing (0, the default), or lines for each epoch with a bar (1) or without (2). */
  readonly verbose?: 0 | 1 | 2;
  readonly callbacks?: readonly Callback[];
  /** Stops after the step under way; `fit` then rejects with AbortedError, the model keeping what it has learnt. */
  readonly signal?: AbortSignal;
}

/** What the model hands to the loop. */
export interface Training {
  readonly session: Session;
  readonly compiled: CompiledProgram;
  readonly data: number;
  readonly samples: number;
  readonly optimizer: Optimizer;
  readonly seed: number;
  /** What earlier calls of `fit` have done; counted on, also where this one is stopped. */
  readonly done: {
    /** Steps since the optimizer began. */
    steps: number;
    /** Whole epochs of the model: each has its own order of samples. */
    epochs: number;
    /** Set by a callback: from then on it is used instead of the optimizer's. */
    learningRate: number | undefined;
  };
  readonly model: ControlledModel;
  /** Names the layer where numbers stopped being finite. */
  readonly explain: (found: NonFinite) => Promise<HeddleError>;
  readonly validate: (() => Promise<{ loss: number; accuracy: number; metrics: MetricValues }>) | undefined;
}

/** Sums over the samples of an epoch so far, in f64 and in their order. */
interface Totals {
  loss: number;
  penalty: number;
  correct: number;
  samples: number;
}

/** Trains for some epochs. */
export async function trainEpochs(training: Training, options: FitOptions): Promise<History> {
  const { session, compiled, samples, optimizer, seed, done } = training;
  const { signal, verbose = 0 } = options;
  const callbacks = [...(options.callbacks ?? [])];
  if (verbose !== 0) callbacks.push(verboseLines(verbose, (line) => console.log(line)));
  const { batchSize } = compiled.program;
  const epochs = wholeNumber("fit", "epochs", options.epochs ?? 1);
  const stepsPerEpoch =
    options.stepsPerEpoch === undefined
      ? Math.ceil(samples / batchSize)
      : wholeNumber("fit", "stepsPerEpoch", options.stepsPerEpoch);
  const validatesIn = validationRule(options.validationFreq ?? 1);
  const initialEpoch = wholeNumber("fit", "initialEpoch", options.initialEpoch ?? 0, 0);
  if (options.initialEpoch !== undefined) done.epochs = initialEpoch;
  const control = new Control({ ...training, epochs, steps: stepsPerEpoch, initialEpoch });
  for (const callback of callbacks) await callback.onTrainBegin?.(control);
  const totalSteps = done.steps + (epochs - control.epoch) * stepsPerEpoch;
  control.totalSteps = totalSteps;
  const order = new SampleOrder({
    ...{ samples, batchSize, seed, stepsPerEpoch: options.stepsPerEpoch },
    shuffle: options.shuffle ?? true,
    passesBefore: done.epochs - control.epoch,
  });
  // Each order is made from the one before it.
  for (let epoch = 0; epoch < control.epoch; epoch++) order.nextEpoch();
  const logs: EpochLogs[] = [];

  while (control.epoch < epochs && !control.stopped) {
    const epoch = ++control.epoch;
    for (const callback of callbacks) await callback.onEpochBegin?.(epoch, control);
    // Between epochs others have their turn: a callback may evaluate the model, or change its weights.
    const row = await session
      .alone(() => trainEpoch(epoch))
      .catch(async (thrown) => {
        if (!(thrown instanceof NonFiniteNumbers)) throw thrown;
        session.clearState(optimizer);
        done.steps = 0;
        const fault = await training.explain(thrown.found);
        for (const callback of callbacks) await callback.onNonFinite?.(fault, control);
        if (!control.stopped) throw fault;
        return undefined;
      });
    if (!row) break;
    logs.push(row);
    for (const callback of callbacks) await callback.onEpochEnd?.(row, control);
    if (signal?.aborted) throw new AbortedError(`Stopped after epoch ${epoch} of ${epochs}.`);
  }
  // As in Keras, the running average takes the weights' place when all epochs are over, unless one ended in a fault.
  if (logs.length > 0 && done.steps > 0) await session.alone(() => session.readAverages(optimizer));
  for (const callback of callbacks) await callback.onTrainEnd?.(control);
  return { epochs: logs };

  async function trainEpoch(epoch: number): Promise<EpochLogs> {
    const totals: Totals = { loss: 0, penalty: 0, correct: 0, samples: 0 };
    const started = performance.now();
    const seconds = () => (performance.now() - started) / 1000;
    let reports: Promise<unknown> = Promise.resolve();
    let stepsDone = 0;
    const onProgress = (step: number, before: number, count: number) => {
      reports = Promise.all([reports, report(step, before, count)]);
      // A callback that throws is heard when the run has ended.
      reports.catch(() => {});
    };

    session.writeWeights();
    try {
      const samplesPerRun = compiled.maxSteps * batchSize;
      for (const part of order.nextEpoch()) {
        for (let first = 0; first < part.length; first += samplesPerRun) {
          await trainRun(part.subarray(first, first + samplesPerRun));
        }
      }
    } catch (thrown) {
      if (thrown instanceof AbortedError) await session.readWeights();
      throw thrown;
    }
    const elapsed = seconds();
    await keepWeights();
    done.epochs++;
    const validation = validatesIn(epoch) ? await training.validate?.() : undefined;
    return {
      epoch: done.epochs,
      loss: (totals.loss + totals.penalty) / totals.samples,
      accuracy: totals.correct / totals.samples,
      ...(validation && {
        valLoss: validation.loss,
        valAccuracy: validation.accuracy,
        ...(Object.keys(validation.metrics).length > 0 && { valMetrics: validation.metrics }),
      }),
      learningRate: control.rateOf(done.steps - 1),
      seconds: elapsed,
      imagesPerSecond: totals.samples / elapsed,
    };

    async function trainRun(rows: Int32Array): Promise<void> {
      const before = totals.samples;
      const stepsBefore = stepsDone;
      const firstStep = done.steps;
      const run = session.run(compiled, {
        data: training.data,
        rows,
        scalars: scalarRows(optimizer, {
          ...{ firstStep, totalSteps, samples: rows.length, batchSize },
          learningRate: done.learningRate,
        }),
        stepBase: firstStep,
        signal,
        onProgress: callbacks.some((callback) => callback.onProgress)
          ? (steps) => onProgress(stepsBefore + steps, before, Math.min(rows.length, steps * batchSize))
          : undefined,
      });
      await run.finally(() => {
        done.steps += session.engine.stepsDone;
      });
      stepsDone += Math.ceil(rows.length / batchSize);
      await reports;
      const losses = await add(totals, rows.length);
      const wrong = losses.findIndex((value) => !Number.isFinite(value));
      if (wrong < 0) return;
      const step = Math.floor(wrong / batchSize);
      throw new NonFiniteNumbers({
        step: firstStep + step + 1,
        epoch,
        loss: losses[wrong],
        rows: rows.slice(step * batchSize, (step + 1) * batchSize),
        weights: await session.copyWeights(),
        atStart: before === 0 && step === 0,
      });
    }

    /** Copies the engine's weights to the model, unless some are not finite. */
    async function keepWeights(): Promise<void> {
      const weights = await session.copyWeights();
      if (weights.some(({ values }) => hasNonFinite(values))) {
        const rows = new Int32Array();
        throw new NonFiniteNumbers({
          ...{ step: done.steps, epoch, loss: undefined, rows, weights, atStart: false },
        });
      }
      for (const { weight, values } of weights) weight.values.set(values);
    }

    /** Adds the results of the run's first `count` samples. */
    async function add(sums: Totals, count: number): Promise<Float32Array> {
      const results = await session.results(compiled, count);
      for (const value of results.loss) sums.loss += value;
      for (const value of results.correct) sums.correct += value;
      const penalties = await session.penalties(compiled, Math.ceil(count / batchSize));
      penalties.forEach((value, step) => {
        sums.penalty += value * Math.min(batchSize, count - step * batchSize);
      });
      sums.samples += count;
      return results.loss;
    }

    async function report(step: number, before: number, count: number): Promise<void> {
      const sums = { ...totals };
      await add(sums, count);
      if (sums.samples === 0) return;
      for (const callback of callbacks) {
        callback.onProgress?.({
          epoch,
          epochs,
          step,
          steps: stepsPerEpoch,
          samples: before + count,
          seconds: seconds(),
          loss: (sums.loss + sums.penalty) / sums.samples,
          accuracy: sums.correct / sums.samples,
        });
      }
    }
  }
}

/** Which epochs, counted from 1, are validated. */
function validationRule(freq: number | readonly number[]): (epoch: number) => boolean {
  if (typeof freq !== "number") return (epoch) => freq.includes(epoch);
  const every = wholeNumber("fit", "validationFreq", freq);
  return (epoch) => epoch % every === 0;
}

/** Leaves the engine's turn; what users see is made from it outside. */
class NonFiniteNumbers extends Error {
  constructor(readonly found: NonFinite) {
    super("numbers that are not finite");
  }
}

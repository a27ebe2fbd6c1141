import { AbortedError } from "../base/errors.js";
import { Random, shuffle } from "../base/random.js";
import { wholeNumber } from "../base/shape.js";
import type { Optimizer } from "../optimizers/index.js";
import type { Callback } from "./callbacks.js";
import type { CompiledProgram } from "./compile.js";
import type { EpochLogs, History } from "./history.js";
import { type Session, scalarRows } from "./session.js";

export interface FitOptions {
  /** Passes over the data; 1 by default. */
  readonly epochs?: number;
  /** Samples of a step; 32 by default. The last step of an epoch takes what is left. */
  readonly batchSize?: number;
  /** New order every epoch, from the model's seed; true by default. */
  readonly shuffle?: boolean;
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
  };
  readonly validate: (() => Promise<{ loss: number; accuracy: number }>) | undefined;
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
  const { signal, callbacks = [] } = options;
  const { batchSize } = compiled.program;
  const epochs = wholeNumber("fit", "epochs", options.epochs ?? 1);
  const stepsPerEpoch = Math.ceil(samples / batchSize);
  const totalSteps = done.steps + epochs * stepsPerEpoch;
  const order = Int32Array.from({ length: samples }, (_, index) => index);
  const logs: EpochLogs[] = [];

  for (let epoch = 1; epoch <= epochs; epoch++) {
    for (const callback of callbacks) await callback.onEpochBegin?.(epoch);
    // Between epochs others have their turn: a callback may evaluate the model, or change its weights.
    const row = await session.alone(() => trainEpoch(epoch));
    logs.push(row);
    for (const callback of callbacks) await callback.onEpochEnd?.(row);
    if (signal?.aborted) throw new AbortedError(`Stopped after epoch ${epoch} of ${epochs}.`);
  }
  return { epochs: logs };

  async function trainEpoch(epoch: number): Promise<EpochLogs> {
    if (options.shuffle ?? true) shuffle(order, new Random(seed, "shuffle", done.epochs));
    const totals: Totals = { loss: 0, penalty: 0, correct: 0, samples: 0 };
    const started = performance.now();
    const seconds = () => (performance.now() - started) / 1000;
    let reports: Promise<unknown> = Promise.resolve();
    const onProgress = (before: number, count: number) => {
      reports = Promise.all([reports, report(before, count)]);
      // A callback that throws is heard when the run has ended.
      reports.catch(() => {});
    };

    session.writeWeights();
    try {
      const samplesPerRun = compiled.maxSteps * batchSize;
      for (let first = 0; first < samples; first += samplesPerRun) {
        const rows = order.subarray(first, first + samplesPerRun);
        const sizes = { firstStep: done.steps, totalSteps, samples: rows.length, batchSize };
        const run = session.run(compiled, {
          data: training.data,
          rows,
          scalars: scalarRows(optimizer, sizes),
          stepBase: done.steps,
          signal,
          onProgress: callbacks.some((callback) => callback.onProgress)
            ? (stepsDone) => onProgress(first, Math.min(rows.length, stepsDone * batchSize))
            : undefined,
        });
        await run.finally(() => {
          done.steps += session.engine.stepsDone;
        });
        await reports;
        await add(totals, rows.length);
      }
    } catch (thrown) {
      if (thrown instanceof AbortedError) await session.readWeights();
      throw thrown;
    }
    const elapsed = seconds();
    await session.readWeights();
    done.epochs++;
    const validation = await training.validate?.();
    return {
      epoch: done.epochs,
      loss: (totals.loss + totals.penalty) / totals.samples,
      accuracy: totals.correct / totals.samples,
      ...(validation && { valLoss: validation.loss, valAccuracy: validation.accuracy }),
      learningRate: optimizer.schedule.rate(done.steps - 1, totalSteps),
      seconds: elapsed,
      imagesPerSecond: samples / elapsed,
    };

    /** Adds the results of the run's first `count` samples. */
    async function add(sums: Totals, count: number): Promise<void> {
      const results = await session.results(compiled, count);
      for (const value of results.loss) sums.loss += value;
      for (const value of results.correct) sums.correct += value;
      const penalties = await session.penalties(compiled, Math.ceil(count / batchSize));
      penalties.forEach((value, step) => {
        sums.penalty += value * Math.min(batchSize, count - step * batchSize);
      });
      sums.samples += count;
    }

    async function report(before: number, count: number): Promise<void> {
      const sums = { ...totals };
      await add(sums, count);
      if (sums.samples === 0) return;
      for (const callback of callbacks) {
        callback.onProgress?.({
          epoch,
          epochs,
          step: Math.ceil((before + count) / batchSize),
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

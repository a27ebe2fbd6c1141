import { AbortedError, HeddleError } from "../base/errors.js";
import { type Shape, sizeOf, wholeNumber } from "../base/shape.js";
import type { Callback, EpochSums } from "../callbacks/callback.js";
import type { EpochLogs, History } from "../callbacks/history.js";
import type { CompiledProgram } from "../compiler/compile.js";
import type { MetricValues } from "../metrics/index.js";
import type { Optimizer } from "../optimizers/index.js";
import type { Schedule } from "../schedules/index.js";
import { checkedCallbacks } from "./check-callbacks.js";
import { Control, type ControlledModel } from "./control.js";
import type { Feed, FeedRun } from "./feed.js";
import { hasNonFinite, type NonFinite } from "./non-finite.js";
import { Pauses, unhurried, type Watch } from "./pauses.js";
import { verboseLines } from "./progress-lines.js";
import { scalarRows } from "./scalar-rows.js";
import type { Session } from "./session.js";
import { StreamFault } from "./stream-reader.js";
import { sumInOrder } from "./sum-in-order.js";

export interface FitOptions {
  /** Passes over the data; 1 by default. */
  readonly epochs?: number;
  /** Samples of a step; 32 by default. The last step of an epoch takes what is left. */
  readonly batchSize?: number;
  /** New order every epoch, from the model's seed; true by default. Streams keep their own order. */
  readonly shuffle?: boolean;
  /**
   * Epochs that count as done, 0 by default: training goes on as the epoch behind them, up to `epochs` in all, in the
   * order of samples that it would have had.
   */
  readonly initialEpoch?: number;
  /**
   * Batches of an epoch; by default a pass over the data. The next epoch goes on where the last one ended; behind the
   * end of a pass another begins.
   */
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
  readonly feed: Feed;
  readonly optimizer: Optimizer;
  readonly inputShape: Shape;
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

type Totals = { -readonly [Sum in keyof EpochSums]: EpochSums[Sum] };

/** Trains for some epochs. */
export async function trainEpochs(training: Training, options: FitOptions): Promise<History> {
  const { session, compiled, feed, optimizer, done } = training;
  const { signal, verbose = 0 } = options;
  const callbacks = checkedCallbacks(options.callbacks ?? []);
  checkVerbose(verbose);
  if (verbose !== 0) callbacks.push(verboseLines(verbose, (line) => console.log(line)));
  const { batchSize } = compiled.program;
  const epochs = wholeNumber("fit", "epochs", options.epochs ?? 1);
  const { stepsPerEpoch } = feed;
  const validatesIn = validationRule(options.validationFreq ?? 1);
  const initialEpoch = wholeNumber("fit", "initialEpoch", options.initialEpoch ?? 0, 0);
  if (options.initialEpoch !== undefined) done.epochs = initialEpoch;
  const pauses = new Pauses(callbacks);
  const control = new Control({ ...training, epochs, steps: stepsPerEpoch, initialEpoch, callbacks });
  for (const callback of callbacks) await callback.onTrainBegin?.(control);
  const restored = control.recall();
  /** The epoch that the state was taken in. */
  let underWay = restored?.underWay;
  const stepsDoneInIt = underWay?.steps ?? 0;
  const totalSteps = done.steps - stepsDoneInIt + (epochs - control.epoch) * stepsPerEpoch;
  if (totalSteps === Number.POSITIVE_INFINITY) checkNeedsNoEnd(optimizer.schedule);
  control.totalSteps = totalSteps;
  const position = { epochsDone: control.epoch, epochsBefore: done.epochs, stepsDone: stepsDoneInIt };
  if (!control.stopped) await feed.begin({ epochs, ...position });
  const logs: EpochLogs[] = [];

  while (control.epoch < epochs && !control.stopped) {
    const epoch = ++control.epoch;
    for (const callback of callbacks) await callback.onEpochBegin?.(epoch, control);
    // What they set in this epoch was set before the state was taken.
    if (underWay) done.learningRate = restored!.learningRate;
    pauses.begin();
    // Between epochs others have their turn: a callback may evaluate the model, or change its weights.
    const row = await session
      .alone(() => trainEpoch(epoch))
      .catch(async (thrown) => {
        if (thrown instanceof StreamFault) throw thrown.cause;
        if (!(thrown instanceof NonFiniteNumbers)) throw thrown;
        session.weights.clearState(optimizer);
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
  if ((logs.length > 0 || restored) && done.steps > 0)
    await session.alone(() => session.weights.readAverages(optimizer));
  for (const callback of callbacks) await callback.onTrainEnd?.(control);
  return { epochs: logs };

  async function trainEpoch(epoch: number): Promise<EpochLogs> {
    const from = underWay;
    underWay = undefined;
    const totals: Totals = { ...(from?.sums ?? NO_SUMS) };
    const started = performance.now() - 1000 * (from?.seconds ?? 0);
    const seconds = () => (performance.now() - started) / 1000;
    let reports: Promise<unknown> = Promise.resolve();
    let stepsDone = from?.steps ?? 0;
    const onProgress = (step: number, before: number, count: number) => {
      reports = Promise.all([reports, report(step, before, count)]);
      // A callback that throws is heard when the run has ended.
      reports.catch(() => {});
    };

    session.weights.write();
    try {
      for await (const run of feed.epoch(compiled.maxSteps * batchSize, signal)) await trainRun(run);
    } catch (thrown) {
      if (thrown instanceof AbortedError || thrown instanceof StreamFault) {
        await session.weights.read();
        await pause();
      }
      throw thrown;
    }
    control.steps = stepsDone;
    const elapsed = seconds();
    await keepWeights();
    const validation = await validate(elapsed);
    return {
      epoch: done.epochs,
      loss: lossOf(totals),
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

    /** Trains on all of a run, in parts between which it pauses. */
    async function trainRun(run: FeedRun): Promise<void> {
      for (let first = 0, samples = Number.POSITIVE_INFINITY; first < run.rows.length; first += samples) {
        // Where the time was too short for a step, one is taken whatever it takes.
        const steps = samples === 0 ? 1 : pauses.stepsFrom(done.steps);
        const rows = run.rows.subarray(first, first + steps * batchSize);
        samples = await trainPart({ ...run, rows }, samples === 0 ? unhurried(signal) : pauses.watch(signal));
        if (pauses.isDue(done.steps) && stepsDone < stepsPerEpoch) await pause();
      }
    }

    /** Trains until the rows are over or `watch` says halt; gives how many samples it took. */
    async function trainPart({ data, rows, images, firstImage }: FeedRun, watch: Watch): Promise<number> {
      const before = totals.samples;
      const stepsBefore = stepsDone;
      const firstStep = done.steps;
      const run = session.run(compiled, {
        data,
        rows,
        scalars: scalarRows(optimizer, {
          ...{ firstStep, totalSteps, samples: rows.length, batchSize },
          learningRate: done.learningRate,
        }),
        stepBase: firstStep,
        signal: watch.signal,
        onProgress: callbacks.some((callback) => callback.onProgress)
          ? (steps) => onProgress(stepsBefore + steps, before, Math.min(rows.length, steps * batchSize))
          : undefined,
      });
      const halted = await run
        .then(
          () => undefined,
          (thrown: unknown) => {
            if (thrown instanceof AbortedError) return thrown;
            throw thrown;
          },
        )
        .finally(() => {
          watch.release();
          done.steps += session.engine.stepsDone;
        });
      const steps = done.steps - firstStep;
      const count = Math.min(rows.length, steps * batchSize);
      stepsDone += steps;
      await reports;
      const losses = await add(totals, count);
      const wrong = losses.findIndex((value) => !Number.isFinite(value));
      if (wrong >= 0) {
        const step = Math.floor(wrong / batchSize);
        const batchRows = rows.slice(step * batchSize, (step + 1) * batchSize);
        throw new NonFiniteNumbers({
          step: firstStep + step + 1,
          epoch,
          loss: losses[wrong],
          batch: gathered(images, sizeOf(training.inputShape), batchRows),
          rows: batchRows.map((row) => firstImage + row),
          weights: await session.weights.copy(),
          atStart: before === 0 && step === 0,
        });
      }
      if (halted && signal?.aborted) throw halted;
      return count;
    }

    /** Lets callbacks keep what there is of the epoch. */
    async function pause(elapsed = seconds()): Promise<void> {
      control.pausedIn = { steps: stepsDone, seconds: elapsed, sums: { ...totals } };
      try {
        for (const callback of callbacks) await callback.onPause?.(control);
      } finally {
        control.pausedIn = undefined;
        pauses.begin();
      }
    }

    async function validate(elapsed: number) {
      try {
        return validatesIn(epoch) ? await training.validate?.() : undefined;
      } catch (thrown) {
        if (thrown instanceof AbortedError) await pause(elapsed);
        throw thrown;
      } finally {
        done.epochs++;
      }
    }

    /** Copies the engine's weights to the model, unless some are not finite. */
    async function keepWeights(): Promise<void> {
      const weights = await session.weights.copy();
      if (weights.some(({ values }) => hasNonFinite(values))) {
        throw new NonFiniteNumbers({
          ...{ step: done.steps, epoch, loss: undefined, weights, atStart: false },
          ...{ batch: new Float32Array(), rows: new Int32Array() },
        });
      }
      session.weights.accept(weights);
    }

    /** Adds the results of the run's first `count` samples. */
    async function add(sums: Totals, count: number): Promise<Float32Array> {
      const results = await session.results(compiled, count);
      sums.loss = sumInOrder(sums.loss, results.loss);
      sums.correct = sumInOrder(sums.correct, results.correct);
      sums.activity = sumInOrder(sums.activity, results.activity);
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
          steps: control.steps,
          samples: before + count,
          seconds: seconds(),
          loss: lossOf(sums),
          accuracy: sums.correct / sums.samples,
        });
      }
    }
  }
}

const NO_SUMS: EpochSums = { loss: 0, activity: 0, penalty: 0, correct: 0, samples: 0 };

/** Penalties of the two kinds have sums of their own: how an epoch is cut into runs does not change their order. */
function lossOf({ loss, activity, penalty, samples }: EpochSums): number {
  return (loss + (activity + penalty)) / samples;
}

function checkVerbose(verbose: number): void {
  if ([0, 1, 2].includes(verbose)) return;
  throw new HeddleError({
    who: "fit",
    expected: "verbose to be 0, 1 or 2",
    received: String(verbose),
    next: "Correct verbose.",
  });
}

/** Refuses a schedule whose rates depend on the number of steps in all, where nobody knows it. */
function checkNeedsNoEnd(schedule: Schedule): void {
  // Two lengths tell: a schedule, also one of the user's own, does not say whether it looks at it.
  if ([0, 1, 99].every((step) => schedule.rate(step, 100) === schedule.rate(step, 300))) return;
  throw new HeddleError({
    who: "fit",
    expected: `stepsPerEpoch, as ${schedule.className} depends on how many steps there are`,
    received: "a stream alone",
    next: "Give stepsPerEpoch.",
  });
}

/** Some images as f32. */
function gathered(images: Uint8Array | Float32Array, size: number, rows: Int32Array): Float32Array {
  return Float32Array.from({ length: rows.length * size }, (_, index) => {
    return images[rows[Math.floor(index / size)]! * size + (index % size)]!;
  });
}

/** Which epochs, counted from 1, are validated. */
function validationRule(freq: number | readonly number[]): (epoch: number) => boolean {
  if (Array.isArray(freq)) {
    for (const epoch of freq) wholeNumber("fit", "each epoch of validationFreq", epoch);
    return (epoch) => freq.includes(epoch);
  }
  const every = wholeNumber("fit", "validationFreq", freq);
  return (epoch) => epoch % every === 0;
}

/** Leaves the engine's turn; what users see is made from it outside. */
class NonFiniteNumbers extends Error {
  constructor(readonly found: NonFinite) {
    super("numbers that are not finite");
  }
}

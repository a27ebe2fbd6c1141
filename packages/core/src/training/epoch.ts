import { AbortedError } from "../base/errors.js";
import { sizeOf } from "../base/shape.js";
import type { Callback, EpochUnderWay } from "../callbacks/callback.js";
import type { EpochLogs } from "../callbacks/history.js";
import type { TrainingContext, Validation } from "./context.js";
import { EpochTotals } from "./epoch-totals.js";
import type { FeedRun } from "./feed.js";
import { hasNonFinite, NonFiniteNumbers } from "./non-finite.js";
import { type Pauses, unhurried, type Watch } from "./pauses.js";
import { scalarRows } from "./scalar-rows.js";
import { StreamFault } from "./stream-reader.js";
import type { TrainingController } from "./training-controller.js";

/** An epoch of a training: runs its steps, sums what they measure, and pauses between them. */
export class Epoch {
  private readonly totals: EpochTotals;
  private stepsDone: number;
  private startedMs = 0;
  private reports: Promise<unknown> = Promise.resolve();
  /** What callbacks do with what they were told, and the first fault of it. */
  private answers: Promise<unknown> = Promise.resolve();
  private fault: { readonly thrown: unknown } | undefined;

  constructor(
    private readonly context: TrainingContext,
    private readonly options: {
      /** Counted from 1. */
      readonly number: number;
      readonly control: TrainingController;
      readonly callbacks: readonly Callback[];
      readonly pauses: Pauses;
      readonly signal: AbortSignal | undefined;
      /** Whether it ends with a validation, if there is validation data. */
      readonly validates: boolean;
      /** What was done of it before, where a training is resumed within it. */
      readonly resumed: EpochUnderWay | undefined;
    },
  ) {
    this.totals = new EpochTotals(options.resumed?.sums);
    this.stepsDone = options.resumed?.steps ?? 0;
  }

  /**
   * Trains and validates; the model then has the new weights. Only one runs at a time, in the session's turn.
   *
   * @throws AbortedError when the signal fires: the model has the weights of the last whole step
   * @throws StreamFault when the stream throws: as above
   * @throws NonFiniteNumbers when a loss or a weight is not finite: the model keeps its weights
   */
  async run(): Promise<EpochLogs> {
    const { session, compiled, feed } = this.context;
    const { control, signal, resumed } = this.options;
    this.startedMs = performance.now() - 1000 * (resumed?.seconds ?? 0);
    session.weights.write();
    try {
      const samplesPerRun = compiled.maxSteps * compiled.program.batchSize;
      for await (const run of feed.epoch(samplesPerRun, signal)) await this.trainRun(run);
    } catch (thrown) {
      if (thrown instanceof AbortedError || thrown instanceof StreamFault) {
        await session.weights.read();
        await this.pause();
      }
      throw thrown;
    }
    control.steps = this.stepsDone;
    const { seconds } = this;
    await this.keepWeights();
    return this.logs(seconds, await this.validate(seconds));
  }

  /**
   * Waits for what callbacks do with the progress that they were told; after the epoch, because they may wait for a turn.
   *
   * @throws what the first of them threw
   */
  async settle(): Promise<void> {
    await this.answers;
    this.rethrow();
  }

  private get seconds(): number {
    return (performance.now() - this.startedMs) / 1000;
  }

  private logs(seconds: number, validation: Validation | undefined): EpochLogs {
    const { totals } = this;
    const { done } = this.context;
    return {
      epoch: done.epochs,
      loss: totals.loss,
      accuracy: totals.accuracy,
      ...(validation && {
        valLoss: validation.loss,
        valAccuracy: validation.accuracy,
        ...(Object.keys(validation.metrics).length > 0 && { valMetrics: validation.metrics }),
      }),
      learningRate: this.options.control.rateOf(done.steps - 1),
      seconds,
      imagesPerSecond: totals.samples / seconds,
    };
  }

  /** Trains on all of a run, in parts between which it pauses. */
  private async trainRun(run: FeedRun): Promise<void> {
    const { done, compiled, feed } = this.context;
    const { pauses, signal } = this.options;
    const { batchSize } = compiled.program;
    for (let first = 0, samples = Number.POSITIVE_INFINITY; first < run.rows.length; first += samples) {
      // Where the time was too short for a step, one step runs to its end.
      const steps = samples === 0 ? 1 : pauses.stepsFrom(done.steps);
      const rows = run.rows.subarray(first, first + steps * batchSize);
      const watch = samples === 0 ? unhurried(signal) : pauses.watch(signal);
      samples = await this.trainPart({ ...run, rows }, watch);
      if (pauses.isDue(done.steps) && this.stepsDone < feed.stepsPerEpoch) await this.pause();
    }
  }

  /** Trains on rows until they are used up or `watch` halts; returns how many samples that were. */
  private async trainPart(part: FeedRun, watch: Watch): Promise<number> {
    const { done, compiled } = this.context;
    const { signal } = this.options;
    const { batchSize } = compiled.program;
    const samplesBefore = this.totals.samples;
    const firstStep = done.steps;
    const halted = await this.runSteps(part, watch);
    const steps = done.steps - firstStep;
    const count = Math.min(part.rows.length, steps * batchSize);
    this.stepsDone += steps;
    await this.reports;
    this.rethrow();
    const losses = await this.measure(this.totals, count);
    const wrong = losses.findIndex((loss) => !Number.isFinite(loss));
    if (wrong >= 0) throw await this.nonFiniteLoss(part, { wrong, losses, firstStep, samplesBefore });
    if (halted && signal?.aborted) throw halted;
    return count;
  }

  /** Runs the steps of some rows, and counts those that were done; returns what halted them, if anything did. */
  private async runSteps({ data, rows }: FeedRun, watch: Watch): Promise<AbortedError | undefined> {
    const { session, compiled, optimizer, done } = this.context;
    const { callbacks, control } = this.options;
    const { batchSize } = compiled.program;
    const samplesBefore = this.totals.samples;
    const { stepsDone } = this;
    const firstStep = done.steps;
    try {
      await session.run(compiled, {
        data,
        rows,
        scalars: scalarRows(optimizer, {
          firstStep,
          totalSteps: control.totalSteps,
          samples: rows.length,
          batchSize,
          learningRate: done.learningRate,
        }),
        stepBase: firstStep,
        signal: watch.signal,
        onProgress: callbacks.some((callback) => callback.onProgress)
          ? (steps) =>
              this.onProgress(stepsDone + steps, samplesBefore, Math.min(rows.length, steps * batchSize))
          : undefined,
      });
      return undefined;
    } catch (thrown) {
      if (thrown instanceof AbortedError) return thrown;
      throw thrown;
    } finally {
      watch.release();
      done.steps += session.engine.stepsDone;
    }
  }

  private onProgress(step: number, samplesBefore: number, count: number): void {
    this.reports = Promise.all([this.reports, this.report(step, samplesBefore, count)]);
    // What a callback throws is rethrown when the run has ended.
    this.reports.catch(() => {});
  }

  /** Tells callbacks how far the epoch has come: `count` samples into a run. */
  private async report(step: number, samplesBefore: number, count: number): Promise<void> {
    const { callbacks, control, number } = this.options;
    const totals = this.totals.copy();
    await this.measure(totals, count);
    if (totals.samples === 0) return;
    for (const callback of callbacks) {
      const answer: unknown = callback.onProgress?.({
        epoch: number,
        epochs: control.epochs,
        step,
        steps: control.steps,
        samples: samplesBefore + count,
        seconds: this.seconds,
        loss: totals.loss,
        accuracy: totals.accuracy,
      });
      this.waitFor(answer);
    }
  }

  private waitFor(answer: unknown): void {
    const settled = Promise.resolve(answer).catch((thrown: unknown) => {
      this.fault ??= { thrown };
    });
    this.answers = this.answers.then(() => settled);
  }

  private rethrow(): void {
    if (this.fault) throw this.fault.thrown;
  }

  /** Adds the results of the run's first `count` samples to totals; returns their losses. */
  private async measure(totals: EpochTotals, count: number): Promise<Float32Array> {
    const { session, compiled } = this.context;
    const { batchSize } = compiled.program;
    const results = await session.results(compiled, count);
    const penalties = await session.penalties(compiled, Math.ceil(count / batchSize));
    totals.add(results, penalties, batchSize);
    return results.loss;
  }

  /** Lets callbacks save what there is of the epoch. They may use the model: it is another's turn while they do. */
  private async pause(seconds = this.seconds): Promise<void> {
    const { session } = this.context;
    const { control, callbacks, pauses } = this.options;
    const pausing = callbacks.filter((callback) => callback.onPause);
    if (pausing.length > 0) {
      const weights = await session.weights.copy();
      control.pausedIn = { steps: this.stepsDone, seconds, sums: this.totals.toSums() };
      control.pausedWeights = weights;
      try {
        await session.lend(async () => {
          for (const callback of pausing) await callback.onPause?.(control);
        });
      } finally {
        control.pausedIn = undefined;
        control.pausedWeights = [];
      }
      session.weights.restore(weights);
    }
    pauses.begin();
  }

  private async validate(seconds: number): Promise<Validation | undefined> {
    const { validate, done } = this.context;
    try {
      return this.options.validates ? await validate?.() : undefined;
    } catch (thrown) {
      if (thrown instanceof AbortedError) await this.pause(seconds);
      throw thrown;
    } finally {
      done.epochs++;
    }
  }

  /** Copies the engine's weights to the model, unless some are not finite. */
  private async keepWeights(): Promise<void> {
    const { session, done } = this.context;
    const weights = await session.weights.copy();
    if (weights.some(({ values }) => hasNonFinite(values))) {
      throw new NonFiniteNumbers({
        step: done.steps,
        epoch: this.options.number,
        loss: undefined,
        batch: new Float32Array(),
        rows: new Int32Array(),
        weights,
        atStart: false,
      });
    }
    session.weights.accept(weights);
  }

  private async nonFiniteLoss(
    { images, rows, firstImage }: FeedRun,
    at: {
      /** The sample of the part whose loss is not finite. */
      readonly wrong: number;
      readonly losses: Float32Array;
      readonly firstStep: number;
      readonly samplesBefore: number;
    },
  ): Promise<NonFiniteNumbers> {
    const { session, compiled, inputShape } = this.context;
    const { batchSize } = compiled.program;
    const step = Math.floor(at.wrong / batchSize);
    const batchRows = rows.slice(step * batchSize, (step + 1) * batchSize);
    return new NonFiniteNumbers({
      step: at.firstStep + step + 1,
      epoch: this.options.number,
      loss: at.losses[at.wrong],
      batch: gathered(images, sizeOf(inputShape), batchRows),
      rows: batchRows.map((row) => firstImage + row),
      weights: await session.weights.copy(),
      atStart: at.samplesBefore === 0 && step === 0,
    });
  }
}

/** Some images as f32. */
function gathered(images: Uint8Array | Float32Array, size: number, rows: Int32Array): Float32Array {
  return Float32Array.from({ length: rows.length * size }, (_, index) => {
    return images[rows[Math.floor(index / size)]! * size + (index % size)]!;
  });
}

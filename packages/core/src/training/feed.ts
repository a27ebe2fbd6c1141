import { HeddleError } from "../base/errors.js";
import { SampleOrder } from "./sample-order.js";
import type { TrainingSamples } from "./samples.js";
import type { Session } from "./session.js";
import type { ImageChunk } from "./stream.js";
import type { StreamReader } from "./stream-reader.js";

/** What one run trains on. */
export interface FeedRun {
  /** The number of bound data. */
  readonly data: number;
  /** Its rows, in the order of the steps. */
  readonly rows: Int32Array;
  /** The images of the bound data. */
  readonly images: Uint8Array | Float32Array;
  /** The number of the first of them in messages. */
  readonly firstImage: number;
}

/** Where a training starts. */
interface Position {
  /** Epochs of this `fit`, and how many of them are done. */
  readonly epochs: number;
  readonly epochsDone: number;
  /** Whole epochs of the model, over all calls of `fit`. */
  readonly epochsBefore: number;
  /** Steps done of the epoch after those; 0 by default. */
  readonly stepsDone?: number;
}

/** Where the samples of epochs come from. */
export interface Feed {
  /** Steps of an epoch; Infinity if only the end of a stream will tell. */
  readonly stepsPerEpoch: number;
  /** Goes to the start of the first epoch. */
  begin(position: Position): Promise<void>;
  /** The runs of the next epoch, each of at most `samplesPerRun`. */
  epoch(samplesPerRun: number, signal: AbortSignal | undefined): AsyncIterable<FeedRun>;
}

/** Samples that are all bound at once. */
export class ArrayFeed implements Feed {
  readonly stepsPerEpoch: number;
  private order: SampleOrder | undefined;
  /** Steps of the next epoch to skip. */
  private stepsDone = 0;

  constructor(
    private readonly options: {
      readonly data: number;
      readonly samples: TrainingSamples;
      readonly batchSize: number;
      readonly stepsPerEpoch: number | undefined;
      readonly shuffle: boolean;
      readonly seed: number;
    },
  ) {
    this.stepsPerEpoch = options.stepsPerEpoch ?? Math.ceil(options.samples.count / options.batchSize);
  }

  async begin({ epochsDone, epochsBefore, stepsDone = 0 }: Position): Promise<void> {
    const { samples, ...options } = this.options;
    const passesBefore = epochsBefore - epochsDone;
    this.order = new SampleOrder({ ...options, samples: samples.count, passesBefore });
    // Each order is made from the one before it.
    for (let epoch = 0; epoch < epochsDone; epoch++) this.order.nextEpoch();
    this.stepsDone = stepsDone;
  }

  async *epoch(samplesPerRun: number): AsyncGenerator<FeedRun> {
    const { data, samples, batchSize } = this.options;
    let skipped = this.stepsDone;
    this.stepsDone = 0;
    for (const part of this.order!.nextEpoch()) {
      const before = Math.min(skipped, Math.ceil(part.length / batchSize));
      skipped -= before;
      for (let first = before * batchSize; first < part.length; first += samplesPerRun) {
        const rows = part.subarray(first, first + samplesPerRun);
        yield { data, rows, images: samples.images, firstImage: 0 };
      }
    }
  }
}

/** Samples of a stream, bound window by window. */
export class StreamFeed<T extends ImageChunk> implements Feed {
  readonly stepsPerEpoch: number;
  private stepsLeft = 0;
  /** Steps of the next epoch to skip. */
  private stepsDone = 0;

  constructor(
    private readonly session: Session,
    private readonly reader: StreamReader<T>,
    private readonly options: {
      readonly batchSize: number;
      readonly stepsPerEpoch: number | undefined;
      /** Samples of every pass, where the stream says so. */
      readonly samplesPerPass: number | undefined;
    },
  ) {
    const { batchSize, stepsPerEpoch, samplesPerPass = Number.POSITIVE_INFINITY } = options;
    this.stepsPerEpoch = stepsPerEpoch ?? Math.ceil(samplesPerPass / batchSize);
  }

  async begin({ epochs, epochsDone, epochsBefore, stepsDone = 0 }: Position): Promise<void> {
    this.stepsDone = stepsDone;
    // This fit reads no more than it needs: the rest of an endless stream belongs to its owner.
    this.stepsLeft = (epochs - epochsDone) * this.stepsPerEpoch - stepsDone;
    // Where steps are counted, an epoch is not a pass: training continues with whatever comes next.
    if (this.options.stepsPerEpoch === undefined) {
      await this.reader.goTo(epochsBefore);
      await this.skip(stepsDone);
    }
    this.reader.want(this.stepsLeft * this.options.batchSize);
  }

  async *epoch(samplesPerRun: number, signal: AbortSignal | undefined): AsyncGenerator<FeedRun> {
    const { session, reader, stepsPerEpoch } = this;
    const { batchSize } = this.options;
    const stepsDone = this.stepsDone;
    this.stepsDone = 0;
    for (let steps = stepsDone; steps < stepsPerEpoch; ) {
      const most = Math.min(samplesPerRun, (stepsPerEpoch - steps) * batchSize);
      const columns = await reader.next(batchSize, most, signal);
      if (!columns) {
        if (stepsPerEpoch === Number.POSITIVE_INFINITY) return;
        if (this.options.stepsPerEpoch === undefined && steps > 0) throw this.tooFew(steps);
        continue;
      }
      const { count } = columns;
      const firstImage = reader.samplesRead;
      steps += Math.ceil(count / batchSize);
      this.stepsLeft -= Math.ceil(count / batchSize);
      const run = session.data.bindColumns(columns);
      reader.want(this.stepsLeft * batchSize);
      reader.release(count);
      try {
        yield { ...run, firstImage, rows: Int32Array.from({ length: count }, (_, row) => row) };
      } finally {
        session.data.unbind(run.data);
      }
    }
  }

  private tooFew(steps: number): HeddleError {
    const { batchSize, samplesPerPass } = this.options;
    return new HeddleError({
      who: "fit",
      expected: `${samplesPerPass} samples in a pass, the stream's count`,
      received: `at most ${steps * batchSize}`,
      next: "Correct `count`, or remove it.",
    });
  }

  /** Skips the samples that steps of this pass have been trained on. */
  private async skip(steps: number): Promise<void> {
    const { batchSize } = this.options;
    for (let left = steps; left > 0; ) {
      this.reader.want(left * batchSize);
      const columns = await this.reader.next(batchSize, left * batchSize, undefined);
      if (!columns) return;
      left -= Math.ceil(columns.count / batchSize);
      this.reader.release(columns.count);
    }
  }
}

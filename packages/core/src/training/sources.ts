import { HeddleError } from "../base/errors.js";
import { formatShape, type Shape, sizeOf } from "../base/shape.js";
import type { InputFormat } from "../compiler/emission.js";
import type { Loss } from "../losses/index.js";
import { ArrayFeed, type Feed, StreamFeed } from "./feed.js";
import type { FitOptions } from "./fit.js";
import { type BoundPart, formatOf, type MeasuredSource } from "./measure.js";
import { sampleWeights, splitSamples, type ValidationOptions, type Weighting } from "./sample-weights.js";
import { checkSamples, describeSamples, type Samples, type TrainingSamples, targetsOf } from "./samples.js";
import type { Session } from "./session.js";
import { type ImageChunk, isStream, type SampleChunk, type SampleStream } from "./stream.js";
import { type Columns, StreamReader } from "./stream-reader.js";

/** What a training takes its steps from. */
export interface TrainingSource {
  readonly input: InputFormat;
  readonly feed: Feed;
  /** Samples of a step: fewer than asked for where there are no more. */
  readonly batchSize: number;
  /** Whether samples have weights. */
  readonly weighted: boolean;
  /** What to validate on, anew each time. */
  readonly validation: (() => Promise<MeasuredSource>) | undefined;
}

/** Samples that are given out together where nothing is trained: what one step of an evaluation takes. */
const MEASURED_TOGETHER = 512;

/** Checks samples for a model and makes them known to its threads, until `close`. */
export class Sources {
  private readonly bound: number[] = [];
  private readonly readers: { close(patient: boolean): Promise<void> }[] = [];

  constructor(
    private readonly session: Session,
    private readonly model: { readonly inputShape: Shape; readonly outputShape: Shape; readonly loss: Loss },
    private readonly signal: AbortSignal | undefined,
  ) {}

  /**
   * What `fit` trains and validates on.
   *
   * @param place `epochsBefore`: whole epochs that the model has been trained for
   */
  async training(
    given: TrainingSamples | SampleStream,
    options: FitOptions & ValidationOptions & Weighting & { readonly batchSize: number },
    place: { readonly seed: number; readonly epochsBefore: number },
  ): Promise<TrainingSource> {
    const { batchSize, stepsPerEpoch, classWeight, validationData, shuffle = true } = options;
    const { seed, epochsBefore } = place;
    if (isStream(given)) {
      refuseForStreams(options);
      const validation = validationData && this.validation(validationData);
      const weighting = classWeight && { classWeight };
      const reader = this.reader("fit", given, { batchSize, pass: epochsBefore, ...weighting });
      const first = await reader.open(this.signal);
      const batch = Math.min(batchSize, first.count);
      const samplesPerPass = typeof given === "function" ? given.count : undefined;
      const feed = new StreamFeed(this.session, reader, { batchSize: batch, stepsPerEpoch, samplesPerPass });
      const weighted = first.weights !== undefined;
      return { input: formatOf(first), feed, batchSize: batch, weighted, validation };
    }
    const { training, heldOut } = splitSamples(given, this.model.inputShape, options);
    const { samples, ...weighting } = training;
    const { data, weights } = this.bind("fit", samples, weighting);
    const batch = Math.min(batchSize, samples.count);
    return {
      input: formatOf(samples),
      feed: new ArrayFeed({ data, samples, batchSize: batch, stepsPerEpoch, shuffle, seed }),
      batchSize: batch,
      weighted: weights !== undefined,
      validation: heldOut && this.validation(heldOut),
    };
  }

  /** What `evaluate` measures: samples, or one pass over a stream. */
  async measured(who: string, given: TrainingSamples | SampleStream, pass = 0): Promise<MeasuredSource> {
    if (!isStream(given)) return { input: formatOf(given), parts: [this.bind(who, given)] };
    return this.parts(this.reader(who, given, { batchSize: MEASURED_TOGETHER, pass }));
  }

  /** What `predict` is asked: samples, or one pass over a stream. */
  async asked(who: string, given: Samples | SampleStream<ImageChunk>): Promise<MeasuredSource> {
    if (!isStream(given)) {
      checkSamples(who, given, this.model.inputShape);
      return { input: formatOf(given), parts: [this.keep(given)] };
    }
    const prepare = (asking: string, chunk: ImageChunk): Columns => this.samplesOf(asking, chunk);
    const batchSize = MEASURED_TOGETHER;
    return this.parts(this.opened(new StreamReader({ who, stream: given, prepare, batchSize })));
  }

  /** Makes samples known, all at once. */
  bind(who: string, samples: TrainingSamples, weighting: Weighting = {}): BoundPart {
    checkSamples(who, samples, this.model.inputShape);
    return this.keep(this.columnsOf(who, samples, weighting));
  }

  /**
   * Lets go of all samples and ends the streams.
   *
   * @param patient waits for the streams' iterators to end
   */
  async close(patient: boolean): Promise<void> {
    for (const data of this.bound.splice(0)) this.session.data.unbind(data);
    for (const reader of this.readers.splice(0)) await reader.close(patient);
  }

  private validation(given: NonNullable<ValidationOptions["validationData"]>) {
    const who = "fit, validationData";
    if (isStream(given)) {
      let pass = 0;
      return () => this.measured(who, given, pass++);
    }
    const { sampleWeight } = given;
    const parts = [this.bind(who, given, sampleWeight ? { sampleWeight } : {})];
    return async () => ({ input: formatOf(given), parts });
  }

  private reader(
    who: string,
    stream: SampleStream,
    options: {
      readonly batchSize: number;
      readonly pass: number;
      readonly classWeight?: Weighting["classWeight"];
    },
  ): StreamReader<SampleChunk> {
    const { classWeight, ...rest } = options;
    const prepare = (asking: string, chunk: SampleChunk): Columns => {
      const samples = this.samplesOf(asking, chunk);
      const { sampleWeight } = chunk;
      const weighting = { ...(classWeight && { classWeight }), ...(sampleWeight && { sampleWeight }) };
      return this.columnsOf(asking, { ...chunk, ...samples }, weighting);
    };
    return this.opened(new StreamReader({ who, stream, prepare, ...rest }));
  }

  private opened<T extends ImageChunk>(reader: StreamReader<T>): StreamReader<T> {
    this.readers.push(reader);
    return reader;
  }

  /** One pass over a stream, a window at a time. */
  private async parts<T extends ImageChunk>(reader: StreamReader<T>): Promise<MeasuredSource> {
    const { session, signal } = this;
    const first = await reader.open(signal);
    reader.want(Number.POSITIVE_INFINITY);
    async function* parts(): AsyncGenerator<BoundPart> {
      for (;;) {
        const columns = await reader.next(MEASURED_TOGETHER, RUN_SAMPLES, signal);
        if (!columns) return reader.close();
        const { data } = session.data.bindColumns(columns);
        try {
          yield { ...columns, data };
        } finally {
          session.data.unbind(data);
          reader.release(columns.count);
        }
      }
    }
    return { input: formatOf(first), parts: parts() };
  }

  private keep(columns: Columns): BoundPart {
    const { count, images, targets, weights } = columns;
    const arrays = [images, targets, weights].filter((column) => column !== undefined);
    const data = this.session.data.bind(...arrays);
    this.bound.push(data);
    return { count, images, targets, weights, data };
  }

  /** Checked samples as the threads gather them. */
  private columnsOf(who: string, samples: TrainingSamples, weighting: Weighting): Columns {
    const { outputShape, loss } = this.model;
    const { labels, targets: values }: { labels?: unknown; targets?: unknown } = samples;
    if (!(ArrayBuffer.isView(labels) || ArrayBuffer.isView(values))) {
      throw new HeddleError({
        who,
        expected: "labels or targets as a typed array",
        received: describeSamples(samples),
        next: "Give what the outputs should be.",
      });
    }
    const targets = targetsOf(who, samples, loss, outputShape);
    const weights = sampleWeights(who, targets, samples.count, weighting, classesOf(outputShape, loss));
    return { count: samples.count, images: samples.images, targets, weights };
  }

  /** A chunk with what follows from it, checked. */
  private samplesOf(who: string, chunk: ImageChunk): Samples {
    const { inputShape } = this.model;
    const { images } = chunk ?? {};
    if (!(images instanceof Uint8Array || images instanceof Float32Array)) {
      throw new HeddleError({
        who,
        expected: "an object with images as Uint8Array or Float32Array",
        received: describeSamples(chunk),
        next: "Give { images, labels } in each chunk.",
      });
    }
    const { shape = inputShape } = chunk;
    const samples = { images, shape, count: chunk.count ?? images.length / sizeOf(shape) };
    if (chunk.count === undefined && !Number.isInteger(samples.count)) {
      throw new HeddleError({
        who,
        expected: `whole images, ${formatShape(shape).replace("batch, ", "")}`,
        received: `${images.length} values`,
        next: "Cut chunks between images.",
      });
    }
    checkSamples(who, samples, inputShape);
    return samples;
  }
}

/** How many classes there are; where the only output is a plain value, it may stand for any. */
function classesOf(outputShape: Shape, { activation }: Loss): number {
  const outputs = sizeOf(outputShape);
  if (outputs > 1) return outputs;
  return activation ? 2 : Number.POSITIVE_INFINITY;
}

/** The most samples that are measured from one window: what a run of an evaluation takes. */
const RUN_SAMPLES = 16_384;

/** Refuses options that need all samples at once. */
function refuseForStreams(options: FitOptions & ValidationOptions & Weighting): void {
  const refuse = (name: string, next: string) => {
    throw new HeddleError({
      ...{ who: "fit", expected: `no ${name} for a stream`, received: name, next },
    });
  };
  if (options.shuffle) refuse("shuffle", "Shuffle within the stream, or leave shuffle out.");
  if (options.validationSplit !== undefined) refuse("validationSplit", "Give validationData.");
  if (options.sampleWeight) refuse("sampleWeight", "Give sampleWeight in each chunk.");
}

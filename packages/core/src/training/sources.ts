import { HeddleError } from "../base/errors.js";
import { formatShape, type Shape, sizeOf } from "../base/shape.js";
import type { InputFormat } from "../compiler/emission.js";
import type { Loss } from "../losses/index.js";
import { type BoundPart, formatOf, type SampleSource } from "./evaluate.js";
import { ArrayFeed, type Feed, StreamFeed } from "./feed.js";
import type { FitOptions } from "./fit-options.js";
import { sampleWeights, splitSamples, type ValidationOptions, type Weighting } from "./sample-weights.js";
import { checkSamples, describeSamples, type Samples, type TrainingSamples, targetsOf } from "./samples.js";
import type { Session } from "./session.js";
import { type ImageChunk, isStream, type SampleChunk, type SampleStream } from "./stream.js";
import { type Columns, StreamReader } from "./stream-reader.js";

/** Where a training takes its steps from. */
interface TrainingSource {
  readonly input: InputFormat;
  readonly feed: Feed;
  /** Samples of a step: the whole data where it is smaller than the option. */
  readonly batchSize: number;
  /** Whether samples have weights. */
  readonly weighted: boolean;
  /** The samples to validate on, read from the start each time. */
  readonly validation: (() => Promise<SampleSource>) | undefined;
}

/** Samples that are taken from a stream at a time outside of training: one step of an evaluation. */
const EVALUATION_BATCH = 512;

/** The most samples that are evaluated from one window: one run of an evaluation. */
const RUN_SAMPLES = 16_384;

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
   * @param position `epochsBefore`: whole epochs that the model has been trained for
   */
  async forFit(
    samples: TrainingSamples | SampleStream,
    options: FitOptions & { readonly batchSize: number },
    position: { readonly seed: number; readonly epochsBefore: number },
  ): Promise<TrainingSource> {
    if (isStream(samples)) return this.streamForFit(samples, options, position.epochsBefore);
    const { stepsPerEpoch, shuffle = true } = options;
    const { training, heldOut } = splitSamples(samples, this.model.inputShape, options);
    const { samples: trained, ...weighting } = training;
    const { data, weights } = this.bind("fit", trained, weighting);
    const batchSize = Math.min(options.batchSize, trained.count);
    const { seed } = position;
    return {
      input: formatOf(trained),
      feed: new ArrayFeed({ data, samples: trained, batchSize, stepsPerEpoch, shuffle, seed }),
      batchSize,
      weighted: weights !== undefined,
      validation: heldOut && this.validation(heldOut),
    };
  }

  private async streamForFit(
    stream: SampleStream,
    options: FitOptions & { readonly batchSize: number },
    epochsBefore: number,
  ): Promise<TrainingSource> {
    refuseForStreams(options);
    const { stepsPerEpoch, classWeight, validationData } = options;
    const validation = validationData && this.validation(validationData);
    const reader = this.reader("fit", stream, {
      batchSize: options.batchSize,
      pass: epochsBefore,
      ...(classWeight && { classWeight }),
    });
    const first = await reader.open(this.signal);
    const batchSize = Math.min(options.batchSize, first.count);
    const samplesPerPass = typeof stream === "function" ? stream.count : undefined;
    return {
      input: formatOf(first),
      feed: new StreamFeed(this.session, reader, { batchSize, stepsPerEpoch, samplesPerPass }),
      batchSize,
      weighted: first.weights !== undefined,
      validation,
    };
  }

  /** What `evaluate` measures: samples, or one pass over a stream. */
  async forEvaluate(who: string, samples: TrainingSamples | SampleStream, pass = 0): Promise<SampleSource> {
    if (!isStream(samples)) return { input: formatOf(samples), parts: [this.bind(who, samples)] };
    return this.windows(this.reader(who, samples, { batchSize: EVALUATION_BATCH, pass }));
  }

  /** What `predict` reads: samples, or one pass over a stream. */
  async forPredict(who: string, samples: Samples | SampleStream<ImageChunk>): Promise<SampleSource> {
    if (!isStream(samples)) {
      checkSamples(who, samples, this.model.inputShape);
      return { input: formatOf(samples), parts: [this.bindColumns(samples)] };
    }
    const prepare = (place: string, chunk: ImageChunk): Columns => this.samplesOf(place, chunk);
    const reader = new StreamReader({ who, stream: samples, prepare, batchSize: EVALUATION_BATCH });
    return this.windows(this.tracked(reader));
  }

  /** Makes samples known to the threads, all at once. */
  bind(who: string, samples: TrainingSamples, weighting: Weighting = {}): BoundPart {
    checkSamples(who, samples, this.model.inputShape);
    return this.bindColumns(this.columnsOf(who, samples, weighting));
  }

  /**
   * Releases all samples and ends the streams.
   *
   * @param patient waits for the streams' iterators to end
   */
  async close(patient: boolean): Promise<void> {
    for (const data of this.bound.splice(0)) this.session.data.unbind(data);
    for (const reader of this.readers.splice(0)) await reader.close(patient);
  }

  private validation(samples: NonNullable<ValidationOptions["validationData"]>) {
    const who = "fit, validationData";
    if (isStream(samples)) {
      let pass = 0;
      return () => this.forEvaluate(who, samples, pass++);
    }
    const { sampleWeight } = samples;
    const parts = [this.bind(who, samples, sampleWeight ? { sampleWeight } : {})];
    return async () => ({ input: formatOf(samples), parts });
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
    const prepare = (place: string, chunk: SampleChunk): Columns => {
      const samples = this.samplesOf(place, chunk);
      const { sampleWeight } = chunk;
      const weighting = { ...(classWeight && { classWeight }), ...(sampleWeight && { sampleWeight }) };
      return this.columnsOf(place, { ...chunk, ...samples }, weighting);
    };
    return this.tracked(new StreamReader({ who, stream, prepare, ...rest }));
  }

  /** Makes `close` end a reader too. */
  private tracked<T extends ImageChunk>(reader: StreamReader<T>): StreamReader<T> {
    this.readers.push(reader);
    return reader;
  }

  /** One pass over a stream, a window at a time. */
  private async windows<T extends ImageChunk>(reader: StreamReader<T>): Promise<SampleSource> {
    const { session, signal } = this;
    const first = await reader.open(signal);
    reader.want(Number.POSITIVE_INFINITY);
    async function* parts(): AsyncGenerator<BoundPart> {
      for (;;) {
        const columns = await reader.next(EVALUATION_BATCH, RUN_SAMPLES, signal);
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

  private bindColumns({ count, images, targets, weights }: Columns): BoundPart {
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
        next: "Pass the expected outputs, too.",
      });
    }
    const expected: unknown = values === undefined ? labels : values;
    if (expected instanceof BigInt64Array || expected instanceof BigUint64Array) {
      throw new HeddleError({
        who,
        expected: "labels or targets as Uint8Array, Int32Array or Float32Array",
        received: `a ${expected.constructor.name}`,
        next: "Convert them: Int32Array.from(labels, Number).",
      });
    }
    const targets = targetsOf(who, samples, loss, outputShape);
    const weights = sampleWeights(who, targets, samples.count, weighting, classesOf(outputShape, loss));
    return { count: samples.count, images: samples.images, targets, weights };
  }

  /** A chunk as samples: with the count and shape that it may omit, checked. */
  private samplesOf(who: string, chunk: ImageChunk): Samples {
    const { inputShape } = this.model;
    const { images } = chunk ?? {};
    if (!(images instanceof Uint8Array || images instanceof Float32Array)) {
      throw new HeddleError({
        who,
        expected: "an object with images as Uint8Array or Float32Array",
        received: describeSamples(chunk),
        next: "Yield { images, labels } in each chunk.",
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

/** How many classes there are; a single output that is a plain value may stand for any number of them. */
function classesOf(outputShape: Shape, { activation }: Loss): number {
  const outputs = sizeOf(outputShape);
  if (outputs > 1) return outputs;
  return activation ? 2 : Number.POSITIVE_INFINITY;
}

/** Refuses options that need all samples at once. */
function refuseForStreams(options: FitOptions): void {
  const refuse = (name: string, next: string) => {
    throw new HeddleError({ who: "fit", expected: `no ${name} for a stream`, received: name, next });
  };
  if (options.shuffle) refuse("shuffle", "Shuffle within the stream, and remove `shuffle`.");
  if (options.validationSplit !== undefined) refuse("validationSplit", "Pass `validationData` instead.");
  if (options.sampleWeight) refuse("sampleWeight", "Yield `sampleWeight` in each chunk.");
}

import { HeddleError } from "../base/errors.js";
import { checkKnownOptions } from "../base/known-options.js";
import { wholeNumber } from "../base/shape.js";
import type { History } from "../callbacks/history.js";
import type { CompiledProgram } from "../compiler/compile.js";
import type { Profile } from "../compiler/plan.js";
import type { EngineOptions } from "../engine/engine.js";
import type { Program } from "../engine/program.js";
import type { Variant } from "../engine/variant.js";
import { type Loss, losses } from "../losses/index.js";
import { Metric } from "../metrics/index.js";
import { describedConfig } from "../network/described-model.js";
import { functionalGraph } from "../network/functional-graph.js";
import { type ModelOptions, Network } from "../network/network.js";
import { Optimizer, optimizers } from "../optimizers/index.js";
import { type FitOptions, type Training, trainEpochs } from "../training/fit.js";
import { type Evaluation, eachRun, formatOf, type MeasuredSource, measure } from "../training/measure.js";
import { type Measures, measuresOf } from "../training/measures.js";
import { nonFiniteFault } from "../training/non-finite.js";
import { profileTraining } from "../training/profile.js";
import type { ValidationOptions, Weighting } from "../training/sample-weights.js";
import type { Samples, TrainingSamples } from "../training/samples.js";
import { Session } from "../training/session.js";
import { Sources } from "../training/sources.js";
import type { ImageChunk, SampleStream } from "../training/stream.js";
import { StreamFault } from "../training/stream-reader.js";

export interface CompileOptions extends EngineOptions {
  /** An optimizer or its name with Keras's defaults: `"adam"` (the default), `"sgd"`. */
  readonly optimizer?: Optimizer | string;
  /** A loss or its name: `"sparseCategoricalCrossentropy"` (the default), `"binaryCrossentropy"`, `"mse"`, … */
  readonly loss?: Loss | string;
  /**
   * What to measure beside the loss, by name or with options. Accuracy is always measured for the cross-entropies, and
   * for other losses where `"accuracy"` is named. The others need every output: `evaluate` and `fit`'s validation
   * measure them, training steps do not.
   */
  readonly metrics?: readonly (Metric | string)[];
}

interface Compiled {
  readonly optimizer: Optimizer;
  readonly loss: Loss;
  readonly measures: Measures;
  readonly engine: EngineOptions;
}

/**
 * Layers between an input and an output that can be trained, evaluated and asked. Values may be read by several layers
 * and merged again; a plain chain is easier to write as `Sequential`.
 *
 * @example
 * const x = input([28, 28, 1]);
 * const a = new Conv2D(16, 3, { padding: "same", activation: "relu" }).apply(x);
 * const b = new Conv2D(16, 3, { padding: "same" }).apply(a);
 * const sum = new Add().apply([a, b]);
 * const y = new Dense(10, { activation: "softmax" }).apply(new Flatten().apply(sum));
 * const model = new Model({ inputs: x, outputs: y });
 * model.compile({ optimizer: "adam" });
 * await model.fit(data.train, { epochs: 5, batchSize: 64 });
 */
export class Model extends Network {
  private compiled: Compiled = {
    optimizer: optimizers.create("compile", "adam"),
    loss: DEFAULT_LOSS,
    measures: { accuracy: true, metrics: [] },
    engine: {},
  };
  private session: Promise<Session> | undefined;
  /** The layers' `trainable` that the session was opened with: it has the trained weights apart from the others. */
  private trainableThen: readonly boolean[] = [];
  /** What `fit` has done: steps of the optimizer that the session holds, and epochs in all. */
  private readonly done: Training["done"] = { steps: 0, epochs: 0, learningRate: undefined };

  /**
   * A new model from what `getConfig` gives of a functional one, of Heddle or Keras, with first weights of its own.
   *
   * @param config `{ name, layers, input_layers, output_layers }`
   * @throws HeddleError when it is not a functional model's, or asks for what Heddle does not have
   *
   * @example
   * const copy = Model.fromConfig(model.getConfig());
   * copy.setWeights(model.getWeights());
   */
  static fromConfig(config: unknown, options: ModelOptions = {}): Model {
    const who = "Model.fromConfig";
    const described = describedConfig(who, config, "Functional");
    return new Model(functionalGraph(who, described), { ...described.name, ...options });
  }

  /** Chooses optimizer, loss, metrics and engine; forgets the optimizer's state. */
  compile(options: CompileOptions = {}): void {
    checkKnownOptions("compile", options, COMPILE_OPTIONS);
    const { optimizer = "adam", loss: named = DEFAULT_LOSS, metrics = [], ...engine } = options;
    const loss = typeof named === "string" ? losses.create("compile", named) : named;
    if (typeof optimizer !== "string" && !(optimizer instanceof Optimizer))
      throw noInstance("optimizer", optimizer);
    if (typeof optimizer !== "string") optimizer.checkOptions();
    if (typeof loss?.emit !== "function") throw noInstance("loss", loss);
    for (const metric of metrics) {
      if (typeof metric !== "string" && !(metric instanceof Metric)) throw noInstance("metrics", metric);
    }
    const measures = measuresOf(loss, metrics, this.outputShape);
    this.dispose();
    this.done.learningRate = undefined;
    this.compiled = {
      optimizer: typeof optimizer === "string" ? optimizers.create("compile", optimizer) : optimizer,
      loss,
      measures,
      engine,
    };
  }

  /** The optimizer and the loss in use. */
  get training(): { readonly optimizer: Optimizer; readonly loss: Loss } {
    return this.compiled;
  }

  /**
   * Trains. A second call goes on where the first ended.
   *
   * @param given images `[N, H, W, C]` with labels `[N]`, or with targets `[N, …outputShape]`; or a stream of chunks of
   *   them, in whose order they are trained on, cut into batches: the same steps as of the same samples in arrays with
   *   `shuffle: false`. Two windows of at most 32 MiB (or one batch) of a stream are in memory at once, and the chunk
   *   that came last. The stream must not wait for this model's own answers.
   * @returns one row an epoch
   * @throws AbortedError when `signal` fires, or what a stream threw; the model then keeps the weights of the last whole
   *   step
   */
  async fit(
    given: TrainingSamples | SampleStream,
    options: FitOptions & ValidationOptions & Weighting = {},
  ): Promise<History> {
    checkKnownOptions("fit", options, FIT_OPTIONS);
    const { loss, measures, optimizer } = this.compiled;
    const { stepsPerEpoch, initialEpoch: epochsBefore = this.done.epochs } = options;
    const checked = {
      ...options,
      batchSize: wholeNumber("fit", "batchSize", options.batchSize ?? 32),
      ...(stepsPerEpoch !== undefined && {
        stepsPerEpoch: wholeNumber("fit", "stepsPerEpoch", stepsPerEpoch),
      }),
    };
    const session = await this.open();
    return this.withSources(session, options.signal, async (sources) => {
      const source = await sources.training(given, checked, { seed: this.seed, epochsBefore });
      const { feed, input, batchSize, weighted, validation } = source;
      const { accuracy } = measures;
      const { seed } = this;
      const compiled = session.training({ loss, accuracy, weighted, optimizer, batchSize, seed, input });
      return trainEpochs(
        {
          ...{ session, compiled, feed, optimizer, done: this.done, model: this },
          inputShape: this.inputShape,
          explain: (found) => nonFiniteFault(this.placed, found),
          validate: validation && (async () => this.measure(session, await validation(), options.signal)),
        },
        options,
      );
    });
  }

  /** Mean loss, accuracy and the metrics of `compile`, dropout off, over samples or one pass over a stream. */
  async evaluate(
    given: TrainingSamples | SampleStream,
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<Evaluation> {
    checkKnownOptions("evaluate", options, ["signal"]);
    const { signal } = options;
    const session = await this.open();
    return this.withSources(session, signal, async (sources) => {
      const source = await sources.measured("evaluate", given);
      return session.alone(() => {
        session.weights.write();
        return this.measure(session, source, signal);
      });
    });
  }

  /**
   * The outputs of each sample, `[N, …outputShape]` row-major: probabilities where the model ends in a softmax. Of a
   * stream one pass is read; its outputs, unlike its images, are all held.
   */
  async predict(
    given: Samples | SampleStream<ImageChunk>,
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<Float32Array> {
    checkKnownOptions("predict", options, ["signal"]);
    const { signal } = options;
    const session = await this.open();
    return this.withSources(session, signal, async (sources) => {
      const { input, parts } = await sources.asked("predict", given);
      const compiled = session.prediction(input);
      const runs: Float32Array[] = [];
      await session.alone(async () => {
        session.weights.write();
        for await (const { data, count } of parts) {
          await eachRun(compiled, count, async (rows) => {
            await session.run(compiled, { data, rows, signal });
            runs.push(await session.outputs(compiled, rows.length));
          });
        }
      });
      return joined(runs);
    });
  }

  /** Which kernels run and on how many threads; starts the engine if need be. */
  async engine(): Promise<{ readonly variant: Variant; readonly threads: number }> {
    const { variant, threads } = (await this.open()).engine;
    return { variant, threads };
  }

  /** The program that `fit` would run for byte images, for `heddle plan`. */
  async trainingProgram(batchSize: number): Promise<CompiledProgram> {
    const { loss, measures, optimizer } = this.compiled;
    const { accuracy } = measures;
    const session = await this.open();
    return session.training({
      loss,
      accuracy,
      weighted: false,
      optimizer,
      batchSize,
      seed: this.seed,
      input: { element: "u8" },
    });
  }

  /**
   * Measures which kernels training on batches of these samples spends its time in, for about two seconds, on threads
   * of its own: weights and optimizer stay as they are.
   */
  async profile(
    samples: TrainingSamples,
    options: { readonly batchSize?: number } = {},
  ): Promise<{ readonly program: Program; readonly profile: Profile }> {
    const { loss, measures, optimizer, engine } = this.compiled;
    const session = await Session.open(this.lower(), engine);
    try {
      const { inputShape, outputShape } = this;
      const { data } = new Sources(session, { inputShape, outputShape, loss }, undefined).bind(
        "profile",
        samples,
      );
      const compiled = session.training({
        loss,
        accuracy: measures.accuracy,
        weighted: false,
        optimizer,
        batchSize: wholeNumber("profile", "batchSize", options.batchSize ?? 32),
        seed: this.seed,
        input: formatOf(samples),
      });
      const profile = await profileTraining(session, compiled, { data, samples: samples.count, optimizer });
      return { program: compiled.program, profile };
    } finally {
      session.close();
    }
  }

  /** Ends the threads. The model stays usable: they start again when needed, the optimizer anew. */
  dispose(): void {
    void this.session?.then(
      (session) => session.close(),
      () => {},
    );
    this.session = undefined;
  }

  /** The session; a new one after a fault ended the last. */
  private async open(): Promise<Session> {
    const trainable = this.layers.map((layer) => layer.trainable);
    if (trainable.some((value, index) => value !== this.trainableThen[index])) this.dispose();
    this.trainableThen = trainable;
    while (this.session) {
      const current = this.session;
      if ((await current).engine.alive) return current;
      // Of several who find it dead, the first forgets it; the others wait for what replaces it.
      if (this.session === current) this.session = undefined;
    }
    // The optimizer's state ended with its session.
    this.done.steps = 0;
    const opening = Session.open(this.lower(), this.compiled.engine);
    this.session = opening;
    opening.catch(() => {
      if (this.session === opening) this.session = undefined;
    });
    return opening;
  }

  private measure(
    session: Session,
    source: MeasuredSource,
    signal: AbortSignal | undefined,
  ): Promise<Evaluation> {
    return measure(session, source, { ...this.compiled, network: this, signal });
  }

  /** Works with samples that are let go, and streams that are ended, when it is done or fails. */
  private async withSources<T>(
    session: Session,
    signal: AbortSignal | undefined,
    work: (sources: Sources) => Promise<T>,
  ): Promise<T> {
    const { inputShape, outputShape } = this;
    const { loss } = this.compiled;
    const sources = new Sources(session, { inputShape, outputShape, loss }, signal);
    let result: T;
    try {
      result = await work(sources);
    } catch (thrown) {
      await sources.close(false);
      throw thrown instanceof StreamFault ? thrown.cause : thrown;
    }
    await sources.close(true);
    return result;
  }
}

/** The complaint about what should be a name or an object of one of Heddle's classes. */
function noInstance(name: string, value: unknown): HeddleError {
  return new HeddleError({
    who: "compile",
    expected: `${name} by name or as instances`,
    received: typeof value === "function" ? `the class ${value.name}` : (JSON.stringify(value) ?? "nothing"),
    next: "Write new before a class, or give its name.",
  });
}

/** Arrays one behind the other. */
function joined(arrays: readonly Float32Array[]): Float32Array {
  if (arrays.length === 1) return arrays[0]!;
  const all = new Float32Array(arrays.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const array of arrays) {
    all.set(array, at);
    at += array.length;
  }
  return all;
}

const COMPILE_OPTIONS: readonly (keyof CompileOptions)[] = [
  "optimizer",
  "loss",
  "metrics",
  "threads",
  "fast",
];

const FIT_OPTIONS: readonly (keyof FitOptions | keyof ValidationOptions | keyof Weighting)[] = [
  "epochs",
  "batchSize",
  "shuffle",
  "initialEpoch",
  "stepsPerEpoch",
  "validationData",
  "validationSplit",
  "validationFreq",
  "classWeight",
  "sampleWeight",
  "verbose",
  "callbacks",
  "signal",
];

const DEFAULT_LOSS = losses.create("compile", "sparseCategoricalCrossentropy");

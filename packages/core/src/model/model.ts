import { HeddleError } from "../base/errors.js";
import { checkOptions } from "../base/known-options.js";
import { abortSignal, whole } from "../base/rules.js";
import type { History } from "../callbacks/history.js";
import type { CompiledProgram } from "../compiler/compile.js";
import type { InputFormat } from "../compiler/emission.js";
import type { Profile } from "../compiler/program-plan.js";
import type { Program } from "../engine/program.js";
import type { Variant } from "../engine/variant.js";
import type { Width } from "../engine/wide.js";
import type { Loss } from "../losses/index.js";
import { describedConfig, withPaths } from "../network/described-model.js";
import { functionalGraph } from "../network/functional-graph.js";
import { Network } from "../network/network.js";
import { READ_RULES, type ReadOptions } from "../network/read-options.js";
import type { Optimizer } from "../optimizers/index.js";
import type { PictureSource } from "../pictures/picture-source.js";
import type { TrainingProgress } from "../training/context.js";
import { type Evaluation, evaluate, formatOf, type SampleSource } from "../training/evaluate.js";
import { trainEpochs } from "../training/fit.js";
import { FIT_RULES, type FitOptions } from "../training/fit-options.js";
import type { ModelMetrics } from "../training/model-metrics.js";
import { nonFiniteFault } from "../training/non-finite.js";
import type { OptimizerState } from "../training/optimizer-state.js";
import { predict } from "../training/predict.js";
import { profileTraining } from "../training/profile.js";
import type { Samples, TrainingSamples } from "../training/samples.js";
import { Session } from "../training/session.js";
import { Sources } from "../training/sources.js";
import type { ImageChunk, SampleStream } from "../training/stream.js";
import { StreamFault } from "../training/stream-reader.js";
import { type Classification, classifyPicture } from "./classify.js";
import type { CompileOptions } from "./compile-options.js";
import { resolveCompileOptions, uncompiled } from "./compiled.js";

/**
 * A graph of layers from one input to one output, which can be trained, evaluated and used for predictions. Several
 * layers may read a value, and values may be merged again; a plain chain is easier to write as `Sequential`.
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
  private compiled = uncompiled();
  private hasCompiled = false;
  private session: Promise<Session> | undefined;
  /** The layers' `trainable` when the session was opened: it keeps trained weights apart from the others. */
  private sessionTrainable: readonly boolean[] = [];
  /** Whether a `fit` is under way. */
  private isTraining = false;
  private readonly done: TrainingProgress = { steps: 0, epochs: 0, learningRate: undefined };
  /** What the next `fit` begins with. */
  private nextState: OptimizerState | undefined;

  /**
   * Builds a model from the configuration of a functional one, Heddle's or Keras's, with fresh weights.
   *
   * @param config what `getConfig` returns: `{ name, layers, input_layers, output_layers }`
   * @throws HeddleError when it is not a functional model's, or needs something that Heddle does not have
   *
   * @example
   * const copy = Model.fromConfig(model.getConfig());
   * copy.setWeights(model.getWeights());
   */
  static fromConfig(config: unknown, options: ReadOptions = {}): Model {
    const who = "Model.fromConfig";
    checkOptions(who, options, READ_RULES);
    const { inputShape, ...own } = options;
    const described = describedConfig(who, config, "Functional", inputShape);
    return withPaths(new Model(functionalGraph(described), { ...described.options, ...own }), described);
  }

  /**
   * Sets optimizer, loss, metrics and engine, and forgets the optimizer's state. A model that is never compiled has the
   * defaults.
   *
   * @throws HeddleError when an option is unknown or does not fit the model's outputs
   */
  compile(options: CompileOptions = {}): void {
    const compiled = resolveCompileOptions(options, this.outputShape);
    this.dispose();
    this.done.learningRate = undefined;
    this.nextState = undefined;
    this.compiled = compiled;
    this.hasCompiled = true;
  }

  /** The optimizer, the loss and the metrics of `compile`. */
  get training(): { readonly optimizer: Optimizer; readonly loss: Loss; readonly metrics: ModelMetrics } {
    return this.compiled;
  }

  /** Whether `compile` has been called: a model that never was has the defaults. */
  get isCompiled(): boolean {
    return this.hasCompiled;
  }

  /**
   * What the optimizer keeps, such as Adam's moments; undefined before the first step, and after `compile` and `dispose`.
   * Must not be called while an epoch runs.
   */
  async optimizerState(): Promise<OptimizerState | undefined> {
    if (this.nextState || !this.session || this.done.steps === 0) return this.nextState;
    const session = await this.session;
    const { optimizer } = this.compiled;
    const { steps } = this.done;
    return { steps, slots: await session.alone(() => session.weights.readSlots(optimizer)) };
  }

  /** Sets what the next `fit` begins with, unless other layers are trainable by then than when the state was kept. */
  setOptimizerState(state: OptimizerState): void {
    this.nextState = state;
  }

  /**
   * Trains. A second call continues where the first ended.
   *
   * @param samples images `[N, H, W, C]` with labels `[N]`, or with targets `[N, …outputShape]`; or a stream of chunks
   *   of them. A stream is trained on in its own order, cut into batches: the steps are those of the same samples in
   *   arrays with `shuffle: false`. At most two windows of 32 MiB (or one batch) of a stream are in memory at once, plus
   *   the last chunk. The stream must not wait for this model's own results.
   * @returns a row for each epoch
   * @throws AbortedError when `signal` fires, or what a stream threw: the model then keeps the weights of the last whole
   *   step
   * @throws HeddleError when samples or options do not fit, another `fit` of this model is under way, or numbers stop being
   *   finite: the model then keeps the weights from before the epoch
   *
   * @example
   * const history = await model.fit(data.train, { epochs: 5, batchSize: 64, validationSplit: 0.1 });
   * history.epochs.at(-1)!.valAccuracy; // 0.9
   */
  async fit(samples: TrainingSamples | SampleStream, options: FitOptions = {}): Promise<History> {
    checkOptions("fit", options, FIT_RULES);
    if (this.isTraining) {
      throw new HeddleError({
        who: "fit",
        expected: "one training of a model at a time",
        received: "a second call before the first has ended, perhaps in one of its callbacks",
        next: "Await the first, or train another model.",
      });
    }
    this.isTraining = true;
    try {
      return await this.train(samples, options);
    } finally {
      this.isTraining = false;
    }
  }

  private async train(samples: TrainingSamples | SampleStream, options: FitOptions): Promise<History> {
    const { optimizer } = this.compiled;
    const { initialEpoch: epochsBefore = this.done.epochs } = options;
    const session = await this.open();
    const { nextState } = this;
    if (nextState) this.done.steps = session.weights.writeSlots(optimizer, nextState) ? nextState.steps : 0;
    this.nextState = undefined;
    return this.withSources(session, options.signal, async (sources) => {
      const source = await sources.forFit(
        samples,
        { ...options, batchSize: options.batchSize ?? 32 },
        { seed: this.seed, epochsBefore },
      );
      const { feed, input, batchSize, weighted, validation } = source;
      return trainEpochs(
        {
          session,
          compiled: this.trainingIn(session, { input, batchSize, weighted }),
          feed,
          optimizer,
          inputShape: this.inputShape,
          done: this.done,
          model: this,
          explain: (failure) => nonFiniteFault(this.placed, failure),
          validate: validation && (async () => this.measure(session, await validation(), options.signal)),
        },
        options,
      );
    });
  }

  /**
   * Measures mean loss, accuracy and the metrics of `compile`, with dropout off, over samples or one pass over a stream.
   *
   * @param samples as for `fit`
   * @throws AbortedError when `signal` fires
   * @throws HeddleError when the samples do not fit the model
   *
   * @example
   * const { loss, accuracy } = await model.evaluate(data.test);
   */
  async evaluate(
    samples: TrainingSamples | SampleStream,
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<Evaluation> {
    checkOptions("evaluate", options, { signal: abortSignal });
    const { signal } = options;
    const session = await this.open();
    return this.withSources(session, signal, async (sources) => {
      const source = await sources.forEvaluate("evaluate", samples);
      return session.alone(() => {
        session.weights.write();
        return this.measure(session, source, signal);
      });
    });
  }

  /**
   * What a picture shows: every class with its probability, likeliest first. The picture becomes an input as `pictures`
   * says; without it, as bytes, and nothing is inverted; one warning says so unless the model begins with `Rescaling`. `empty` of
   * the result is true for a picture that shows nothing.
   *
   * @throws HeddleError when it is not a picture, or the model does not predict classes of images
   *
   * @example
   * const [best] = await model.classify(canvas);
   * console.log(best.label, best.probability);
   */
  classify(picture: PictureSource): Promise<Classification> {
    return classifyPicture(this, picture);
  }

  /**
   * The outputs for each sample: probabilities where the model ends in a softmax.
   *
   * Input shape: `[N, …inputShape]`, in arrays or as a stream, of which one pass is read.
   *
   * Output shape: `[N, …outputShape]`, row-major, all in memory at once.
   *
   * @throws AbortedError when `signal` fires
   * @throws HeddleError when the samples do not fit the model
   *
   * @example
   * const probabilities = await model.predict(data.test);
   * probabilities.subarray(0, 10); // of the first image
   */
  async predict(
    samples: Samples | SampleStream<ImageChunk>,
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<Float32Array> {
    checkOptions("predict", options, { signal: abortSignal });
    const { signal } = options;
    const session = await this.open();
    return this.withSources(session, signal, async (sources) =>
      predict(session, await sources.forPredict("predict", samples), signal),
    );
  }

  /**
   * Which kernels run, on how many threads, and on vectors of how many bits, which changes the speed alone; starts the
   * engine if need be.
   */
  async engine(): Promise<{ readonly variant: Variant; readonly threads: number; readonly width: Width }> {
    const { variant, threads, width } = (await this.open()).engine;
    return { variant, threads, width };
  }

  /** The program that `fit` would run for byte images, for `heddle plan`; it is laid out in an engine of its own. */
  async trainingProgram(batchSize: number): Promise<CompiledProgram> {
    const session = await Session.open(this.lower(), this.compiled.engine);
    try {
      return this.trainingIn(session, { input: { element: "u8" }, batchSize, weighted: false });
    } finally {
      session.close();
    }
  }

  /**
   * Measures how much time each kernel takes in training on batches of these samples: for about two seconds, on threads
   * of its own, so that weights and optimizer stay as they are.
   */
  async profile(
    samples: TrainingSamples,
    options: { readonly batchSize?: number; readonly signal?: AbortSignal } = {},
  ): Promise<{ readonly program: Program; readonly profile: Profile }> {
    checkOptions("profile", options, { batchSize: whole(1), signal: abortSignal });
    const { loss, optimizer, engine } = this.compiled;
    const session = await Session.open(this.lower(), engine);
    try {
      const { inputShape, outputShape } = this;
      const sources = new Sources(session, { inputShape, outputShape, loss }, undefined);
      const { data } = sources.bind("profile", samples);
      const compiled = this.trainingIn(session, {
        input: formatOf(samples),
        batchSize: options.batchSize ?? 32,
        weighted: false,
      });
      const profile = await profileTraining(session, compiled, {
        data,
        samples: samples.count,
        optimizer,
        signal: options.signal,
      });
      return { program: compiled.program, profile };
    } finally {
      session.close();
    }
  }

  /** Ends the threads. The model stays usable: they start again when needed, with fresh optimizer state. */
  dispose(): void {
    void this.session?.then(
      (session) => session.close(),
      () => {},
    );
    this.session = undefined;
    forgotten.unregister(this);
  }

  private trainingIn(
    session: Session,
    options: { readonly input: InputFormat; readonly batchSize: number; readonly weighted: boolean },
  ): CompiledProgram {
    const { loss, metrics, optimizer } = this.compiled;
    return session.training({ loss, accuracy: metrics.accuracy, optimizer, seed: this.seed, ...options });
  }

  /** The session, or a new one after a fault ended the last. */
  private async open(): Promise<Session> {
    const trainable = this.layers.map((layer) => layer.trainable);
    if (trainable.some((value, index) => value !== this.sessionTrainable[index])) this.dispose();
    this.sessionTrainable = trainable;
    while (this.session) {
      const current = this.session;
      if ((await current).engine.alive) return current;
      // Of several callers that find it dead, the first forgets it and the others wait for its replacement.
      if (this.session === current) this.dispose();
    }
    // The optimizer's state ended with its session.
    this.done.steps = 0;
    const opening = Session.open(this.lower(), this.compiled.engine);
    this.session = opening;
    opening.then(
      (session) => {
        if (this.session === opening) forgotten.register(this, session, this);
      },
      () => {
        if (this.session === opening) this.session = undefined;
      },
    );
    return opening;
  }

  private measure(
    session: Session,
    source: SampleSource,
    signal: AbortSignal | undefined,
  ): Promise<Evaluation> {
    const { loss, metrics } = this.compiled;
    return evaluate(session, source, { loss, metrics, network: this, signal });
  }

  /** Works with sources that are closed when the work is done or fails. */
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

/** Ends the threads of models that are collected as garbage without having been disposed of. */
const forgotten = new FinalizationRegistry<Session>((session) => session.close());

import { sizeOf, wholeNumber } from "../base/shape.js";
import type { EngineOptions } from "../engine/engine.js";
import type { Program } from "../engine/program.js";
import type { Variant } from "../engine/variant.js";
import { type Loss, losses } from "../losses/index.js";
import type { Metric } from "../metrics/index.js";
import { type Optimizer, optimizers } from "../optimizers/index.js";
import type { CompiledProgram } from "./compile.js";
import { checkSamples, type Samples, type TrainingSamples, targetsOf } from "./data.js";
import { type FitOptions, type Training, trainEpochs } from "./fit.js";
import type { History } from "./history.js";
import { type BoundSamples, type Evaluation, eachRun, formatOf, measure } from "./measure.js";
import { type Measures, measuresOf } from "./measures.js";
import { Network } from "./network.js";
import { nonFiniteFault } from "./non-finite.js";
import type { Profile } from "./plan.js";
import { profileTraining } from "./profile.js";
import { sampleWeights, splitSamples, type ValidationOptions, type Weighting } from "./sample-weights.js";
import { Session } from "./session.js";

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

  /** Chooses optimizer, loss, metrics and engine; forgets the optimizer's state. */
  compile(options: CompileOptions = {}): void {
    const { optimizer = "adam", loss: named = DEFAULT_LOSS, metrics = [], ...engine } = options;
    const loss = typeof named === "string" ? losses.create("compile", named) : named;
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
   * @param given images `[N, H, W, C]` with labels `[N]`, or with targets `[N, …outputShape]`
   * @returns one row an epoch
   * @throws AbortedError when `signal` fires; the model then keeps the weights of the last whole step
   */
  async fit(
    given: TrainingSamples,
    options: FitOptions & ValidationOptions & Weighting = {},
  ): Promise<History> {
    const { loss, measures, optimizer } = this.compiled;
    const batchSize = wholeNumber("fit", "batchSize", options.batchSize ?? 32);
    const session = await this.open();
    const unbind: number[] = [];
    const bind = (who: string, data: TrainingSamples, weighting: Weighting) => {
      const bound = this.bind(session, who, data, weighting);
      unbind.push(bound.data);
      return bound;
    };
    try {
      const [weighted, heldOut] = splitSamples(given, this.inputShape, options);
      const { samples } = weighted;
      const { data, weights } = bind("fit", samples, weighted);
      const validation = heldOut && bind("fit, validationData", heldOut.samples, heldOut);
      const compiled = session.training({
        loss,
        accuracy: measures.accuracy,
        weighted: weights !== undefined,
        optimizer,
        batchSize: Math.min(batchSize, samples.count),
        seed: this.seed,
        input: formatOf(samples),
      });
      return await trainEpochs(
        {
          session,
          compiled,
          data,
          samples: samples.count,
          optimizer,
          seed: this.seed,
          done: this.done,
          model: this,
          explain: (found) => nonFiniteFault({ placed: this.placed, samples }, found),
          validate: validation && (() => this.measure(session, validation, options.signal)),
        },
        options,
      );
    } finally {
      for (const id of unbind) session.unbind(id);
    }
  }

  /** Mean loss, accuracy and the metrics of `compile`, dropout off. */
  async evaluate(
    samples: TrainingSamples,
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<Evaluation> {
    const session = await this.open();
    const bound = this.bind(session, "evaluate", samples);
    try {
      return await session.alone(() => {
        session.writeWeights();
        return this.measure(session, bound, options.signal);
      });
    } finally {
      session.unbind(bound.data);
    }
  }

  /**
   * The outputs of each sample, `[N, …outputShape]` row-major: probabilities where the model ends in a softmax.
   */
  async predict(samples: Samples, options: { readonly signal?: AbortSignal } = {}): Promise<Float32Array> {
    checkSamples("predict", samples, this.inputShape);
    const session = await this.open();
    const width = sizeOf(this.outputShape);
    const compiled = session.prediction(formatOf(samples));
    const outputs = new Float32Array(samples.count * width);
    const data = session.bind(samples.images);
    try {
      await session.alone(() => {
        session.writeWeights();
        return eachRun(compiled, samples.count, async (rows, first) => {
          await session.run(compiled, { data, rows, signal: options.signal });
          const bytes = await session.engine.read(compiled.output!, 4 * width * rows.length);
          outputs.set(new Float32Array(bytes.buffer), first * width);
        });
      });
    } finally {
      session.unbind(data);
    }
    return outputs;
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
      const { data } = this.bind(session, "profile", samples);
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
    bound: BoundSamples,
    signal: AbortSignal | undefined,
  ): Promise<Evaluation> {
    return measure(session, bound, { ...this.compiled, network: this, signal });
  }

  private bind(
    session: Session,
    who: string,
    samples: TrainingSamples,
    weighting: Weighting = {},
  ): BoundSamples {
    checkSamples(who, samples, this.inputShape);
    const targets = targetsOf(who, samples, this.compiled.loss, this.outputShape);
    const weights = sampleWeights(who, targets, samples.count, weighting);
    const data = session.bind(samples.images, targets, ...(weights ? [weights] : []));
    return { samples, targets, weights, data };
  }
}

const DEFAULT_LOSS = losses.create("compile", "sparseCategoricalCrossentropy");

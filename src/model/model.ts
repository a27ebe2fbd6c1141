import { writeFileAtomic } from "#files";
import type { JsonObject } from "../base/json.js";
import { sha256 } from "../base/sha256.js";
import { type Shape, sizeOf, wholeNumber } from "../base/shape.js";
import type { EngineOptions } from "../engine/engine.js";
import type { Variant } from "../engine/variant.js";
import type { Layer, Tensor } from "../layers/index.js";
import { type Loss, losses } from "../losses/index.js";
import type { Weight } from "../ops/weight.js";
import { type Optimizer, optimizers } from "../optimizers/index.js";
import { buildLayers, lowerLayers, type PlacedLayer } from "./build.js";
import type { CompiledProgram, Lowered } from "./compile.js";
import { functionalConfig, weightsFile } from "./config.js";
import { checkSamples, classNumbers, distributions, type LabelledSamples, type Samples } from "./data.js";
import type { InputFormat } from "./emission.js";
import { type FitOptions, trainEpochs } from "./fit.js";
import { fuse } from "./fuse.js";
import type { History } from "./history.js";
import { Session } from "./session.js";
import { formatSummary, type SummaryRow, summaryRows } from "./summary.js";

export interface ModelOptions {
  /** `"model"` by default, `"sequential"` for a chain. */
  readonly name?: string;
  /** Decides the first weights, the order of samples and what dropout drops; 0 by default. */
  readonly seed?: number;
}

export interface CompileOptions extends EngineOptions {
  /** An optimizer or its name with Keras's defaults: `"adam"` (the default), `"sgd"`. */
  readonly optimizer?: Optimizer | string;
  /** A loss or its name: `"sparseCategoricalCrossentropy"` (the default), `"categoricalCrossentropy"`. */
  readonly loss?: Loss | string;
}

/** What `evaluate` measures. */
export interface Evaluation {
  /** Mean loss with the penalties of the regularizers. */
  readonly loss: number;
  /** Share of right predictions, 0..1. */
  readonly accuracy: number;
}

interface Compiled {
  readonly optimizer: Optimizer;
  readonly loss: Loss;
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
export class Model {
  readonly name: string;
  readonly seed: number;
  /** Sizes of one sample's input and output. */
  readonly inputShape: Shape;
  readonly outputShape: Shape;
  /** The layers with what each reads, in the order in which they run. */
  readonly placed: readonly PlacedLayer[];
  private compiled: Compiled = {
    optimizer: optimizers.create("compile", "adam"),
    loss: DEFAULT_LOSS,
    engine: {},
  };
  private session: Promise<Session> | undefined;
  /** What `fit` has done: steps of the optimizer that the session holds, and epochs in all. */
  private readonly done = { steps: 0, epochs: 0 };

  /**
   * Builds the layers and draws their first weights.
   *
   * @param graph a value of `input`, and the value that layers made of it
   * @throws HeddleError when a layer is in use elsewhere, or the output comes from another input too
   */
  constructor(graph: { readonly inputs: Tensor; readonly outputs: Tensor }, options: ModelOptions = {}) {
    this.name = options.name ?? "model";
    const who = new.target.name;
    this.seed = wholeNumber(who, "seed", options.seed ?? 0, 0);
    this.inputShape = graph.inputs.shape;
    this.outputShape = graph.outputs.shape;
    this.placed = buildLayers(who, graph.inputs, graph.outputs, { seed: this.seed });
  }

  get layers(): readonly Layer[] {
    return this.placed.map(({ layer }) => layer);
  }

  /** All weights, in the layers' order. */
  get weights(): readonly Weight[] {
    return this.layers.flatMap((layer) => layer.weights);
  }

  /** Number of trained parameters. */
  get parameters(): number {
    return this.weights.reduce((sum, weight) => sum + sizeOf(weight.shape), 0);
  }

  /** Keras's table of layers, output shapes and parameters, with the multiply-adds. */
  summary(): string {
    return formatSummary(this.name, this.summaryRows());
  }

  summaryRows(): SummaryRow[] {
    return summaryRows(this.placed);
  }

  /** The model's ops after fusion: what the plan is made from. */
  lower(): Lowered {
    const steps = fuse(lowerLayers(this.placed));
    return { inputShape: this.inputShape, outputShape: this.outputShape, steps };
  }

  /** Chooses optimizer, loss and engine; forgets the optimizer's state. */
  compile(options: CompileOptions = {}): void {
    const { optimizer = "adam", loss = DEFAULT_LOSS, ...engine } = options;
    this.dispose();
    this.compiled = {
      optimizer: typeof optimizer === "string" ? optimizers.create("compile", optimizer) : optimizer,
      loss: typeof loss === "string" ? losses.create("compile", loss) : loss,
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
   * @param samples images `[N, H, W, C]` with labels `[N]`
   * @returns one row an epoch
   * @throws AbortedError when `signal` fires; the model then keeps the weights of the last whole step
   */
  async fit(
    samples: LabelledSamples,
    options: FitOptions & { readonly validationData?: LabelledSamples } = {},
  ): Promise<History> {
    const { loss, optimizer } = this.compiled;
    const batchSize = wholeNumber("fit", "batchSize", options.batchSize ?? 32);
    const session = await this.open();
    const unbind: number[] = [];
    const bind = (who: string, data: LabelledSamples) => {
      const id = this.bind(session, who, data);
      unbind.push(id);
      return id;
    };
    try {
      const data = bind("fit", samples);
      const { validationData } = options;
      const validation = validationData && bind("fit, validationData", validationData);
      const compiled = session.training({
        loss,
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
          validate:
            validationData && validation !== undefined
              ? () => this.measure(session, validationData, validation, options.signal)
              : undefined,
        },
        options,
      );
    } finally {
      for (const id of unbind) session.unbind(id);
    }
  }

  /** Mean loss and accuracy, dropout off. */
  async evaluate(
    samples: LabelledSamples,
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<Evaluation> {
    const session = await this.open();
    const data = this.bind(session, "evaluate", samples);
    try {
      return await session.alone(() => {
        session.writeWeights();
        return this.measure(session, samples, data, options.signal);
      });
    } finally {
      session.unbind(data);
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
    const { loss, optimizer } = this.compiled;
    const session = await this.open();
    return session.training({ loss, optimizer, batchSize, seed: this.seed, input: { element: "u8" } });
  }

  /** SHA-256 of the weights' bytes (f32, little endian), one weight behind the other. */
  async weightsSha256(): Promise<string> {
    const bytes = new Uint8Array(4 * this.parameters);
    const view = new DataView(bytes.buffer);
    let at = 0;
    for (const { values } of this.weights) {
      for (const value of values) {
        view.setFloat32(at, value, true);
        at += 4;
      }
    }
    return sha256(bytes);
  }

  /** The model in Keras's own JSON. */
  toJson(): JsonObject {
    return functionalConfig(this);
  }

  /** Writes `config.json` and `weights.safetensors` into a folder. */
  async save(folder: string): Promise<void> {
    await writeFileAtomic(`${folder}/weights.safetensors`, weightsFile(this.weights));
    await writeFileAtomic(`${folder}/config.json`, `${JSON.stringify(this.toJson(), null, 2)}\n`);
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

  private bind(session: Session, who: string, samples: LabelledSamples): number {
    checkSamples(who, samples, this.inputShape);
    const classes = sizeOf(this.outputShape);
    const { sparse } = this.compiled.loss;
    const targets = sparse ? classNumbers(who, samples, classes) : distributions(who, samples, classes);
    return session.bind(samples.images, targets);
  }

  private async measure(
    session: Session,
    samples: LabelledSamples,
    data: number,
    signal: AbortSignal | undefined,
  ): Promise<Evaluation> {
    const compiled = session.evaluation(this.compiled.loss, formatOf(samples));
    let loss = 0;
    let correct = 0;
    await eachRun(compiled, samples.count, async (rows) => {
      await session.run(compiled, { data, rows, signal });
      const results = await session.results(compiled, rows.length);
      for (const value of results.loss) loss += value;
      for (const value of results.correct) correct += value;
    });
    return { loss: loss / samples.count + penaltyOf(this.weights), accuracy: correct / samples.count };
  }
}

const DEFAULT_LOSS = losses.create("compile", "sparseCategoricalCrossentropy");

function formatOf(samples: Samples): InputFormat {
  return { element: samples.images instanceof Uint8Array ? "u8" : "f32" };
}

/** Cuts samples in their own order into runs that fit a program's tables. */
async function eachRun(
  compiled: CompiledProgram,
  samples: number,
  run: (rows: Int32Array, first: number) => Promise<void>,
): Promise<void> {
  const size = compiled.maxSteps * compiled.program.batchSize;
  for (let first = 0; first < samples; first += size) {
    const count = Math.min(size, samples - first);
    await run(
      Int32Array.from({ length: count }, (_, index) => first + index),
      first,
    );
  }
}

/** The regularizers' share of the loss. */
function penaltyOf(weights: readonly Weight[]): number {
  let sum = 0;
  for (const { penalty, values } of weights) {
    if (!penalty) continue;
    for (const value of values) sum += penalty.l1 * Math.abs(value) + penalty.l2 * value * value;
  }
  return sum;
}

import { HeddleError } from "../base/errors.js";
import { checkOptions } from "../base/known-options.js";
import { abortSignal, anyObject, listOf, text } from "../base/rules.js";
import { type Shape, sizeOf } from "../base/shape.js";
import { Turn } from "../base/turn.js";
import { Engine, type EngineOptions } from "../engine/engine.js";
import { layOut } from "../engine/lay-out.js";
import type { Program } from "../engine/program.js";
import { type Buffer, ProgramBuilder } from "../engine/program-builder.js";
import type { Network } from "../network/network.js";
import { TraceEmission } from "../network/trace-emission.js";
import { Emitter, type Parameter } from "../ops/emitter.js";
import type { Weight } from "../ops/weight.js";
import { ProgramCache } from "../training/program-cache.js";
import { checkSamples, type Samples } from "../training/samples.js";
import { SharedCopies } from "../training/shared-copies.js";
import { WeightWriter } from "../training/weight-writer.js";

/** What to read from the inside of a model. */
export interface TraceRequest {
  /** Names of the layers whose outputs to return. */
  readonly layers?: readonly string[];
  /** The gradient to compute. */
  readonly gradient?: {
    /** The layer with respect to whose output to differentiate. */
    readonly layer: string;
    /** `[N, units]`: the weight of each output; the gradient is that of their weighted sum. */
    readonly outputs: Float32Array;
  };
}

/** Values inside a model, for N samples. */
export interface Traced {
  /** `[N, …shape]` of each requested layer, by its name. */
  readonly values: ReadonlyMap<string, Float32Array>;
  /** `[N, …shape]`: the gradient, if one was requested. */
  readonly gradient: Float32Array | undefined;
}

interface TraceProgram {
  readonly program: Program;
  readonly outputs: readonly { readonly address: number; readonly shape: Shape }[];
}

/** The most samples of a run: enough for every thread, and few enough that all layers' values fit. */
const BATCH = 32;
/** Samples of a shard. */
const SHARD = 4;
/** The most programs to keep: each holds the values of all layers. */
const PROGRAMS = 4;

/**
 * Reads the values inside a model, as in inference: no dropout, no augmentation, moving statistics. The model's ops are
 * not fused here, so that every layer's value exists; the last bits may differ from `predict`'s.
 *
 * Gradients are exact (reverse mode, by the kernels that train). They are those of logits: if the model ends in a softmax
 * or a sigmoid, of its input.
 *
 * @example
 * const trace = await Trace.open(model);
 * const { values } = await trace.run({ images, count: 1, shape: [28, 28, 1] }, { layers: ["conv2d"] });
 * values.get("conv2d")!.length; // 26 · 26 · 16
 * trace.close();
 */
export class Trace {
  private readonly programs: ProgramCache<TraceProgram>;
  private readonly parameters = new Map<Weight, Parameter>();
  private readonly writer: WeightWriter;
  private readonly copies = new SharedCopies();
  private readonly turn = new Turn();

  private constructor(
    readonly model: Network,
    private readonly engine: Engine,
  ) {
    this.writer = new WeightWriter(engine);
    this.programs = new ProgramCache(engine, PROGRAMS);
  }

  /** Opens a trace of a model, on threads of its own. */
  static async open(model: Network, options: EngineOptions = {}): Promise<Trace> {
    return new Trace(model, await Engine.create(options));
  }

  /**
   * Runs samples through the model with its current weights.
   *
   * @throws HeddleError when the model has no such layer, or the outputs do not depend on it
   * @throws AbortedError when `signal` fires
   */
  run(
    samples: Samples,
    request: TraceRequest,
    options: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<Traced> {
    checkOptions("Trace", request, { layers: listOf("names", text), gradient: anyObject });
    checkOptions("Trace", options, { signal: abortSignal });
    return this.turn.take(() => this.runAlone(samples, request, options.signal));
  }

  /** Ends the threads. */
  close(): void {
    this.engine.close();
  }

  private async runAlone(
    samples: Samples,
    request: TraceRequest,
    signal: AbortSignal | undefined,
  ): Promise<Traced> {
    const { model, engine, copies } = this;
    const { layers = [], gradient } = request;
    checkSamples("Trace", samples, model.inputShape);
    const width = sizeOf(model.outputShape);
    if (gradient && gradient.outputs.length !== samples.count * width) {
      throw new HeddleError({
        who: "Trace",
        expected: `${width} output weights for each of ${samples.count} samples`,
        received: `${gradient.outputs.length} in all`,
        next: "Pass one number for each sample and output.",
      });
    }
    const element = samples.images instanceof Uint8Array ? "u8" : "f32";
    const { program, outputs } = this.program(request, element, Math.min(BATCH, samples.count));
    for (const [weight, { data }] of this.parameters) this.writer.write(weight, data.address!);
    const columns = [samples.images, ...(gradient ? [gradient.outputs] : [])].map((array) =>
      copies.of(array),
    );
    const data = engine.bind(columns.map(({ bytes }) => bytes));
    const results = outputs.map(({ shape }) => new Float32Array(samples.count * sizeOf(shape)));
    try {
      for (let first = 0; first < samples.count; first += program.batchSize) {
        const count = Math.min(program.batchSize, samples.count - first);
        engine.write(
          program.rows,
          Int32Array.from({ length: count }, (_, index) => first + index),
        );
        await engine.run({ program: program.id, data, samples: count, steps: 1, stepBase: 0, signal });
        for (const [index, { address, shape }] of outputs.entries()) {
          results[index]!.set(await engine.readFloats(address, count * sizeOf(shape)), first * sizeOf(shape));
        }
      }
    } finally {
      engine.unbind(data);
      for (const { release } of columns) release();
    }
    return {
      values: new Map(layers.map((name, index) => [name, results[index]!])),
      gradient: gradient && results[layers.length],
    };
  }

  /** The program that computes the requested values and gradient. */
  private program(
    { layers = [], gradient }: TraceRequest,
    element: "u8" | "f32",
    batchSize: number,
  ): TraceProgram {
    const by = gradient?.layer;
    const key = JSON.stringify([layers, by, element, batchSize]);
    return this.programs.get([key], () => this.compile({ layers, by, element, batchSize }));
  }

  private compile({
    layers,
    by,
    element,
    batchSize,
  }: {
    readonly layers: readonly string[];
    readonly by: string | undefined;
    readonly element: "u8" | "f32";
    readonly batchSize: number;
  }): TraceProgram {
    const { engine } = this;
    const builder = new ProgramBuilder({
      name: "trace",
      batchSize,
      shards: Math.ceil(batchSize / SHARD),
      maxSteps: 1,
      threads: engine.threads,
    });
    const e = new Emitter(builder, { training: false, seed: 0 });
    const rows = builder.buffer("rows", "result", 4);
    const backToPreparation = builder.phase("preparation", "tasks");
    builder.phase("samples", "perShard");
    const emission = new TraceEmission(e, this.model, (weight) => this.parameter(weight), element);
    const values = layers.map((name) => emission.value(name));
    if (by !== undefined) values.push(emission.gradient(by));
    const outputs = values.map(({ shape, data }, index): { buffer: Buffer; shape: Shape } => {
      const bytes = 4 * sizeOf(shape);
      const buffer = builder.buffer(`output ${index}`, "result", bytes);
      e.call("copy", "forward", { y: buffer, x: data, N: "samples", bytes });
      return { buffer, shape };
    });
    builder.phase("gradients", "tasks");
    for (const emit of e.reductions) emit();
    backToPreparation();
    for (const emit of e.prepared) emit();
    const { program, addressOf } = layOut(builder, { id: engine.newId(), allocator: engine, rows });
    return {
      program,
      outputs: outputs.map(({ buffer, shape }) => ({ address: addressOf(buffer), shape })),
    };
  }

  /** A weight in the engine's memory; it has no gradient. */
  private parameter(weight: Weight): Parameter {
    let parameter = this.parameters.get(weight);
    if (!parameter) {
      const { name, shape } = weight;
      const bytes = 4 * sizeOf(shape);
      const address = this.engine.allocate(bytes, name);
      parameter = { name, shape, data: { name, scope: "global", bytes, address } };
      this.parameters.set(weight, parameter);
    }
    return parameter;
  }
}

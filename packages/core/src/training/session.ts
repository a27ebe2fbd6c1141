import { sizeOf } from "../base/shape.js";
import { Turn } from "../base/turn.js";
import {
  type CompiledProgram,
  compileInference,
  compileTraining,
  type Lowered,
  type ProgramTarget,
  weightsOf,
} from "../compiler/compile.js";
import type { InputFormat } from "../compiler/emission.js";
import { Engine, type EngineOptions } from "../engine/engine.js";
import type { Loss } from "../losses/index.js";
import type { Optimizer } from "../optimizers/index.js";
import { BoundData } from "./bound-data.js";
import { ProgramCache } from "./program-cache.js";
import { WeightMemory } from "./weight-memory.js";

/** Samples of a batch when nothing is trained: enough shards for every thread. */
const INFERENCE_BATCH = 512;

/** What a run reads. */
interface RunTables {
  /** The number of bound data. */
  readonly data: number;
  /** Which of its rows each sample is. */
  readonly rows: Int32Array;
  /** A row of numbers a step: the batch's and the optimizer's. */
  readonly scalars?: Float32Array;
  /** The number of the first step; 0 by default. */
  readonly stepBase?: number;
}

/** What a run measured. */
export interface RunResults {
  /** Loss of each sample, without penalties, in the order of the run. */
  readonly loss: Float32Array;
  /** The share of each sample's answers that were right; NaN where accuracy is not measured. */
  readonly correct: Float32Array;
  /** Penalties on each sample's activities; undefined where the model has none. */
  readonly activity: Float32Array | undefined;
}

/** A model on an engine of its own: its weights in memory, its data, its programs and their runs. */
export class Session {
  readonly weights: WeightMemory;
  readonly data: BoundData;
  /** One: another batch size takes the memory of the last. */
  private readonly trainings: ProgramCache<CompiledProgram>;
  /** A few: for bytes or floats, and for what is measured. */
  private readonly inferences: ProgramCache<CompiledProgram>;
  /** For which state of the weights the lasting phases of a program have run. */
  private readonly prepared = new WeakMap<CompiledProgram, number>();
  private readonly turn = new Turn();

  private constructor(
    readonly engine: Engine,
    private readonly model: Lowered,
  ) {
    this.weights = new WeightMemory(engine, weightsOf(model));
    this.data = new BoundData(engine);
    this.trainings = new ProgramCache(engine, 1);
    this.inferences = new ProgramCache(engine);
  }

  /** Starts the threads. */
  static async open(model: Lowered, options: EngineOptions): Promise<Session> {
    return new Session(await Engine.create(options), model);
  }

  /** Runs `work` while no other caller changes weights, tables or results in the engine: they wait for their turn. */
  alone<T>(work: () => Promise<T>): Promise<T> {
    return this.turn.take(work);
  }

  /**
   * Within such a turn: lets others have theirs while `work` runs. Weights that they wrote into the engine stay there.
   */
  lend<T>(work: () => Promise<T>): Promise<T> {
    return this.turn.lend(work);
  }

  /** The program of a training step; it replaces that of the last training, which must have ended. */
  training(options: {
    readonly loss: Loss;
    readonly accuracy: boolean;
    readonly weighted: boolean;
    readonly optimizer: Optimizer;
    readonly batchSize: number;
    readonly seed: number;
    readonly input: InputFormat;
  }): CompiledProgram {
    const { loss, accuracy, weighted, optimizer, batchSize, seed, input } = options;
    const key = [loss, accuracy, weighted, optimizer, batchSize, seed, input.element];
    return this.trainings.get(key, () => {
      const slots = this.weights.slotsOf(optimizer);
      return compileTraining(this.model, { ...options, slots }, this.target());
    });
  }

  /** The program that measures loss, accuracy or not, and keeps the outputs or not. */
  evaluation(
    evaluation: { readonly loss: Loss; readonly accuracy: boolean; readonly outputs: boolean },
    input: InputFormat,
  ): CompiledProgram {
    const { loss, accuracy, outputs } = evaluation;
    return this.inference(["evaluation", loss, accuracy, outputs], evaluation, input);
  }

  /** The program that keeps the outputs. */
  prediction(input: InputFormat): CompiledProgram {
    return this.inference(["prediction"], undefined, input);
  }

  private inference(
    key: readonly unknown[],
    evaluation: Parameters<typeof compileInference>[1]["evaluation"],
    input: InputFormat,
  ): CompiledProgram {
    return this.inferences.get([...key, input.element], () =>
      compileInference(this.model, { evaluation, input, batchSize: INFERENCE_BATCH }, this.target()),
    );
  }

  /** Where a new program is laid out. */
  private target(): ProgramTarget {
    const { engine, weights } = this;
    return { places: weights.places, threads: engine.threads, id: engine.newId(), allocator: engine };
  }

  /** Runs up to `maxSteps` batches over rows of bound data. */
  async run(
    compiled: CompiledProgram,
    options: RunTables & {
      readonly signal?: AbortSignal | undefined;
      readonly onProgress?: ((stepsDone: number) => void) | undefined;
    },
  ): Promise<void> {
    const { signal, onProgress } = options;
    const request = this.writeTables(compiled, options);
    const { changes } = this.weights;
    await this.engine.run({ ...request, signal, onProgress });
    this.prepared.set(compiled, changes);
  }

  /** Runs batches as `run` does; how long each call of the program took, in milliseconds. */
  async profile(
    compiled: CompiledProgram,
    { signal, ...tables }: RunTables & { readonly signal?: AbortSignal | undefined },
  ): Promise<Float64Array> {
    return this.engine.profile({ ...this.writeTables(compiled, tables), signal });
  }

  /** Writes what a run of a program reads; returns the request for the engine. */
  private writeTables(compiled: CompiledProgram, { data, rows, scalars, stepBase = 0 }: RunTables) {
    const { program } = compiled;
    this.engine.write(compiled.rows, rows);
    if (scalars) this.engine.write(compiled.scalars!, scalars);
    // Only training has scalars, and only training changes weights.
    if (compiled.scalars !== undefined) this.weights.change();
    const steps = Math.ceil(rows.length / program.batchSize);
    const prepared = this.prepared.get(compiled) === this.weights.changes;
    return { program: program.id, data, samples: rows.length, steps, stepBase, prepared };
  }

  /** Loss and correctness of the first `samples` samples of the last run. */
  async results(compiled: CompiledProgram, samples: number): Promise<RunResults> {
    const { engine } = this;
    const { correct, activity } = compiled;
    return {
      loss: await engine.readFloats(compiled.loss!, samples),
      correct:
        correct === undefined
          ? new Float32Array(samples).fill(Number.NaN)
          : await engine.readFloats(correct, samples),
      activity: activity === undefined ? undefined : await engine.readFloats(activity, samples),
    };
  }

  /** The outputs of the first `samples` samples of the last run, `[samples, …outputShape]`. */
  async outputs(compiled: CompiledProgram, samples: number): Promise<Float32Array> {
    return this.engine.readFloats(compiled.output!, samples * sizeOf(this.model.outputShape));
  }

  /** Penalties of the first `steps` steps of the last run, summed over the weights. */
  async penalties(compiled: CompiledProgram, steps: number): Promise<Float64Array> {
    const sums = new Float64Array(steps);
    if (!compiled.penalties) return sums;
    const { address, count } = compiled.penalties;
    const penalties = await this.engine.readFloats(address, count * steps);
    penalties.forEach((value, index) => {
      sums[Math.floor(index / count)]! += value;
    });
    return sums;
  }

  /** Ends the threads. */
  close(): void {
    this.engine.close();
  }
}

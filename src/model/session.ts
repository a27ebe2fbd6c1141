import { sizeOf } from "../base/shape.js";
import { Engine, type EngineOptions } from "../engine/engine.js";
import type { Loss } from "../losses/index.js";
import type { Weight } from "../ops/weight.js";
import type { Optimizer } from "../optimizers/index.js";
import {
  type CompiledProgram,
  compileInference,
  compileTraining,
  type Lowered,
  SCALARS_STRIDE,
  type WeightPlaces,
  weightsOf,
} from "./compile.js";
import type { InputFormat } from "./emission.js";
import { SharedCopies } from "./shared-copies.js";

/** Samples of a batch when nothing is trained: enough shards for every thread. */
const INFERENCE_BATCH = 512;

/** What a run measured. */
export interface RunResults {
  /** Loss of each sample, without penalties, in the order of the run. */
  readonly loss: Float32Array;
  /** 1 for each sample whose prediction was right. */
  readonly correct: Uint8Array;
}

/** A model on an engine: weights in its memory, programs made when they are first needed. */
export class Session {
  private readonly programs = new Map<string, CompiledProgram>();
  private readonly optimizers = new Map<
    Optimizer,
    { slots: number[]; programs: Map<string, CompiledProgram> }
  >();
  private readonly weights: Weight[];
  private readonly copies = new SharedCopies();
  /** By the number of bound data: lets go of its copies. */
  private readonly releases = new Map<number, () => void>();
  private turn: Promise<unknown> = Promise.resolve();

  private constructor(
    readonly engine: Engine,
    private readonly model: Lowered,
    private readonly places: WeightPlaces,
  ) {
    this.weights = weightsOf(model);
  }

  static async open(model: Lowered, options: EngineOptions): Promise<Session> {
    const engine = await Engine.create(options);
    return new Session(engine, model, placeWeights(engine, weightsOf(model)));
  }

  /** Does work while nobody else's changes weights, tables or results in the engine: others wait for their turn. */
  alone<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.turn.then(work);
    this.turn = mine.catch(() => {});
    return mine;
  }

  /** Copies the model's weights into the engine. */
  writeWeights(): void {
    for (const weight of this.weights) this.engine.write(this.places.addresses.get(weight)!, weight.values);
  }

  /** Copies the engine's weights back to the model. */
  async readWeights(): Promise<void> {
    for (const weight of this.weights) {
      const bytes = await this.engine.read(this.places.addresses.get(weight)!, weight.values.byteLength);
      weight.values.set(new Float32Array(bytes.buffer));
    }
  }

  /** Makes arrays known to the threads; returns their number. */
  bind(...arrays: readonly ArrayBufferView[]): number {
    const shared = arrays.map((array) => this.copies.of(array));
    const id = this.engine.bind(shared.map(({ bytes }) => bytes));
    this.releases.set(id, () => {
      for (const { release } of shared) release();
    });
    return id;
  }

  /** Forgets arrays that no run reads any more. */
  unbind(id: number): void {
    this.engine.unbind(id);
    this.releases.get(id)?.();
    this.releases.delete(id);
  }

  training(options: {
    loss: Loss;
    optimizer: Optimizer;
    batchSize: number;
    seed: number;
    input: InputFormat;
  }): CompiledProgram {
    const { loss, optimizer, batchSize, seed, input } = options;
    const { slots, programs } = this.stateOf(optimizer);
    return this.once(programs, `${loss.className} ${batchSize} ${seed} ${input.element}`, () =>
      compileTraining(this.model, { ...options, ...this.compilerOptions(), slots }),
    );
  }

  evaluation(loss: Loss, input: InputFormat): CompiledProgram {
    return this.once(this.programs, `evaluation ${loss.className} ${input.element}`, () =>
      compileInference(this.model, { loss, input, batchSize: INFERENCE_BATCH, ...this.compilerOptions() }),
    );
  }

  prediction(input: InputFormat): CompiledProgram {
    return this.once(this.programs, `prediction ${input.element}`, () =>
      compileInference(this.model, {
        loss: undefined,
        input,
        batchSize: INFERENCE_BATCH,
        ...this.compilerOptions(),
      }),
    );
  }

  /**
   * Runs up to `maxSteps` batches over the given rows of bound data. `scalars`, one row of numbers a step, are
   * the batch's and the optimizer's.
   */
  async run(
    compiled: CompiledProgram,
    options: {
      readonly data: number;
      readonly rows: Int32Array;
      readonly scalars?: Float32Array;
      readonly stepBase?: number;
      readonly signal?: AbortSignal | undefined;
      readonly onProgress?: ((stepsDone: number) => void) | undefined;
    },
  ): Promise<void> {
    const { engine } = this;
    const { data, rows, scalars, stepBase = 0, signal, onProgress } = options;
    const { id, batchSize } = compiled.program;
    engine.write(compiled.rows, rows);
    if (scalars) engine.write(compiled.scalars!, scalars);
    const steps = Math.ceil(rows.length / batchSize);
    await engine.run({ program: id, data, samples: rows.length, steps, stepBase, signal, onProgress });
  }

  /** Loss and correctness of the first `samples` samples of the last run. */
  async results(compiled: CompiledProgram, samples: number): Promise<RunResults> {
    const loss = await this.engine.read(compiled.loss!, 4 * samples);
    return {
      loss: new Float32Array(loss.buffer),
      correct: await this.engine.read(compiled.correct!, samples),
    };
  }

  /** Penalties of the first `steps` steps of the last run, summed over the weights. */
  async penalties(compiled: CompiledProgram, steps: number): Promise<Float64Array> {
    const sums = new Float64Array(steps);
    if (!compiled.penalties) return sums;
    const { address, count } = compiled.penalties;
    const bytes = await this.engine.read(address, 4 * count * steps);
    new Float32Array(bytes.buffer).forEach((value, index) => {
      sums[Math.floor(index / count)]! += value;
    });
    return sums;
  }

  close(): void {
    this.engine.close();
  }

  private compilerOptions() {
    const { engine, places } = this;
    return { places, threads: engine.threads, id: engine.newId(), allocator: engine };
  }

  /** An optimizer's arrays, which last from one `fit` to the next, and its programs. */
  private stateOf(optimizer: Optimizer) {
    let state = this.optimizers.get(optimizer);
    if (!state) {
      const bytes = 4 * this.places.trainable.floats;
      const slots = Array.from({ length: optimizer.slots }, (_, slot) =>
        this.engine.allocate(bytes, `${optimizer.className}, slot ${slot}`),
      );
      state = { slots, programs: new Map() };
      this.optimizers.set(optimizer, state);
    }
    return state;
  }

  private once(
    programs: Map<string, CompiledProgram>,
    key: string,
    compile: () => CompiledProgram,
  ): CompiledProgram {
    let compiled = programs.get(key);
    if (!compiled) {
      compiled = compile();
      this.engine.load(compiled.program);
      programs.set(key, compiled);
    }
    return compiled;
  }
}

/** Trainable weights first, in one block; each begins on its own cache line. */
function placeWeights(engine: Engine, weights: readonly Weight[]): WeightPlaces {
  const addresses = new Map<Weight, number>();
  const place = (group: readonly Weight[], what: string) => {
    let floats = 0;
    const offsets = group.map((weight) => {
      const offset = floats;
      floats += 16 * Math.ceil(sizeOf(weight.shape) / 16);
      return offset;
    });
    const address = engine.allocate(4 * floats, what);
    group.forEach((weight, index) => {
      addresses.set(weight, address + 4 * offsets[index]!);
    });
    return { address, floats };
  };
  const trainable = place(
    weights.filter((weight) => weight.trainable),
    "the trained weights",
  );
  place(
    weights.filter((weight) => !weight.trainable),
    "the other weights",
  );
  return { addresses, trainable };
}

/** The rows of scalars for a run of steps. */
export function scalarRows(
  optimizer: Optimizer,
  options: { firstStep: number; totalSteps: number; samples: number; batchSize: number },
): Float32Array {
  const { firstStep, totalSteps, samples, batchSize } = options;
  const steps = Math.ceil(samples / batchSize);
  const rows = new Float32Array(steps * SCALARS_STRIDE);
  for (let step = 0; step < steps; step++) {
    const rate = optimizer.schedule.rate(firstStep + step, totalSteps);
    rows[step * SCALARS_STRIDE] = 1 / Math.min(batchSize, samples - step * batchSize);
    rows.set(optimizer.scalars(firstStep + step + 1, rate), step * SCALARS_STRIDE + 1);
  }
  return rows;
}

import { HeddleError } from "../base/errors.js";
import { sizeOf } from "../base/shape.js";
import {
  type CompiledProgram,
  compileInference,
  compileTraining,
  type Lowered,
  SCALARS_STRIDE,
  type WeightPlaces,
  weightsOf,
} from "../compiler/compile.js";
import type { InputFormat } from "../compiler/emission.js";
import { Engine, type EngineOptions } from "../engine/engine.js";
import type { Loss } from "../losses/index.js";
import type { Weight } from "../ops/weight.js";
import type { Optimizer } from "../optimizers/index.js";
import { SharedCopies, type SharedCopy } from "./shared-copies.js";
import type { Columns } from "./stream-reader.js";

/** Samples of a batch when nothing is trained: enough shards for every thread. */
const INFERENCE_BATCH = 512;

/** What a run measured. */
export interface RunResults {
  /** Loss of each sample, without penalties, in the order of the run. */
  readonly loss: Float32Array;
  /** The share of each sample's answers that were right; NaN where accuracy is not measured. */
  readonly correct: Float32Array;
  /** Penalties on each sample's activities; undefined where the model has none. */
  readonly activity: Float32Array | undefined;
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

  /** The engine's weights. */
  async copyWeights(): Promise<{ readonly weight: Weight; readonly values: Float32Array }[]> {
    const copies: { weight: Weight; values: Float32Array }[] = [];
    for (const weight of this.weights) {
      const values = await this.floats(this.places.addresses.get(weight)!, weight.values.length);
      copies.push({ weight, values });
    }
    return copies;
  }

  /** Copies the engine's weights back to the model. */
  async readWeights(): Promise<void> {
    for (const { weight, values } of await this.copyWeights()) weight.values.set(values);
  }

  /** Copies of an optimizer's arrays. */
  async readState(optimizer: Optimizer): Promise<Float32Array<ArrayBuffer>[]> {
    const arrays: Float32Array<ArrayBuffer>[] = [];
    for (const slot of this.stateOf(optimizer).slots) {
      arrays.push(await this.floats(slot, this.places.trainable.floats));
    }
    return arrays;
  }

  /** Sets an optimizer's arrays from what `readState` gave. */
  writeState(optimizer: Optimizer, arrays: readonly Float32Array[]): void {
    const { slots } = this.stateOf(optimizer);
    const { floats } = this.places.trainable;
    if (arrays.length !== slots.length || arrays.some(({ length }) => length !== floats)) {
      throw new HeddleError({
        who: optimizer.className,
        expected: `a state of ${slots.length} arrays of ${floats} numbers`,
        received: `${arrays.length} of ${arrays.map(({ length }) => length).join(", ")}`,
        next: "Compile the model with the optimizer that the state is from.",
      });
    }
    slots.forEach((slot, index) => {
      this.engine.write(slot, arrays[index]!);
    });
  }

  /** Lets an optimizer begin anew. */
  clearState(optimizer: Optimizer): void {
    const zeros = new Float32Array(this.places.trainable.floats);
    for (const slot of this.stateOf(optimizer).slots) this.engine.write(slot, zeros);
  }

  /** Gives the model the running averages of its trained weights, where the optimizer keeps some. */
  async readAverages(optimizer: Optimizer): Promise<void> {
    if (!optimizer.useEma) return;
    const averages = this.stateOf(optimizer).slots[optimizer.slots]!;
    for (const weight of this.weights) {
      if (!weight.trainable) continue;
      const offset = this.places.addresses.get(weight)! - this.places.trainable.address;
      weight.values.set(await this.floats(averages + offset, weight.values.length));
    }
  }

  /** Makes arrays known to the threads; returns their number. */
  bind(...arrays: readonly ArrayBufferView[]): number {
    return this.bindCopies(arrays.map((array) => this.copies.of(array)));
  }

  private bindCopies(shared: readonly SharedCopy[]): number {
    const id = this.engine.bind(shared.map(({ bytes }) => bytes));
    this.releases.set(id, () => {
      for (const { release } of shared) release();
    });
    return id;
  }

  /** Makes columns of samples known to the threads: their number, and the images, which stay until `unbind`. */
  bindColumns({ images, targets, weights }: Columns): {
    readonly data: number;
    readonly images: Columns["images"];
  } {
    const [first, ...others] = [images, targets, weights]
      .filter((column) => column !== undefined)
      .map((column) => this.copies.of(column));
    const bytes = first!.bytes;
    const data = this.bindCopies([first!, ...others]);
    // Where memory is not shared, the threads have copies, and these are the caller's bytes.
    const kept = bytes.buffer === images.buffer ? bytes.slice() : bytes;
    if (images instanceof Uint8Array) return { data, images: kept };
    return { data, images: new Float32Array(kept.buffer, kept.byteOffset, images.length) };
  }

  /** Forgets arrays that no run reads any more. */
  unbind(id: number): void {
    this.engine.unbind(id);
    this.releases.get(id)?.();
    this.releases.delete(id);
  }

  training(options: {
    loss: Loss;
    accuracy: boolean;
    weighted: boolean;
    optimizer: Optimizer;
    batchSize: number;
    seed: number;
    input: InputFormat;
  }): CompiledProgram {
    const { loss, weighted, optimizer, batchSize, seed, input } = options;
    const { slots, programs } = this.stateOf(optimizer);
    return this.once(programs, `${loss.className} ${weighted} ${batchSize} ${seed} ${input.element}`, () =>
      compileTraining(this.model, { ...options, ...this.compilerOptions(), slots }),
    );
  }

  /** Measures loss, accuracy or not, and keeps the outputs or not. */
  evaluation(
    evaluation: { readonly loss: Loss; readonly accuracy: boolean; readonly outputs: boolean },
    input: InputFormat,
  ): CompiledProgram {
    return this.once(this.programs, `evaluation ${evaluation.loss.className} ${input.element}`, () =>
      compileInference(this.model, {
        evaluation,
        input,
        batchSize: INFERENCE_BATCH,
        ...this.compilerOptions(),
      }),
    );
  }

  prediction(input: InputFormat): CompiledProgram {
    return this.once(this.programs, `prediction ${input.element}`, () =>
      compileInference(this.model, {
        evaluation: undefined,
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
    const { signal, onProgress, ...tables } = options;
    await this.engine.run({ ...this.writeTables(compiled, tables), signal, onProgress });
  }

  /** Runs batches over the given rows as `run` does; how long each call of the program took, in milliseconds. */
  async profile(
    compiled: CompiledProgram,
    options: { readonly data: number; readonly rows: Int32Array; readonly scalars: Float32Array },
  ): Promise<Float64Array> {
    return this.engine.profile(this.writeTables(compiled, options));
  }

  /** Writes what a run of a program reads; gives what the engine is asked for. */
  private writeTables(
    { program, rows: rowTable, scalars: scalarTable }: CompiledProgram,
    tables: {
      readonly data: number;
      readonly rows: Int32Array;
      readonly scalars?: Float32Array;
      readonly stepBase?: number;
    },
  ) {
    const { data, rows, scalars, stepBase = 0 } = tables;
    this.engine.write(rowTable, rows);
    if (scalars) this.engine.write(scalarTable!, scalars);
    const steps = Math.ceil(rows.length / program.batchSize);
    return { program: program.id, data, samples: rows.length, steps, stepBase };
  }

  /** Loss and correctness of the first `samples` samples of the last run. */
  async results(compiled: CompiledProgram, samples: number): Promise<RunResults> {
    const { correct, activity } = compiled;
    return {
      loss: await this.floats(compiled.loss!, samples),
      correct:
        correct === undefined
          ? new Float32Array(samples).fill(Number.NaN)
          : await this.floats(correct, samples),
      activity: activity === undefined ? undefined : await this.floats(activity, samples),
    };
  }

  /** The outputs of the first `samples` samples of the last run, `[samples, …outputShape]`. */
  async outputs(compiled: CompiledProgram, samples: number): Promise<Float32Array> {
    return this.floats(compiled.output!, samples * sizeOf(this.model.outputShape));
  }

  private async floats(address: number, count: number): Promise<Float32Array<ArrayBuffer>> {
    return new Float32Array((await this.engine.read(address, 4 * count)).buffer);
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
      const slots = Array.from({ length: optimizer.slots + (optimizer.useEma ? 1 : 0) }, (_, slot) =>
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
  options: {
    firstStep: number;
    totalSteps: number;
    samples: number;
    batchSize: number;
    /** Instead of the optimizer's. */
    learningRate?: number | undefined;
  },
): Float32Array {
  const { firstStep, totalSteps, samples, batchSize } = options;
  const steps = Math.ceil(samples / batchSize);
  const rows = new Float32Array(steps * SCALARS_STRIDE);
  for (let step = 0; step < steps; step++) {
    const rate = options.learningRate ?? optimizer.schedule.rate(firstStep + step, totalSteps);
    rows[step * SCALARS_STRIDE] = 1 / Math.min(batchSize, samples - step * batchSize);
    rows.set(optimizer.stepScalars(firstStep + step + 1, rate), step * SCALARS_STRIDE + 1);
  }
  return rows;
}

import { afterAll, beforeAll, describe, expect } from "vitest";
import { Random } from "../base/random.js";
import { type Shape, sizeOf } from "../base/shape.js";
import { Engine } from "../engine/engine.js";
import { layOut } from "../engine/lay-out.js";
import { type Buffer, ProgramBuilder } from "../engine/program-builder.js";
import { type Backward, Emitter, type Parameter } from "./emitter.js";
import { emitMerge, type MergeNode } from "./merge.js";
import { emitNode, type OpNode } from "./node.js";
import { Weight } from "./weight.js";

/** A program of one step, described by a test. N is the number of samples. */
interface Experiment {
  /** N; at most `batchSize`. */
  readonly samples: number;
  /** The program's batch size; N by default. With a larger one, the N samples are a smaller last batch. */
  readonly batchSize?: number;
  /** The shards of a full batch; 2 by default. */
  readonly shards?: number;
  readonly training?: boolean;
  readonly seed?: number;
  readonly step?: number;
  /** Arrays with one row for each sample, which the program gathers. */
  readonly columns: readonly (Uint8Array | Int32Array | Float32Array)[];
  /** Emits the calls for the samples; returns the buffers to read after the run. */
  emit(e: Emitter, columns: readonly Buffer[]): Readonly<Record<string, Buffer>>;
}

/** Runs an experiment on an engine; returns the bytes of each buffer that it names, sample after sample. */
export async function runExperiment(
  engine: Engine,
  experiment: Experiment,
): Promise<Record<string, Uint8Array<ArrayBuffer>>> {
  const { samples, columns, training = true, seed = 0, step = 0 } = experiment;
  const batchSize = experiment.batchSize ?? samples;
  const shards = experiment.shards ?? 2;
  const builder = new ProgramBuilder({
    name: "experiment",
    batchSize,
    shards,
    maxSteps: 1,
    threads: engine.threads,
  });
  const e = new Emitter(builder, { training, seed });
  const rows = builder.buffer("rows", "result", 4);
  const backToPreparation = builder.phase("preparation", "tasks");
  builder.phase("samples", "perShard");
  const gathered = columns.map((array, source) => {
    const buffer = builder.buffer(`column ${source}`, "sample", array.byteLength / samples);
    builder.column(source, buffer);
    return buffer;
  });
  const wanted = Object.entries(experiment.emit(e, gathered)).map(([name, buffer]): [string, Buffer] => {
    if (buffer.scope !== "sample") return [name, buffer];
    // Shards reuse memory, so each sample's part is copied out.
    const kept = builder.buffer(`kept ${name}`, "result", buffer.bytes);
    e.call("copy", "forward", { y: kept, x: buffer, N: "samples", bytes: buffer.bytes });
    return [name, kept];
  });
  builder.phase("gradients", "tasks");
  for (const emit of e.reductions) emit();
  backToPreparation();
  for (const emit of e.prepared) emit();

  const { program, addressOf } = layOut(builder, { id: engine.newId(), allocator: engine, rows });
  engine.load(program);
  const data = engine.bind(
    columns.map((array) => new Uint8Array(array.buffer, array.byteOffset, array.byteLength)),
  );
  engine.write(
    program.rows,
    Int32Array.from({ length: samples }, (_, index) => index),
  );
  await engine.run({ program: program.id, data, samples, steps: 1, stepBase: step });
  engine.unbind(data);
  const results: Record<string, Uint8Array<ArrayBuffer>> = {};
  for (const [name, buffer] of wanted) {
    const bytes = buffer.scope === "result" ? buffer.bytes * samples : buffer.bytes;
    results[name] = await engine.read(addressOf(buffer), bytes);
  }
  return results;
}

/** The result of a chain of ops. */
interface ChainResult {
  /** `[N, …output]`. */
  readonly y: Float32Array;
  /** `[N, …input]`. */
  readonly dx: Float32Array;
  /** The gradient of each weight, summed over the samples. */
  gradient(weight: Weight | undefined): Float32Array;
  /** A weight after the run. */
  after(weight: Weight): Float32Array;
}

/** Runs ops forward and backward: x `[N, …shape]`, the gradient `dy` of the output `[N, …output]`. */
export async function runChain(
  engine: Engine,
  options: Omit<Experiment, "columns" | "emit"> & {
    readonly nodes: readonly OpNode[];
    readonly shape: Shape;
    readonly x: Float32Array;
    readonly dy: Float32Array;
  },
): Promise<ChainResult> {
  const { nodes, shape, x, dy, ...experiment } = options;
  const names = new Map<Weight, string>();
  const results = await runExperiment(engine, {
    ...experiment,
    columns: [x, dy],
    emit(e, [input, upstream]) {
      const kept: Record<string, Buffer> = {};
      const parameter = parametersOf(engine, e, names, kept);
      let value = { shape, data: input! };
      const tape: { inputShape: Shape; backward: Backward }[] = [];
      for (const node of nodes) {
        const [output, backward] = emitNode(e, node, value, parameter);
        tape.push({ inputShape: value.shape, backward });
        value = output;
      }
      kept["y"] = value.data;
      let gradient = upstream!;
      for (const { inputShape, backward } of tape.reverse()) {
        const dx = e.value("input gradient", inputShape).data;
        backward(gradient, dx);
        gradient = dx;
      }
      kept["dx"] = gradient;
      return kept;
    },
  });
  return {
    y: floats(results["y"]!),
    dx: floats(results["dx"]!),
    gradient: (weight) => floats(results[names.get(weight!)!]!),
    after: (weight) => floats(results[`${weight.name} itself`]!),
  };
}

/** Makes parameters of weights: their values in memory, and a gradient, which the run keeps under the weight's name. */
function parametersOf(
  engine: Engine,
  e: Emitter,
  names: Map<Weight, string>,
  kept: Record<string, Buffer>,
): (weight: Weight) => Parameter {
  return (weight) => {
    const bytes = weight.values.byteLength;
    const address = engine.allocate(bytes, weight.name);
    engine.write(address, weight.values);
    const gradient = e.program.buffer(`${weight.name} gradient`, "global", bytes);
    names.set(weight, weight.name);
    kept[weight.name] = gradient;
    const data: Buffer = { name: weight.name, scope: "global", bytes, address };
    kept[`${weight.name} itself`] = data;
    return {
      name: weight.name,
      shape: weight.shape,
      data,
      gradient: { buffer: gradient, offsetBytes: 0 },
    };
  };
}

/** The result of a merge. */
interface MergeResult extends Pick<ChainResult, "y" | "gradient"> {
  /** The gradient of each input, `[N, …input]`. */
  readonly dxs: readonly Float32Array[];
}

/** Runs a merge and the ops after it forward and backward: xs `[N, …shape]` each, the gradient `dy` of the output `[N, …output]`. */
export async function runMerge(
  engine: Engine,
  options: Omit<Experiment, "columns" | "emit"> & {
    readonly node: MergeNode;
    /** What follows the merge; nothing by default. */
    readonly rest?: readonly OpNode[];
    readonly shapes: readonly Shape[];
    readonly xs: readonly Float32Array[];
    readonly dy: Float32Array;
  },
): Promise<MergeResult> {
  const { node, rest = [], shapes, xs, dy, ...experiment } = options;
  const names = new Map<Weight, string>();
  const results = await runExperiment(engine, {
    ...experiment,
    columns: [...xs, dy],
    emit(e, columns) {
      const kept: Record<string, Buffer> = {};
      e.owner = node.owner;
      const values = shapes.map((shape, index) => ({ shape, data: columns[index]! }));
      const parameter = parametersOf(engine, e, names, kept);
      const [merged, backward] = emitMerge(e, node, values, parameter);
      let y = merged;
      const tape: { shape: Shape; backward: Backward }[] = [];
      for (const one of rest) {
        const [output, backwardOfOne] = emitNode(e, one, y, parameter);
        tape.unshift({ shape: y.shape, backward: backwardOfOne });
        y = output;
      }
      let gradient = columns.at(-1)!;
      for (const { shape, backward: backwardOfOne } of tape) {
        const dx = e.value("input gradient", shape).data;
        backwardOfOne(gradient, dx);
        gradient = dx;
      }
      const dxs = shapes.map((shape) => e.value("input gradient", shape).data);
      backward(gradient, dxs);
      return { ...kept, ...Object.fromEntries(dxs.map((dx, index) => [index, dx])), y: y.data };
    },
  });
  return {
    y: floats(results["y"]!),
    dxs: shapes.map((_, index) => floats(results[index]!)),
    gradient: (weight) => floats(results[names.get(weight!)!]!),
  };
}

/** Bytes read from an engine, as f32. */
export function floats(bytes: Uint8Array<ArrayBuffer>): Float32Array {
  return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
}

/**
 * Random multiples of 1/16 within ±2. Sums of their products are exact in f32, so a maximum or a ReLU decides as in
 * f64: neither a near tie nor rounding can move a gradient.
 */
export function sixteenths(count: number, seed: number): Float32Array<ArrayBuffer> {
  const random = new Random(seed, "split", count);
  return Float32Array.from({ length: count }, () => (random.below(65) - 32) / 16);
}

/** A weight with random values. */
export function weightOf(name: string, shape: Shape, seed: number): Weight {
  return weightWith(name, shape, sixteenths(sizeOf(shape), seed));
}

/** A weight with these values. */
export function weightWith(name: string, shape: Shape, values: Float32Array<ArrayBuffer>): Weight {
  return new Weight({ name, shape, initial: () => values });
}

/** Equal within `tolerance` of the largest expected value, which must not be zero. */
export function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-5): void {
  expect(actual.length).toBe(expected.length);
  let largest = 0;
  for (let i = 0; i < expected.length; i++) largest = Math.max(largest, Math.abs(expected[i]!));
  expect(largest, "a reference that is zero everywhere proves nothing").toBeGreaterThan(0);
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs(actual[i]! - expected[i]!);
    // Written so that NaN fails.
    if (!(error <= tolerance * largest)) {
      expect.fail(`element ${i} of ${expected.length}: expected ${expected[i]}, received ${actual[i]}`);
    }
  }
}

/**
 * Equal within 1e-5 of the largest expected value, or of 1 if all are smaller: terms near 1 may cancel, but not their
 * rounding. If the reference is zero everywhere, as in some tiny cases, the values must be zero; returns false then,
 * so that a test can count such cases.
 */
export function closeOrZero(actual: ArrayLike<number>, expected: ArrayLike<number>): boolean {
  let largest = 0;
  for (let i = 0; i < expected.length; i++) largest = Math.max(largest, Math.abs(expected[i]!));
  if (largest > 0) expectClose(actual, expected, 1e-5 / Math.min(1, largest));
  else expect(Array.from(actual, Math.abs)).toEqual(new Array(expected.length).fill(0)); // -0 is zero, too
  return largest > 0;
}

/** Describes tests that run on each build of the kernels, with an engine of two threads. */
export function onEachVariant(name: string, tests: (engine: () => Engine) => void): void {
  describe.each([["strict", false] as const, ["fma", true] as const])(
    `${name} on %s kernels`,
    (variant, fast) => {
      let engine: Engine;
      beforeAll(async () => {
        engine = await Engine.create({ threads: 2, fast });
        expect(engine.variant).toBe(variant);
      });
      afterAll(() => engine.close());
      tests(() => engine);
    },
  );
}

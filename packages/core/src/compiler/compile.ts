import { type Shape, sizeOf } from "../base/shape.js";
import { type Allocator, layOut } from "../engine/lay-out.js";
import type { Program } from "../engine/program.js";
import { type Buffer, ProgramBuilder } from "../engine/program-builder.js";
import type { Loss } from "../losses/index.js";
import { at, Emitter, type KernelCall, type Parameter, type Value } from "../ops/emitter.js";
import type { Weight } from "../ops/weight.js";
import { MAX_SCALARS, type Optimizer } from "../optimizers/index.js";
import { Emission, type InputFormat } from "./emission.js";
import { fuseUntrained } from "./fuse-untrained.js";
import { type GraphOp, isPenalty, weightsOfOp } from "./graph.js";
import {
  emitLoss,
  emitProbabilities,
  emitSampleWeights,
  lossInput,
  type ResultTables,
} from "./loss-emission.js";
import { emitTask, emitUpdate } from "./update.js";
import type { WeightPlaces } from "./weight-places.js";

/** What is compiled: a model's ops, already fused; the last one computes the output. */
export interface Lowered {
  readonly inputShape: Shape;
  readonly outputShape: Shape;
  readonly ops: readonly GraphOp[];
}

/** A program and the tables that a run fills and reads. */
export interface CompiledProgram {
  readonly program: Program;
  readonly maxSteps: number;
  /** i32 [samples of a run]: which row of the data each sample is. */
  readonly rows: number;
  /** f32 [samples of a run]: the loss; absent in prediction. */
  readonly loss?: number;
  /** f32 [samples of a run]: the share of right answers; only where accuracy is measured. */
  readonly correct?: number;
  /** f32 [samples of a run]: the penalties on activities; only where the model has some. */
  readonly activity?: number;
  /** f32 [samples of a run, outputs]: in prediction, and as probabilities in an evaluation with metrics. */
  readonly output?: number;
  /** f32 [steps, 16]: 1 / batch size, then the optimizer's scalars; only in training. */
  readonly scalars?: number;
  /** f32 [steps, weights with a penalty]; only in training, of a model that has such weights. */
  readonly penalties?: { readonly address: number; readonly count: number };
}

/** Floats of a row of `scalars`. */
export const SCALARS_STRIDE = 1 + MAX_SCALARS;

/** The most samples of one run: its tables take 1.2 MB. */
const MAX_RUN_SAMPLES = 131_072;
/** The fewest samples of a shard: a dense layer's tile takes four. */
const MIN_SHARD = 4;
/** Each shard reads the weights and adds a gradient: past this many bytes in all, more shards cost what they gain. */
const SHARED_BYTES = 16 * 2 ** 20;
/** A batch is cut into this many even past that limit, to feed as many threads. */
const LEAST_SHARDS = 8;
/** 64 shards of four keep a batch of 256 in the second-level cache. */
const MOST_SHARDS = 64;
/** The memory that the shards' gradients may take together. */
const SHARD_GRADIENT_BYTES = 128 * 2 ** 20;
/** Samples of a shard when nothing is summed: the study CNN's activations then stay in the second-level cache. */
const INFERENCE_SHARD = 8;
/**
 * Fewer where a single value of so many samples would take more than this, or those of all threads more than the memory that
 * they may: large values leave the caches anyway, and each shard reads all weights.
 */
const INFERENCE_VALUE_BYTES = 32 * 2 ** 20;
const INFERENCE_BYTES = 64 * 2 ** 20;
/** The same for a net of dense layers alone, whose activations are small: each shard reads all weights. */
const DENSE_INFERENCE_SHARD = 64;

/**
 * Into how many shards a training batch is cut. Depends on the model and the batch alone, never on the threads:
 * the order in which gradients are summed is part of the result. Where weights are the limit it is a power of two,
 * which two, four or eight threads share evenly.
 */
export function trainingShards(batchSize: number, gradientBytes: number): number {
  const bytes = Math.max(1, gradientBytes);
  const worthwhile = 2 ** Math.ceil(Math.log2(SHARED_BYTES / bytes));
  const affordable = 2 ** Math.floor(Math.log2(Math.max(1, SHARD_GRADIENT_BYTES / bytes)));
  const most = Math.min(MOST_SHARDS, Math.max(LEAST_SHARDS, worthwhile));
  return Math.min(most, affordable, Math.ceil(batchSize / MIN_SHARD));
}

/** Where a program is laid out and who runs it. */
export interface ProgramTarget {
  readonly places: WeightPlaces;
  readonly threads: number;
  /** The program's number in its engine. */
  readonly id: number;
  readonly allocator: Allocator;
}

/** The program of a training step: forward, loss, backward and update. */
export function compileTraining(
  model: Lowered,
  options: {
    readonly loss: Loss;
    /** Whether to measure the share of right answers. */
    readonly accuracy: boolean;
    /** Whether the data has a third column: what each sample's loss and gradient are multiplied by. */
    readonly weighted: boolean;
    readonly optimizer: Optimizer;
    readonly batchSize: number;
    readonly seed: number;
    readonly input: InputFormat;
    /** Addresses of the optimizer's state. */
    readonly slots: readonly number[];
  },
  target: ProgramTarget,
): CompiledProgram {
  const { loss, optimizer, batchSize } = options;
  const { places, threads } = target;
  const gradientBytes = 4 * weightsOf(model).reduce((sum, weight) => sum + sizeOf(weight.shape), 0);
  const maxSteps = Math.max(1, Math.floor(MAX_RUN_SAMPLES / batchSize));
  const shards = trainingShards(batchSize, gradientBytes);
  const builder = new ProgramBuilder({ name: "training", batchSize, shards, maxSteps, threads });
  const e = new Emitter(builder, { training: true, seed: options.seed });
  const scalars = builder.buffer("step scalars", "step", 4 * SCALARS_STRIDE);
  const { ops, judged, form } = lossInput(fuseUntrained(model.ops, true), loss);
  const tables = resultTables(builder, options.accuracy, ops);
  const gradients = builder.buffer("gradients", "global", 4 * places.trainable.floats);
  const parameter = parameters(places, gradients);
  const shared = sharedGradients(builder, parameter);

  // What to prepare is known only when the samples' phase has been emitted.
  const backToPreparation = builder.phase("preparation", "tasks");
  builder.phase("samples", "perShard");
  const { results } = tables;
  const penalised = results.activity && { penalties: results.activity, scale: scalars };
  const samples = new Emission(e, model.inputShape, shared.parameter, options.input, penalised);
  samples.forward(ops);
  const answer = samples.valueOf(judged);
  const gradient = emitLoss(e, loss, { scale: scalars, results, form }, answer);
  if (options.weighted) emitSampleWeights(e, results.loss, { shape: answer.shape, data: gradient! });
  samples.backward(gradient!, judged);

  builder.phase("gradients", "tasks");
  for (const emit of e.reductions) emit();
  shared.emitSums();
  const penalties = emitPenalties(builder, model, parameter);
  emitUpdate(builder, {
    optimizer,
    weights: weightsOf(model),
    places,
    gradients,
    slots: options.slots,
    scalars: at(scalars, 4),
  });
  backToPreparation();
  for (const emit of e.prepared) emit();

  const { program, addressOf } = layOut(builder, { ...target, rows: tables.rows });
  return {
    program,
    maxSteps,
    rows: addressOf(tables.rows),
    ...measuredAt(results, addressOf),
    scalars: addressOf(scalars),
    ...(penalties && { penalties: { address: addressOf(penalties.buffer), count: penalties.count } }),
  };
}

/** A program of the forward pass alone: with a loss it measures, without one it keeps the outputs. */
export function compileInference(
  model: Lowered,
  options: InferenceOptions,
  target: ProgramTarget,
): CompiledProgram {
  const isDense = weightsOf(model).every(({ shape }) => shape.length <= 2);
  const shard = isDense ? DENSE_INFERENCE_SHARD : INFERENCE_SHARD;
  const recorded = recordInference(model, options, target, shard);
  // How large the values are is known once the calls have been recorded.
  const values = [...recorded.builder.buffers].filter(({ scope }) => scope === "sample");
  const largest = Math.max(...values.map(({ bytes }) => bytes));
  const room = Math.min(INFERENCE_VALUE_BYTES, INFERENCE_BYTES / target.threads);
  // A power of two, in which smaller shards have exact places.
  const fitting = 2 ** Math.max(0, Math.floor(Math.log2(room / largest)));
  const { builder, maxSteps, tables, output } =
    fitting < shard ? recordInference(model, options, target, fitting) : recorded;
  const { program, addressOf } = layOut(builder, { ...target, rows: tables.rows });
  return {
    program,
    maxSteps,
    rows: addressOf(tables.rows),
    ...(options.evaluation && measuredAt(tables.results, addressOf)),
    ...(output && { output: addressOf(output) }),
  };
}

interface InferenceOptions {
  /** What to measure; undefined in prediction. */
  readonly evaluation:
    | { readonly loss: Loss; readonly accuracy: boolean; readonly outputs: boolean }
    | undefined;
  readonly batchSize: number;
  /** The most batches of one run; as many as its tables may hold by default. */
  readonly maxSteps?: number;
  readonly input: InputFormat;
}

/** Records the calls of a forward pass in shards of so many samples. */
function recordInference(
  model: Lowered,
  { evaluation, batchSize, input, ...limits }: InferenceOptions,
  { places, threads }: ProgramTarget,
  shard: number,
) {
  const name = evaluation ? "evaluation" : "prediction";
  const { maxSteps = Math.max(1, Math.floor(MAX_RUN_SAMPLES / 8 / batchSize)) } = limits;
  const shards = Math.ceil(batchSize / shard);
  const builder = new ProgramBuilder({ name, batchSize, shards, maxSteps, threads, evenShards: true });
  const e = new Emitter(builder, { training: false, seed: 0 });
  const fused = fuseUntrained(model.ops, false);
  const judging = evaluation && lossInput(fused, evaluation.loss);
  const ops = judging?.ops ?? fused;
  const tables = resultTables(builder, evaluation?.accuracy ?? false, evaluation ? ops : []);
  const { activity } = tables.results;
  const penalised = activity && { penalties: activity, scale: e.zeros() };
  const emission = new Emission(e, model.inputShape, parameters(places, undefined), input, penalised);
  const backToPreparation = builder.phase("preparation", "tasks", true);
  builder.phase("samples", "perShard");
  let value: Value | undefined = emission.forward(ops);
  if (judging) {
    const { loss, outputs } = evaluation!;
    const answer = emission.valueOf(judging.judged);
    emitLoss(e, loss, { scale: e.zeros(), results: tables.results, form: judging.form }, answer);
    value = outputs ? emitProbabilities(e, loss, judging.form, answer) : undefined;
  }
  const output = value && keep(e, value);
  backToPreparation();
  for (const emit of e.prepared) emit();
  return { builder, maxSteps, tables, output };
}

/** The weights that a model's ops use, in order; each once, though several ops may share it. */
export function weightsOf(model: Lowered): Weight[] {
  return [...new Set(model.ops.flatMap(weightsOfOp))];
}

function resultTables(builder: ProgramBuilder, accuracy: boolean, ops: readonly GraphOp[]) {
  const penalised = ops.some(({ node }) => isPenalty(node));
  return {
    rows: builder.buffer("rows", "result", 4),
    results: {
      loss: builder.buffer("losses", "result", 4),
      correct: accuracy ? builder.buffer("correct", "result", 4) : undefined,
      activity: penalised ? builder.buffer("activity penalties", "result", 4) : undefined,
    },
  };
}

function measuredAt({ loss, correct, activity }: ResultTables, addressOf: (buffer: Buffer) => number) {
  return {
    loss: addressOf(loss),
    ...(correct && { correct: addressOf(correct) }),
    ...(activity && { activity: addressOf(activity) }),
  };
}

/** Copies a value from the shards' memory into a table of all samples of a run. */
function keep(e: Emitter, value: Value): Buffer {
  e.owner = "output";
  const bytes = 4 * sizeOf(value.shape);
  const output = e.program.buffer("outputs", "result", bytes);
  e.call("copy", "forward", { y: output, x: value.data, N: "samples", bytes });
  return output;
}

/** Weights as a program sees them; with gradients where there is a block of them. */
function parameters(places: WeightPlaces, gradients: Buffer | undefined): (weight: Weight) => Parameter {
  return (weight) => {
    const { name, shape } = weight;
    const bytes = 4 * sizeOf(shape);
    const address = places.addresses.get(weight)!;
    const data: Buffer = { name, scope: "global", bytes, address };
    if (!gradients || !weight.trainable) return { name, shape, data };
    const offsetBytes = address - places.trainable.address;
    return { name, shape, data, gradient: { buffer: gradients, offsetBytes } };
  };
}

/**
 * Gives each op that uses a weight a gradient of its own, since an op overwrites it: the first op that of the weight,
 * further ones memory that `emitSums` adds to it, in the order of the ops.
 */
function sharedGradients(builder: ProgramBuilder, parameter: (weight: Weight) => Parameter) {
  const used = new Set<Weight>();
  const sums = new Map<Weight, KernelCall[]>();
  return {
    parameter: (weight: Weight): Parameter => {
      const own = parameter(weight);
      if (!own.gradient || !used.has(weight)) {
        used.add(weight);
        return own;
      }
      const count = sizeOf(weight.shape);
      const part = builder.buffer(`${weight.name} gradient`, "global", 64 * Math.ceil(count / 16));
      const calls = sums.get(weight) ?? [];
      sums.set(weight, calls);
      calls.push(["addTo", { y: own.gradient, x: part, N: 1, count }]);
      return { ...own, gradient: at(part, 0) };
    },
    emitSums: (): void => {
      if (sums.size === 0) return;
      builder.phase("shared gradients", "tasks");
      for (const [weight, calls] of sums) emitTask(builder, weight.name, "gradient", calls);
    },
  };
}

/** A phase that measures penalties on weights and adds their gradients, if there are such penalties. */
function emitPenalties(builder: ProgramBuilder, model: Lowered, parameter: (weight: Weight) => Parameter) {
  const penalised = weightsOf(model).filter(
    ({ penalty: p, trainable }) => trainable && p && (p.l1 > 0 || p.l2 > 0),
  );
  if (penalised.length === 0) return undefined;
  const count = penalised.length;
  const buffer = builder.buffer("penalties", "step", 4 * count);
  builder.phase("penalties", "tasks");
  penalised.forEach((weight, index) => {
    const { l1, l2 } = weight.penalty!;
    const { data, gradient } = parameter(weight);
    const floats = sizeOf(weight.shape);
    const calls: KernelCall[] = [["penalty", { out: at(buffer, 4 * index), w: data, count: floats, l1, l2 }]];
    if (gradient) calls.push(["addPenaltyGradient", { g: gradient, w: data, count: floats, l1, l2 }]);
    emitTask(builder, weight.name, "gradient", calls);
  });
  return { buffer, count };
}

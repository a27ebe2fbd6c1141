import { sizeOf } from "../base/shape.js";
import type { Buffer } from "../engine/program-builder.js";
import {
  at,
  type Backward,
  type Emitter,
  type KernelCall,
  type Parameter,
  ranges,
  type Value,
} from "./emitter.js";
import type { Weight } from "./weight.js";

/** Channels of one task over the batch: some microseconds of work. */
const TASK_CHANNELS = 64;

/** How a batch normalization works, weights aside. */
export interface BatchNormalizationSettings {
  /** Share of the moving statistics that a step keeps, 0..1. */
  readonly momentum: number;
  /** Added to the variance. */
  readonly epsilon: number;
  /** Negative outputs become 0. */
  readonly relu: boolean;
  /** Normalizes by the moving statistics in training too, and leaves them as they are. */
  readonly frozen: boolean;
}

/** γ, β, moving mean and moving variance, as weights or as a program sees them; all [C]. */
export interface BatchNormalizationWeights<T = Weight> {
  readonly gamma: T | undefined;
  readonly beta: T | undefined;
  readonly movingMean: T;
  readonly movingVariance: T;
}

/**
 * y = (x − mean) / √(variance + ε) · γ + β for each place of the last axis: x y [rows, C], rows the positions before
 * it. Mean and (biased) variance are the batch's in training, over samples and rows, and move the moving ones; else
 * they are the moving ones.
 *
 * The batch's statistics need every shard: what is before the op runs in one phase, what is behind it in the next.
 */
export function emitBatchNormalization(
  e: Emitter,
  options: BatchNormalizationSettings & BatchNormalizationWeights<Parameter>,
  x: Value,
): [Value, Backward] {
  const { gamma, beta, epsilon, momentum, movingMean, movingVariance } = options;
  const C = x.shape.at(-1)!;
  const rows = sizeOf(x.shape) / C;
  const lowest = options.relu ? 0 : Number.NEGATIVE_INFINITY;
  const ofBatch = e.options.training && !options.frozen;
  const channels = (name: string) => e.floats(name, "global", C);
  const [scale, shift, inverse] = [channels("scale"), channels("shift"), channels("inverse deviation")];
  const mean = ofBatch ? channels("mean") : movingMean.data;
  const variance = ofBatch ? channels("variance") : movingVariance.data;
  const y = e.value("output", x.shape);
  const sizes = { N: "samples", rows, C } as const;

  const zeros = e.zeros(C);
  const scaling = (first: number, last: number) => ({
    ...fromChannel(first, { scale, shift, inverse, mean, variance }),
    ...fromChannel(first, { gamma: gamma?.data ?? zeros, beta: beta?.data ?? zeros }),
    ...{ channels: last - first, epsilon, hasGamma: gamma ? 1 : 0 },
  });
  if (ofBatch) {
    const parts = e.floats("moments", "shard", 4 * C);
    e.call("batchMoments", "forward", { parts, x: x.data, ...sizes });
    const moments = (first: number, last: number): KernelCall => [
      "mergeMoments",
      {
        ...fromChannel(first, { mean, variance }),
        ...fromChannel(first, { movingMean: movingMean.data, movingVariance: movingVariance.data }),
        ...{ ...partsFrom(parts, first), channels: last - first, C, rows, momentum },
        shardSize: e.program.shardSize,
      },
    ];
    e.acrossBatch(
      tasks(C, (...range) => [moments(...range), ["channelScale", scaling(...range)]]),
      "forward",
    );
  } else {
    e.prepare("channelScale", scaling(0, C));
  }
  e.call("scaleChannels", "forward", { y: y.data, x: x.data, scale, shift, ...sizes, lowest });

  const backward: Backward = (dy, dx) => {
    const operands = { dy, x: x.data, mean, scale, shift, ...sizes, lowest };
    // A gradient that nobody asked for has somewhere to go all the same.
    const dgamma = gamma?.gradient ?? channels("gamma gradient");
    const dbeta = beta?.gradient ?? channels("beta gradient");
    const [slope, offset] = [channels("slope"), channels("offset")];
    const needsSlope = ofBatch && dx !== undefined;
    if (needsSlope || gamma?.gradient || beta?.gradient) {
      const parts = e.floats("gradient sums", "shard", 4 * C);
      e.call("channelGradients", "backward", { parts, ...operands });
      const merged = tasks(C, (first, last) => [
        [
          "mergeChannelGradients",
          {
            ...{ dgamma: at(dgamma, 4 * first), dbeta: at(dbeta, 4 * first) },
            ...fromChannel(first, { slope, offset, scale, inverse }),
            ...{ ...partsFrom(parts, first), channels: last - first, C, rows },
          },
        ],
      ]);
      if (needsSlope) e.acrossBatch(merged, "backward");
      else for (const calls of merged) e.reduce(calls);
    }
    if (!dx) return;
    // Statistics that are fixed have no gradient.
    const bent = needsSlope ? { slope, offset } : { slope: zeros, offset: zeros };
    e.call("scaleChannelsBackward", "backward", { dx, ...operands, ...bent });
  };
  return [y, backward];
}

/** A list of calls for each range of channels. */
function tasks(C: number, calls: (first: number, last: number) => KernelCall[]): KernelCall[][] {
  return ranges(C, TASK_CHANNELS).map(([first, last]) => calls(first, last));
}

/** Arrays of one f32 a channel, from some channel on. */
function fromChannel<K extends string>(first: number, arrays: Record<K, Buffer>) {
  const entries = Object.entries<Buffer>(arrays).map(([name, array]) => [name, at(array, 4 * first)]);
  return Object.fromEntries(entries) as Record<K, ReturnType<typeof at>>;
}

/** The shards' f64 sums, from some channel on, and what says how many there are. */
function partsFrom(parts: Buffer, first: number) {
  return { parts: at(parts, 8 * first), strideBytes: parts.bytes, batch: "batch", shards: "shards" } as const;
}

/** γ and β of the twins; 1 and 0 where there are none. */
interface Affine {
  readonly gamma?: ArrayLike<number> | undefined;
  readonly beta?: ArrayLike<number> | undefined;
}

/** The plain twin: mean and variance of each of C channels. */
export function momentsReference(C: number, x: ArrayLike<number>) {
  const rows = x.length / C;
  const mean = new Float64Array(C);
  for (let i = 0; i < x.length; i++) mean[i % C]! += x[i]! / rows;
  const variance = new Float64Array(C);
  for (let i = 0; i < x.length; i++) variance[i % C]! += (x[i]! - mean[i % C]!) ** 2 / rows;
  return { mean, variance };
}

/** The plain twin of the forward pass by given statistics; the rows of the whole batch, one behind the other. */
export function batchNormalizationReference(
  { gamma, beta, relu, epsilon }: Affine & { readonly relu: boolean; readonly epsilon: number },
  { mean, variance }: { readonly mean: ArrayLike<number>; readonly variance: ArrayLike<number> },
  x: ArrayLike<number>,
): Float64Array {
  const C = mean.length;
  return Float64Array.from(x, (value, i) => {
    const c = i % C;
    const normal = (value - mean[c]!) / Math.sqrt(variance[c]! + epsilon);
    const y = normal * (gamma?.[c] ?? 1) + (beta?.[c] ?? 0);
    return relu ? Math.max(0, y) : y;
  });
}

/** The gradients of batchNormalizationReference, through the statistics too unless they are `frozen`. */
export function batchNormalizationBackwardReference(
  options: Affine & { readonly relu: boolean; readonly epsilon: number; readonly frozen: boolean },
  { mean, variance }: { readonly mean: ArrayLike<number>; readonly variance: ArrayLike<number> },
  x: ArrayLike<number>,
  dy: ArrayLike<number>,
) {
  const C = mean.length;
  const rows = x.length / C;
  const y = batchNormalizationReference(options, { mean, variance }, x);
  const normal = batchNormalizationReference(
    { relu: false, epsilon: options.epsilon },
    { mean, variance },
    x,
  );
  const g = Float64Array.from(dy, (value, i) => (options.relu && y[i]! <= 0 ? 0 : value));
  const dgamma = new Float64Array(C);
  const dbeta = new Float64Array(C);
  for (let i = 0; i < g.length; i++) {
    dgamma[i % C]! += g[i]! * normal[i]!;
    dbeta[i % C]! += g[i]!;
  }
  const dx = g.map((value, i) => {
    const c = i % C;
    const scale = (options.gamma?.[c] ?? 1) / Math.sqrt(variance[c]! + options.epsilon);
    const shared = options.frozen ? 0 : (dbeta[c]! + normal[i]! * dgamma[c]!) / rows;
    return scale * (value - shared);
  });
  return { dx, dgamma, dbeta };
}

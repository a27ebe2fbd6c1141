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
import type { NodeOf, Op, WithParameters } from "./op.js";
import type { Weight } from "./weight.js";

/** Channels of one task over the batch: some microseconds of work. */
const TASK_CHANNELS = 64;

/** γ, β, moving mean and moving variance are weights [C]. */
export interface BatchNormalizationNode extends NodeOf<"batchNormalization"> {
  /** Share of the moving statistics that a step keeps, 0..1. */
  readonly momentum: number;
  /** Added to the variance. */
  readonly epsilon: number;
  /** Negative outputs become 0. */
  readonly relu: boolean;
  /** Normalizes by the moving statistics in training too, and does not move them. */
  readonly frozen: boolean;
  readonly gamma: Weight | undefined;
  readonly beta: Weight | undefined;
  readonly movingMean: Weight;
  readonly movingVariance: Weight;
}

/**
 * y = (x − mean) / √(variance + ε) · γ + β for each place of the last axis: x y [rows, C], rows the positions before
 * it. In training, mean and (biased) variance are the batch's, over samples and rows, and move the moving ones; otherwise
 * they are the moving ones.
 *
 * The batch's statistics need every shard: what comes before the op runs in one phase, what follows it in the next.
 */
function emitBatchNormalization(
  e: Emitter,
  options: WithParameters<BatchNormalizationNode>,
  x: Value,
): [Value, Backward] {
  const { gamma, beta, epsilon, momentum, movingMean, movingVariance } = options;
  const C = x.shape.at(-1)!;
  const rows = sizeOf(x.shape) / C;
  const lowest = options.relu ? 0 : Number.NEGATIVE_INFINITY;
  const ofBatch = e.options.training && !options.frozen;
  const channels = (name: string) => e.floats(name, "global", C);
  const { scale, shift, inverse } = channelFactors(e, C);
  const mean = ofBatch ? channels("mean") : movingMean.data;
  const variance = ofBatch ? channels("variance") : movingVariance.data;
  const y = e.value("output", x.shape);
  const sizes = { N: "samples", rows, C } as const;

  const zeros = e.zeros(C);
  const factors = { scale, shift, inverse };
  const scaling = (first: number, last: number) =>
    channelScaling({ factors, mean, variance, gamma, beta, zeros, epsilon }, first, last);
  if (ofBatch) {
    const parts = e.floats("moments", "shard", 4 * C);
    e.call("batchMoments", "forward", { parts, x: x.data, scratch: e.scratch(), ...sizes });
    const moments = (first: number, last: number): KernelCall => [
      "mergeMoments",
      {
        ...fromChannel(first, { mean, variance }),
        ...fromChannel(first, { movingMean: movingMean.data, movingVariance: movingVariance.data }),
        ...partsFrom(parts, first),
        channels: last - first,
        C,
        rows,
        momentum,
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
    // The kernel always writes both gradients, so one that is not wanted goes to memory of its own.
    const dgamma = gamma?.gradient ?? channels("gamma gradient");
    const dbeta = beta?.gradient ?? channels("beta gradient");
    const [slope, offset] = [channels("slope"), channels("offset")];
    const needsSlope = ofBatch && dx !== undefined;
    if (needsSlope || gamma?.gradient || beta?.gradient) {
      const parts = e.floats("gradient sums", "shard", 4 * C);
      e.call("channelGradients", "backward", { parts, scratch: e.scratch(), ...operands });
      const merged = tasks(C, (first, last) => [
        [
          "mergeChannelGradients",
          {
            dgamma: at(dgamma, 4 * first),
            dbeta: at(dbeta, 4 * first),
            ...fromChannel(first, { slope, offset, scale, inverse }),
            ...partsFrom(parts, first),
            channels: last - first,
            C,
            rows,
          },
        ],
      ]);
      if (needsSlope) e.acrossBatch(merged, "backward");
      else for (const calls of merged) e.reduce(calls);
    }
    if (!dx) return;
    // Fixed statistics have no gradient.
    const bent = needsSlope ? { slope, offset } : { slope: zeros, offset: zeros };
    e.call("scaleChannelsBackward", "backward", { dx, ...operands, ...bent });
  };
  return [y, backward];
}

/** What turns a value into its normalized one, for each of C channels. */
function channelFactors(e: Emitter, C: number) {
  const channels = (name: string) => e.floats(name, "global", C);
  return { scale: channels("scale"), shift: channels("shift"), inverse: channels("inverse deviation") };
}

/** The operands that compute the factors of some channels. */
function channelScaling(
  {
    factors,
    mean,
    variance,
    gamma,
    beta,
    zeros,
    epsilon,
  }: {
    readonly factors: ReturnType<typeof channelFactors>;
    readonly mean: Buffer;
    readonly variance: Buffer;
    readonly gamma: Parameter | undefined;
    readonly beta: Parameter | undefined;
    readonly zeros: Buffer;
    readonly epsilon: number;
  },
  first: number,
  last: number,
) {
  return {
    ...fromChannel(first, { ...factors, mean, variance }),
    ...fromChannel(first, { gamma: gamma?.data ?? zeros, beta: beta?.data ?? zeros }),
    channels: last - first,
    epsilon,
    hasGamma: gamma ? 1 : 0,
  };
}

/** Prepares a normalization by moving statistics, x · scale + shift for each of C channels. */
export function emitKnownScale(
  e: Emitter,
  {
    gamma,
    beta,
    movingMean,
    movingVariance,
    epsilon,
  }: Pick<
    WithParameters<BatchNormalizationNode>,
    "gamma" | "beta" | "movingMean" | "movingVariance" | "epsilon"
  >,
  C: number,
): { readonly scale: Buffer; readonly shift: Buffer } {
  const factors = channelFactors(e, C);
  const statistics = { mean: movingMean.data, variance: movingVariance.data };
  const parts = { factors, ...statistics, gamma, beta, zeros: e.zeros(C), epsilon };
  e.prepare("channelScale", channelScaling(parts, 0, C));
  return factors;
}

/** A list of calls for each range of channels. */
function tasks(C: number, calls: (first: number, last: number) => KernelCall[]): KernelCall[][] {
  return ranges(C, TASK_CHANNELS).map(([first, last]) => calls(first, last));
}

/** Arrays with one f32 for each channel, starting at a channel. */
function fromChannel<K extends string>(first: number, arrays: Record<K, Buffer>) {
  const entries = Object.entries<Buffer>(arrays).map(([name, array]) => [name, at(array, 4 * first)]);
  return Object.fromEntries(entries) as Record<K, ReturnType<typeof at>>;
}

/** The shards' f64 sums, starting at a channel, and how many there are. */
function partsFrom(parts: Buffer, first: number) {
  return { parts: at(parts, 8 * first), strideBytes: parts.bytes, batch: "batch", shards: "shards" } as const;
}

export const batchNormalization: Op<BatchNormalizationNode> = {
  emit: emitBatchNormalization,
  weights: ["gamma", "beta", "movingMean", "movingVariance"],
};

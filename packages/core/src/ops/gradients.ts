import type { Buffer, Slice } from "../engine/program-builder.js";
import { at, type Emitter, ranges } from "./emitter.js";

/** About how many floats one task of a reduction takes: some microseconds of work. */
const TASK_FLOATS = 4096;

/** A gradient of `count` floats for each shard, cleared when the shard's backward pass reaches it. */
export function shardGradient(e: Emitter, name: string, count: number): Buffer {
  const parts = e.floats(name, "shard", count);
  e.call("clear", "backward", { y: parts, bytes: parts.bytes });
  return parts;
}

/** gradient = Σ over the shards, in their order. */
export function emitSumShards(e: Emitter, gradient: Slice, parts: Buffer, count: number): void {
  for (const [first, last] of ranges(count, TASK_FLOATS)) {
    e.reduce([
      [
        "sumShards",
        {
          g: at(gradient, 4 * first),
          parts: at(parts, 4 * first),
          count: last - first,
          shards: "shards",
          strideBytes: parts.bytes,
        },
      ],
    ]);
  }
}

/**
 * What comes before a convolution's other gradients: the ReLU of the output y if there was one, which zeroes dy in
 * place, and the bias: gradient[k] = Σ dy[…, k]. dy and y are [N, rows, K].
 */
export function emitReluAndBias(
  e: Emitter,
  { y, bias }: { readonly y: Buffer | undefined; readonly bias: Slice | undefined },
  dy: Buffer,
  { rows, K }: { readonly rows: number; readonly K: number },
): void {
  if (!bias) {
    if (y) e.call("reluBackward", "backward", { dx: dy, dy, y, N: "samples", count: rows * K });
    return;
  }
  const db = shardGradient(e, "bias gradient", K);
  const sizes = { N: "samples", rows, K } as const;
  if (y) e.call("reluBiasGradient", "backward", { db, dy, y, ...sizes });
  else e.call("biasGradient", "backward", { db, dy, ...sizes });
  emitSumShards(e, bias, db, K);
}

/**
 * gradient[t, k] = Σ over the shards of parts[k, t]: from the layout in which the weights of an output channel lie
 * together, back to the weight's own.
 */
export function emitSumShardsByChannel(
  e: Emitter,
  gradient: Slice,
  parts: Buffer,
  taps: number,
  K: number,
): void {
  const channels = Math.max(1, Math.floor(TASK_FLOATS / 2 / taps));
  for (const [first, last] of ranges(K, channels)) {
    const sizes = { taps, K, first, last, shards: "shards", strideBytes: parts.bytes } as const;
    e.reduce([["sumShardsByChannel", { g: gradient, parts, ...sizes }]]);
  }
}

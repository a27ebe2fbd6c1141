import type { Buffer, Slice } from "../engine/program-builder.js";
import { at, type Emitter, ranges } from "./emitter.js";

/** About how many floats one task of a reduction takes: some microseconds of work. */
const TASK_FLOATS = 4096;

/** A gradient of `count` floats for each shard, cleared where the shard's backward pass reaches it. */
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

/** gradient[k] = Σ dy[…, k] over samples and `rows` positions: dy [N, rows, K]. */
export function emitBiasGradient(e: Emitter, gradient: Slice, dy: Buffer, rows: number, K: number): void {
  const parts = shardGradient(e, "bias gradient", K);
  e.call("biasGradient", "backward", { db: parts, dy, N: "samples", rows, K });
  emitSumShards(e, gradient, parts, K);
}

/**
 * gradient[t, k] = Σ over the shards of parts[k, t]: from the layout in which an output channel's weights lie
 * together back to the weight's own.
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

import { sizeOf } from "../base/shape.js";
import type { Buffer } from "../engine/program-builder.js";
import type { Emitter, Value } from "./emitter.js";

/** An op that passes a value on and adds a penalty on its size to the loss: l1 · Σ|x| + l2 · Σx² for each sample. */
export interface ActivityPenaltyNode {
  readonly op: "activityPenalty";
  readonly owner: string;
  readonly l1: number;
  readonly l2: number;
}

/** What the penalties of a program share. */
export interface ActivityPenaltyOperands {
  /** f32 [N]: the penalties of each sample, summed over the model's layers. */
  readonly penalties: Buffer;
  /** 1 / batch size (f32), which gradients are multiplied by. */
  readonly scale: Buffer;
  /** True for the first penalty of the model: the others add to what it wrote. */
  readonly first: boolean;
}

/** As Backward; without `dy` where only the penalty has a gradient by the value. */
type PenaltyBackward = (dy: Buffer | undefined, dx: Buffer | undefined) => void;

/** y = x. Backward: dx = dy + (l1 · sign(x) + 2 · l2 · x) / batch size. */
export function emitActivityPenalty(
  e: Emitter,
  { l1, l2 }: ActivityPenaltyNode,
  { penalties, scale, first }: ActivityPenaltyOperands,
  x: Value,
): [Value, PenaltyBackward] {
  const sizes = { N: "samples", count: sizeOf(x.shape), l1, l2 } as const;
  e.call("activityPenalty", "loss", { out: penalties, x: x.data, ...sizes, first: first ? 1 : 0 });
  return [
    x,
    (dy, dx) => {
      if (!dx) return;
      e.call("activityPenaltyGradient", "backward", { dx, dy: dy ?? 0, x: x.data, scale, ...sizes });
    },
  ];
}

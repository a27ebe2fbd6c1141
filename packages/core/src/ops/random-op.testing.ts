import fc from "fast-check";
import { expect, it } from "vitest";
import type { Engine } from "../engine/engine.js";
import type { OpNode } from "./node.js";
import { runChain, sixteenths } from "./op-lab.testing.js";

/** Fields for `fc.record`: a batch of images, and what decides the draws of a random op on it. */
export const randomBatch = {
  /** H, W, C. */
  shape: fc.tuple(
    fc.integer({ min: 1, max: 7 }),
    fc.integer({ min: 1, max: 7 }),
    fc.integer({ min: 1, max: 5 }),
  ),
  samples: fc.integer({ min: 1, max: 8 }),
  shards: fc.integer({ min: 1, max: 4 }),
  layer: fc.nat(50),
  step: fc.nat(2 ** 31),
  seed: fc.maxSafeNat(),
};

interface RandomBatch {
  readonly shape: readonly [number, number, number];
  readonly samples: number;
  readonly shards: number;
  readonly step: number;
  readonly seed: number;
}

/**
 * Runs an op that keeps the shape on a full batch of random images x `[samples, H, W, C]`, with random gradients dy of
 * its outputs. `sampleOf` cuts one sample out of an array of the batch.
 */
export async function runOnImages(engine: Engine, node: OpNode, batch: RandomBatch) {
  const [H, W, C] = batch.shape;
  const count = H * W * C;
  const x = sixteenths(batch.samples * count, 1);
  const dy = sixteenths(batch.samples * count, 2);
  const { y, dx } = await runChain(engine, { nodes: [node], x, dy, batchSize: batch.samples, ...batch });
  const sampleOf = (values: Float32Array, sample: number) =>
    values.subarray(sample * count, (sample + 1) * count);
  return { x, dy, y, dx, sampleOf };
}

/** Tests that images and gradients of four samples [3, 4, 1] stay as they are where nothing is trained. */
export function passesThroughOutsideOfTraining(engine: () => Engine, node: OpNode): void {
  it("passes images and gradients through outside of training", async () => {
    const x = sixteenths(4 * 12, 3);
    const dy = sixteenths(4 * 12, 4);
    const run = { shape: [3, 4, 1], samples: 4, shards: 1, training: false };
    const { y, dx } = await runChain(engine(), { nodes: [node], x, dy, ...run });
    expect(y).toEqual(x);
    expect(dx).toEqual(dy);
  });
}

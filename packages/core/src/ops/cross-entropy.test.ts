import fc from "fast-check";
import { expect, it } from "vitest";
import type { Engine } from "../engine/engine.js";
import { emitCrossEntropy } from "./cross-entropy.js";
import { crossEntropyReference } from "./cross-entropy.reference.js";
import { expectClose, floats, onEachVariant, runExperiment, sixteenths } from "./op-lab.testing.js";

/** The loss, correctness and gradient of logits [N, K]. */
async function run(
  engine: Engine,
  options: {
    logits: Float32Array;
    target: Int32Array | Float32Array;
    K: number;
    shards?: number;
    left?: number;
    smoothing?: number;
  },
) {
  const { logits, target, K, shards = 2, left = 0, smoothing = 0 } = options;
  const samples = logits.length / K;
  const scale = engine.allocate(4, "scale");
  engine.write(scale, new Float32Array([0.25]));
  const results = await runExperiment(engine, {
    samples,
    batchSize: samples + left,
    shards,
    columns: [logits, target],
    emit(e, [x, wanted]) {
      const loss = e.program.buffer("loss", "result", 4);
      const correct = e.program.buffer("correct", "result", 4);
      const dx = emitCrossEntropy(
        e,
        {
          target: wanted!,
          scale: { name: "scale", scope: "global", bytes: 4, address: scale },
          loss,
          correct,
        },
        { sparse: target instanceof Int32Array, smoothing },
        { shape: [K], data: x! },
      );
      return { loss, correct, dx: dx! };
    },
  });
  const gradient = floats(results["dx"]!).map((value) => 4 * value);
  return { loss: floats(results["loss"]!), correct: [...floats(results["correct"]!)], gradient };
}

onEachVariant("cross-entropy", (engine) => {
  const sizes = {
    K: fc.constantFrom(1, 2, 3, 10, 17, 33, 40),
    samples: fc.integer({ min: 1, max: 7 }),
    left: fc.integer({ min: 0, max: 3 }),
    shards: fc.integer({ min: 1, max: 4 }),
    seed: fc.nat(1_000_000),
    smoothing: fc.constantFrom(0, 0.125, 0.5, 1),
  };
  /** A target with label smoothing: moved towards 1 / K. */
  const smooth = (target: Float32Array, K: number, smoothing: number) =>
    target.map((value) => (1 - smoothing) * value + smoothing / K);

  it("of class numbers has its twin's losses and gradients, and tells which samples are right", async () => {
    await fc.assert(
      fc.asyncProperty(fc.record(sizes), async ({ K, samples, left, shards, seed, smoothing }) => {
        const logits = sixteenths(samples * K, seed).map((value) => 4 * value);
        const label = Int32Array.from({ length: samples }, (_, n) => (seed + 7 * n) % K);
        const oneHot = new Float32Array(samples * K);
        for (let n = 0; n < samples; n++) oneHot[n * K + label[n]!] = 1;
        const actual = await run(engine(), { logits, target: label, K, shards, left, smoothing });
        const expected = crossEntropyReference(logits, smooth(oneHot, K, smoothing), K);
        compare(actual, expected);
        expect(actual.correct).toEqual(
          [...label].map((wanted, n) => {
            const row = [...logits.subarray(n * K, n * K + K)];
            return Number(row.indexOf(Math.max(...row)) === wanted);
          }),
        );
      }),
      { numRuns: 40 },
    );
  });

  it("of distributions has its twin's losses and gradients, whatever they sum to", async () => {
    await fc.assert(
      fc.asyncProperty(fc.record(sizes), async ({ K, samples, left, shards, seed, smoothing }) => {
        const logits = sixteenths(samples * K, seed).map((value) => 4 * value);
        const target = sixteenths(samples * K, seed + 1).map((value) => Math.abs(value) / K);
        const actual = await run(engine(), { logits, target, K, shards, left, smoothing });
        compare(actual, crossEntropyReference(logits, smooth(target, K, smoothing), K));
      }),
      { numRuns: 40 },
    );
  });

  it("counts a sample as right if its largest logit, the first of equals, is the target's", async () => {
    const logits = new Float32Array([1, 3, 2, 5, 5, 0, 5, 5, 0]);
    const K = 3;
    const sparse = await run(engine(), { logits, target: new Int32Array([1, 0, 1]), K });
    expect(sparse.correct).toEqual([1, 1, 0]);
    const target = new Float32Array([0.2, 0.7, 0.1, 0.5, 0.5, 0, 0.1, 0.8, 0.1]);
    expect((await run(engine(), { logits, target, K })).correct).toEqual([1, 1, 0]);
  });

  it("stays finite at the largest logits, and shows a NaN in the loss", async () => {
    const target = new Int32Array([0, 1, 0]);
    const logits = new Float32Array([1e4, -1e4, 1e4, -1e4, Number.NaN, 0]);
    const { loss } = await run(engine(), { logits, target, K: 2 });
    expect([...loss]).toEqual([0, 2e4, Number.NaN]);
  });
});

function compare(
  actual: { loss: ArrayLike<number>; gradient: ArrayLike<number> },
  expected: { loss: ArrayLike<number>; gradient: ArrayLike<number> },
): void {
  // A loss near 0 is a difference of f32 numbers near 1, and has their error.
  const plusOne = (values: ArrayLike<number>) => Float64Array.from(values, (value) => 1 + value);
  expectClose(plusOne(actual.loss), plusOne(expected.loss));
  expectClose(plusOne(actual.gradient), plusOne(expected.gradient));
}

import fc from "fast-check";
import { expect, it } from "vitest";
import type { Engine } from "../engine/engine.js";
import type { Buffer } from "../engine/program-builder.js";
import { emitAccuracy } from "./accuracy.js";
import { accuracyReference } from "./accuracy.reference.js";
import { emitBinaryCrossEntropy } from "./binary-cross-entropy.js";
import { binaryCrossEntropyReference } from "./binary-cross-entropy.reference.js";
import { differenceLosses, emitDifferenceLoss } from "./difference-loss.js";
import { differenceLossReference } from "./difference-loss.reference.js";
import type { Emitter, Value } from "./emitter.js";
import type { LossOperands } from "./loss.js";
import { closeOrZero, floats, onEachVariant, runExperiment, sixteenths } from "./op-lab.testing.js";

interface Case {
  readonly x: Float32Array;
  readonly target: Float32Array;
  readonly count: number;
  readonly shards?: number;
  readonly left?: number;
}

/** The losses of x and target [N, count], and their gradient times the batch size. */
async function run(
  engine: Engine,
  { x, target, count, shards = 2, left = 0 }: Case,
  emit: (e: Emitter, operands: Pick<LossOperands, "target" | "scale" | "loss">, value: Value) => unknown,
) {
  const samples = x.length / count;
  const scale = engine.allocate(4, "scale");
  engine.write(scale, new Float32Array([0.25]));
  const results = await runExperiment(engine, {
    samples,
    batchSize: samples + left,
    shards,
    columns: [x, target],
    emit(e, [values, wanted]) {
      const loss = e.program.buffer("loss", "result", 4);
      const scaleBuffer: Buffer = { name: "scale", scope: "global", bytes: 4, address: scale };
      const operands = { target: wanted!, scale: scaleBuffer, loss };
      const dx = emit(e, operands, { shape: [count], data: values! }) as Buffer;
      return { loss, dx };
    },
  });
  return { loss: floats(results["loss"]!), dx: floats(results["dx"]!).map((value) => 4 * value) };
}

/** A twin's losses, as means over each sample's elements, and its slopes. */
function twin(
  { x, target, count }: Case,
  of: (x: number, target: number) => { loss: number; slope: number },
) {
  const loss = new Float64Array(x.length / count);
  const dx = Float64Array.from(x, (value, at) => {
    const { loss: part, slope } = of(value, target[at]!);
    loss[Math.floor(at / count)]! += part / count;
    return slope / count;
  });
  return { loss, dx };
}

function compare(actual: Awaited<ReturnType<typeof run>>, expected: ReturnType<typeof twin>) {
  closeOrZero(actual.loss, expected.loss);
  closeOrZero(actual.dx, expected.dx);
}

const sizes = {
  count: fc.constantFrom(1, 2, 3, 7, 16, 33),
  samples: fc.integer({ min: 1, max: 7 }),
  left: fc.integer({ min: 0, max: 3 }),
  shards: fc.integer({ min: 1, max: 4 }),
  seed: fc.nat(1_000_000),
};

onEachVariant("losses of values", (engine) => {
  it("have their twin's losses and gradients: binary cross-entropy", async () => {
    const property = { ...sizes, smoothing: fc.constantFrom(0, 0.25, 1), logits: fc.boolean() };
    await fc.assert(
      fc.asyncProperty(fc.record(property), async ({ count, samples, seed, smoothing, logits, ...rest }) => {
        const wide = sixteenths(samples * count, seed);
        // Logits within ±16; probabilities from 0 to 1, both ends included.
        const x = wide.map((value) => (logits ? 8 * value : (value + 2) / 4));
        const target = sixteenths(samples * count, seed + 1).map((value) => (value + 2) / 4);
        const example = { x, target, count, ...rest };
        const actual = await run(engine(), example, (e, operands, value) =>
          emitBinaryCrossEntropy(e, operands, { smoothing, logits }, value),
        );
        // 0 and 1 are clipped in f32, where 1 − 1e-7 is 1.2 · 10⁻⁷ below 1.
        const exact = logits || !x.some((p) => p === 0 || p === 1);
        const expected = twin(example, (a, b) => binaryCrossEntropyReference(a, b, { smoothing, logits }));
        if (exact) compare(actual, expected);
        else closeOrZero(actual.dx, expected.dx);
      }),
      { numRuns: 40 },
    );
  });

  it.each(differenceLosses)("have their twin's losses and gradients: %s difference", async (kind) => {
    const property = { ...sizes, delta: fc.constantFrom(0.25, 1, 3) };
    await fc.assert(
      fc.asyncProperty(fc.record(property), async ({ count, samples, seed, delta, ...rest }) => {
        const x = sixteenths(samples * count, seed);
        const target = sixteenths(samples * count, seed + 1);
        const example = { x, target, count, ...rest };
        const actual = await run(engine(), example, (e, operands, value) =>
          emitDifferenceLoss(e, operands, { kind, delta }, value),
        );
        const { value, slope } = differenceLossReference[kind];
        compare(
          actual,
          twin(example, (a, b) => ({ loss: value(a - b, delta), slope: slope(a - b, delta) })),
        );
      }),
      { numRuns: 30 },
    );
  });

  it("stay finite at the largest logits, clip probabilities at both ends, and show a NaN", async () => {
    const logits = {
      x: new Float32Array([1e4, -1e4, Number.NaN]),
      target: new Float32Array([1, 1, 1]),
      count: 1,
    };
    const saturated = await run(engine(), logits, (e, operands, value) =>
      emitBinaryCrossEntropy(e, operands, { smoothing: 0, logits: true }, value),
    );
    expect([...saturated.loss]).toEqual([0, 1e4, Number.NaN]);
    expect([...saturated.dx]).toEqual([0, -1, Number.NaN]);
    const ends = { x: new Float32Array([0, 1, -3]), target: new Float32Array([1, 0, 1]), count: 1 };
    const clipped = await run(engine(), ends, (e, operands, value) =>
      emitBinaryCrossEntropy(e, operands, { smoothing: 0, logits: false }, value),
    );
    expect([...clipped.loss].map((value) => value.toFixed(2))).toEqual(["16.12", "15.94", "16.12"]);
    expect([...clipped.dx]).toEqual([0, 0, 0]);
  });

  it("have their twin's accuracies", async () => {
    const property = { ...sizes, K: fc.constantFrom(1, 2, 5), rows: fc.constantFrom(1, 3, 4) };
    await fc.assert(
      fc.asyncProperty(fc.record(property), async ({ K, rows, samples, left, shards, seed }) => {
        // Few different values, so equal ones are common.
        const coarse = (from: number) =>
          sixteenths(samples * rows * K, from).map((value) => Math.abs(Math.round(value)));
        const [x, target] = [coarse(seed), coarse(seed + 1)];
        const results = await runExperiment(engine(), {
          samples,
          batchSize: samples + left,
          shards,
          columns: [x, target],
          emit(e, [values, wanted]) {
            const correct = e.program.buffer("correct", "result", 4);
            emitAccuracy(
              e,
              { target: wanted!, correct, threshold: 0.5 },
              { shape: [rows, K], data: values! },
            );
            return { correct };
          },
        });
        const width = rows * K;
        const expected = Float32Array.from({ length: samples }, (_, n) => {
          const part = (values: Float32Array) => values.subarray(n * width, (n + 1) * width);
          return accuracyReference(part(x), part(target), K, 0.5);
        });
        expect(floats(results["correct"]!)).toEqual(expected);
      }),
      { numRuns: 30 },
    );
  });
});

it("the twins of losses of values have the slopes of finite differences", () => {
  const step = 1e-6;
  for (const x of [-2.3, -0.4, 0.1, 0.35, 0.8, 2.6]) {
    for (const target of [0, 0.3, 1]) {
      for (const kind of differenceLosses) {
        const { value, slope } = differenceLossReference[kind];
        const difference = (value(x - target + step, 0.7) - value(x - target - step, 0.7)) / (2 * step);
        expect(slope(x - target, 0.7)).toBeCloseTo(difference, 6);
      }
      for (const logits of [true, false]) {
        if (!logits && (x <= 0 || x >= 1)) continue;
        const at = (value: number) => binaryCrossEntropyReference(value, target, { smoothing: 0.1, logits });
        expect(at(x).slope).toBeCloseTo((at(x + step).loss - at(x - step).loss) / (2 * step), 6);
      }
    }
  }
});

import fc from "fast-check";
import { expect, it } from "vitest";
import { attentionReference } from "./attention.reference.js";
import { finiteDifferences } from "./finite-differences.testing.js";
import { closeOrZero, onEachVariant, runMerge, sixteenths, weightWith } from "./op-lab.testing.js";
import type { Weight } from "./weight.js";

/** A kernel [size, E, D] that splits its input into heads and changes nothing. */
function identity(name: string, E: number, D: number): Weight {
  const size = E * D;
  const values = Float32Array.from({ length: size * size }, (_, i) =>
    Math.floor(i / size) === i % size ? 1 : 0,
  );
  return weightWith(name, [size, E, D], values);
}

onEachVariant("attention", (engine) => {
  const node = ({ E, T, S, D, V }: { E: number; T: number; S: number; D: number; V: number }) => ({
    ...({ op: "attention", owner: "attention", heads: E, keyDim: D, valueDim: V, tokens: [T, S] } as const),
    query: { kernel: identity("query", E, D), bias: undefined },
    key: { kernel: identity("key", E, D), bias: undefined },
    value: { kernel: identity("value", E, V), bias: undefined },
    layer: 0,
  });
  const few = fc.integer({ min: 1, max: 4 });

  it("has its twin's outputs and gradients", async () => {
    const cases = fc.record({
      sizes: fc.record({
        E: few,
        T: few,
        S: few,
        D: fc.integer({ min: 1, max: 6 }),
        V: fc.integer({ min: 1, max: 9 }),
      }),
      samples: fc.integer({ min: 1, max: 3 }),
      seed: fc.nat(1_000_000),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ sizes, samples, seed }) => {
        const { E, T, S, D, V } = sizes;
        const counts = { q: T * E * D, k: S * E * D, v: S * E * V, y: T * E * V };
        const draw = (count: number, index: number) => sixteenths(samples * count, seed + index);
        const [q, k, v, dy] = [draw(counts.q, 1), draw(counts.k, 2), draw(counts.v, 3), draw(counts.y, 4)];
        const result = await runMerge(engine(), {
          ...{ node: { ...node(sizes), dropout: 0 }, samples, dy },
          shapes: [
            [T, E * D],
            [S, E * V],
            [S, E * D],
          ],
          xs: [q, v, k],
        });
        for (let sample = 0; sample < samples; sample++) {
          const part = <A extends { subarray(from: number, to: number): A }>(all: A, count: number): A =>
            all.subarray(sample * count, (sample + 1) * count);
          const inputs = [
            Float64Array.from(part(q, counts.q)),
            Float64Array.from(part(k, counts.k)),
            Float64Array.from(part(v, counts.v)),
          ] as const;
          const y = () => attentionReference(sizes, inputs);
          closeOrZero(part(result.y, counts.y), y());
          const upstream = part(dy, counts.y);
          const weighted = () => y().reduce((sum, value, i) => sum + value * upstream[i]!, 0);
          [0, 2, 1].forEach((input, index) => {
            const expected = finiteDifferences(inputs[input]!, weighted);
            const actual = part(result.dxs[index]!, inputs[input]!.length);
            expected.forEach((value, i) => {
              expect(Math.abs(actual[i]! - value)).toBeLessThan(1e-5 * Math.max(1, Math.abs(value)));
            });
          });
        }
      }),
      { numRuns: 40 },
    );
  });

  it("drops a share of its weights in training, with a gradient of the same ones", async () => {
    const sizes = { E: 1, T: 1, S: 64, D: 1, V: 1 };
    const run = (training: boolean) =>
      runMerge(engine(), {
        ...{ node: { ...node(sizes), dropout: 0.5 }, samples: 1, training },
        shapes: [
          [1, 1],
          [64, 1],
          [64, 1],
        ],
        xs: [Float32Array.of(0), new Float32Array(64).fill(1), new Float32Array(64)],
        dy: Float32Array.of(1),
      });
    const { y, dxs } = await run(true);
    const kept = dxs[1]!.filter((value) => value !== 0);
    expect(kept.length).toBeGreaterThan(16);
    expect(kept.length).toBeLessThan(48);
    expect([...kept]).toEqual(new Array(kept.length).fill(1 / 32));
    expect([...y]).toEqual([kept.length / 32]);
    expect([...(await run(false)).y]).toEqual([1]);
  });
});

import { describe, expect, it } from "vitest";
import { compileKernels } from "../engine/kernels.js";

/** The smallest float of full precision. */
const SMALLEST = 2 ** -126;

const COUNT = 12;
const [WEIGHTS, GRADIENTS, FIRST, SECOND, THIRD, SCALARS, SCRATCH] = [0, 64, 128, 192, 256, 320, 384];

type Step = (kernels: Record<string, (...args: number[]) => void>) => void;

/** What a step whose gradients are all 0 leaves of weights of 0.5 and averages that start as given. */
async function averagesAfter(start: number, scalars: readonly number[], step: Step) {
  const { module } = await compileKernels("strict", false);
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 32768 });
  const { exports } = await WebAssembly.instantiate(module, { env: { memory } });
  const at = (address: number) => new Float32Array(memory.buffer, address, COUNT);
  at(WEIGHTS).fill(0.5);
  for (const address of [FIRST, SECOND, THIRD]) at(address).fill(start);
  at(SCALARS).set(scalars);
  step(exports as Record<string, (...args: number[]) => void>);
  return { weights: [...at(WEIGHTS)], averages: [FIRST, SECOND, THIRD].map((address) => [...at(address)]) };
}

describe("an average that a step makes smaller than floats of full precision is 0:", () => {
  it.each<[string, number, readonly number[], Step]>([
    [
      "Adam's mean and square",
      2,
      [1e-3, 0.1, 0.001, 1e-7],
      ({ adam }) => adam!(WEIGHTS, GRADIENTS, FIRST, SECOND, COUNT, SCALARS),
    ],
    [
      "SGD's velocity",
      1,
      [0.1, 0.9],
      ({ sgdMomentum }) => sgdMomentum!(WEIGHTS, GRADIENTS, FIRST, COUNT, SCALARS, 0),
    ],
    [
      "RMSprop's square, mean and momentum",
      3,
      [1e-3, 0.9, 0.1, 0.9, 1e-7],
      ({ rmsprop }) => rmsprop!(WEIGHTS, GRADIENTS, FIRST, SECOND, THIRD, COUNT, SCALARS, 1, 1),
    ],
    [
      "Muon's momentum",
      1,
      [0.1, 0.9],
      ({ muon }) => muon!(WEIGHTS, GRADIENTS, FIRST, SCRATCH, 3, 4, SCALARS, 0, 0, 1, 1, 1, 0),
    ],
  ])("%s", async (_, slots, scalars, step) => {
    const below = await averagesAfter(SMALLEST, scalars, step);
    const above = await averagesAfter(SMALLEST * 1.25, scalars, step);
    const unknown = await averagesAfter(Number.NaN, scalars, step);
    for (let slot = 0; slot < slots; slot++) {
      expect(new Set(below.averages[slot])).toEqual(new Set([0]));
      expect(Math.min(...above.averages[slot]!)).toBeGreaterThan(SMALLEST);
      expect(new Set(unknown.averages[slot])).toEqual(new Set([Number.NaN]));
    }
    expect(new Set(below.weights)).toEqual(new Set([0.5]));
  });

  it("an average of weights", async () => {
    const step: Step = ({ averageWeights }) => averageWeights!(FIRST, GRADIENTS, COUNT, SCALARS);
    expect((await averagesAfter(SMALLEST, [0.9, 0], step)).averages[0]).toEqual(new Array(COUNT).fill(0));
  });
});

import { describe, expect, it } from "vitest";
import { SGD } from "../optimizers/index.js";
import { asFloats, tinyCnn, tinyImages } from "./tiny-model.testing.js";

/** SHA-256 of the weights after two epochs, each with a smaller last batch. */
async function trained(options: {
  threads: number;
  seed?: number;
  floats?: boolean;
  fast?: boolean;
  batchSize?: number;
}) {
  const { threads, seed = 7, floats = false, fast = false, batchSize = 48 } = options;
  const bytes = tinyImages(100);
  const model = tinyCnn({ seed });
  model.compile({ threads, fast });
  const { epochs } = await model.fit(floats ? asFloats(bytes) : bytes, { epochs: 2, batchSize });
  model.dispose();
  return { sha: await model.weightsSha256(), loss: epochs.map((epoch) => epoch.loss) };
}

describe("training", () => {
  it.each([
    ["bytes", false],
    ["floats", true],
  ])("on %s ends with the same weights and losses on any number of threads", async (_, floats) => {
    const one = await trained({ threads: 1, floats });
    for (const threads of [2, 3, 4, 8]) expect(await trained({ threads, floats })).toEqual(one);
  });

  it("with fused multiply-adds ends with the same weights and losses on any number of threads", async () => {
    const one = await trained({ threads: 1, fast: true });
    for (const threads of [2, 3]) expect(await trained({ threads, fast: true })).toEqual(one);
  });

  it("ends with the same weights for bytes and for equal floats", async () => {
    // x · (1/255) + 0 in f32 either way.
    expect((await trained({ threads: 2, floats: true })).sha).toBe((await trained({ threads: 2 })).sha);
  });

  it("ends with the same weights in each run, and different ones for a different seed or batch size", async () => {
    const first = await trained({ threads: 2 });
    expect(await trained({ threads: 2 })).toEqual(first);
    expect((await trained({ threads: 2, seed: 8 })).sha).not.toBe(first.sha);
    expect((await trained({ threads: 2, batchSize: 32 })).sha).not.toBe(first.sha);
  });

  it("draws a different dropout mask at every step, and the same masks again in a new run", async () => {
    const losses = async (rate: number) => {
      const model = tinyCnn({ seed: 7, rate });
      model.compile({ threads: 2, optimizer: new SGD({ learningRate: 0 }) });
      const { epochs } = await model.fit(tinyImages(16), { epochs: 3, batchSize: 16, shuffle: false });
      model.dispose();
      return epochs.map((epoch) => epoch.loss);
    };
    // At a learning rate of 0 nothing is learnt, so only dropout can change the loss.
    expect(new Set(await losses(0)).size).toBe(1);
    const dropped = await losses(0.4);
    expect(new Set(dropped).size).toBe(3);
    expect(await losses(0.4)).toEqual(dropped);
  });
});

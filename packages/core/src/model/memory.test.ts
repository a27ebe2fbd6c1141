// What an engine's memory holds after trainings, predictions and traces of many sizes.
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Engine } from "../engine/engine.js";
import { Adam } from "../optimizers/index.js";
import type { Sequential } from "./sequential.js";
import { asFloats, tinyCnn, tinyImages } from "./tiny-model.testing.js";
import { Trace } from "./trace.js";

const engines: Engine[] = [];
const models: Sequential[] = [];
beforeEach(() => {
  const { create } = Engine;
  vi.spyOn(Engine, "create").mockImplementation(async (options) => {
    engines.push(await create(options));
    return engines.at(-1)!;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  for (const model of models.splice(0)) model.dispose();
  engines.length = 0;
});

function cnn(): Sequential {
  const model = tinyCnn();
  model.compile({ threads: 2, optimizer: new Adam({ learningRate: 0.01 }) });
  models.push(model);
  return model;
}

const SIZES = Array.from({ length: 50 }, (_, index) => 1 + ((index * 37) % 50));

describe("an engine's memory", () => {
  it("after trainings with 50 batch sizes is at most twice what the largest needs", async () => {
    // Small batches need tables for many steps, large ones room for many samples.
    for (const sizes of [[1], [50], SIZES]) {
      const model = cnn();
      for (const batchSize of sizes) {
        const samples = tinyImages(batchSize);
        await model.fit(samples, { batchSize, validationData: samples });
        await model.fit(asFloats(samples), { batchSize });
        await model.predict(samples);
      }
    }
    const [smallest, largest, all] = engines.map(({ usedBytes }) => usedBytes);
    expect(all).toBeLessThan(2 * Math.max(smallest!, largest!));
  });

  it("is reused without a trace in the results", async () => {
    const train = async (disposes: boolean) => {
      const model = tinyCnn({ rate: 0 });
      model.compile({ threads: 2, optimizer: "sgd" });
      models.push(model);
      const results: unknown[] = [];
      for (const batchSize of [32, 7, 64, 32]) {
        if (disposes) model.dispose();
        const samples = tinyImages(100);
        const { epochs } = await model.fit(samples, { epochs: 2, batchSize, validationData: samples });
        results.push(
          epochs.map(({ loss, valLoss }) => [loss, valLoss]),
          await model.weightsSha256(),
        );
      }
      return results;
    };
    expect(await train(false)).toEqual(await train(true));
    expect(engines.length).toBe(5);
  });

  it("is not taken by another training while a callback asks for a training's program", async () => {
    const [expected, model] = [cnn(), cnn()];
    const samples = tinyImages(60);
    await expected.fit(samples, { epochs: 3 });
    const onEpochEnd = async () => void (await model.trainingProgram(7));
    await model.fit(samples, { epochs: 3, callbacks: [{ onEpochEnd }] });
    expect(await model.weightsSha256()).toBe(await expected.weightsSha256());
  });

  it("holds the programs of a few traces only", async () => {
    const model = cnn();
    const trace = await Trace.open(model, { threads: 2 });
    const sizes = Array.from({ length: 32 }, (_, index) => 1 + index);
    const layers = [model.layers.at(-1)!.name];
    const results = [];
    for (const count of sizes) results.push(await trace.run(tinyImages(count), { layers }));
    const filled = engines[0]!.usedBytes;
    for (const [index, count] of sizes.entries())
      expect(await trace.run(tinyImages(count), { layers })).toEqual(results[index]);
    expect(engines[0]!.usedBytes).toBeLessThanOrEqual(1.5 * filled);
    trace.close();
  });
});

import { afterEach, describe, expect, it, vi } from "vitest";
import { Engine } from "../engine/engine.js";
import { Dense, Dropout } from "../layers/index.js";
import { Sequential } from "../model/sequential.js";
import { Trace } from "../model/trace.js";
import { Input } from "../network/input.js";
import { readWeightsFile, weightsFile } from "../network/weights-file.js";
import { Adam, SGD } from "../optimizers/index.js";

const open: Sequential[] = [];
afterEach(() => {
  vi.restoreAllMocks();
  for (const model of open.splice(0)) model.dispose();
});

/** A model of two dense layers on three numbers. */
function network(seed = 0, optimizer = new SGD({ learningRate: 0.01 })): Sequential {
  const layers = [new Input([3]), new Dense(4, { name: "hidden" }), new Dropout(0.5), new Dense(2)];
  const model = new Sequential(layers, { seed });
  model.compile({ optimizer, loss: "mse", threads: 2 });
  open.push(model);
  return model;
}

const samples = {
  images: Float32Array.of(1, 2, 3, -1, 0.5, 2),
  targets: Float32Array.of(1, 0, 0, 1),
  count: 2,
  shape: [3],
};

/** The outputs, computed by plain arithmetic from the model's current weights. */
function expectedOutputs(model: Sequential): number[] {
  const [w1, b1, w2, b2] = model.getWeights().map(({ values }) => values) as Float32Array[];
  return [0, 1].flatMap((sample) => {
    const x = samples.images.subarray(3 * sample, 3 * sample + 3);
    const hidden = [0, 1, 2, 3].map((unit) =>
      x.reduce((sum, v, i) => sum + v * w1![4 * i + unit]!, b1![unit]!),
    );
    return [0, 1].map((unit) => hidden.reduce((sum, v, i) => sum + v * w2![2 * i + unit]!, b2![unit]!));
  });
}

/** Checks that `predict` uses the model's current weights. */
async function expectCurrent(model: Sequential): Promise<void> {
  const outputs = await model.predict(samples);
  const expected = expectedOutputs(model);
  expect(outputs).toHaveLength(expected.length);
  outputs.forEach((value, index) => {
    expect(value).toBeCloseTo(expected[index]!, 4);
  });
}

const doubled = (model: Sequential) =>
  model.getWeights().map(({ shape, values }) => ({ shape, values: values.map((value) => 2 * value + 1) }));

/** Bytes that a call writes into the engine's memory, tables included. */
async function bytesWritten(call: () => Promise<unknown>): Promise<number> {
  const write = vi.spyOn(Engine.prototype, "write");
  await call();
  const bytes = write.mock.calls.reduce((sum, [, values]) => sum + values.byteLength, 0);
  write.mockRestore();
  return bytes;
}

const WEIGHT_BYTES = 4 * (3 * 4 + 4 + 4 * 2 + 2);
/** The row number of each of the two samples. */
const TABLE_BYTES = 4 * 2;

describe("the engine's copy of the weights", () => {
  it("is written by the first predict and not by the second", async () => {
    const model = network();
    expect(await bytesWritten(() => model.predict(samples))).toBe(WEIGHT_BYTES + TABLE_BYTES);
    expect(await bytesWritten(() => model.predict(samples))).toBe(TABLE_BYTES);
    expect(await bytesWritten(() => model.evaluate(samples))).toBe(TABLE_BYTES);
    await expectCurrent(model);
  });

  it("is not written again after fit, which leaves it current", async () => {
    const model = network();
    await model.fit(samples, { epochs: 2 });
    expect(await bytesWritten(() => model.predict(samples))).toBe(TABLE_BYTES);
    await expectCurrent(model);
  });

  it("follows setWeights of the model and of a layer", async () => {
    const model = network();
    await expectCurrent(model);
    model.setWeights(doubled(model));
    await expectCurrent(model);
    const layer = model.getLayer("hidden");
    layer.setWeights(doubled(model).slice(0, 2));
    // Only one layer's kernel and bias.
    expect(await bytesWritten(() => model.predict(samples))).toBe(4 * (3 * 4 + 4) + TABLE_BYTES);
    await expectCurrent(model);
  });

  it("follows a weights file that is read into the model", async () => {
    const model = network();
    await expectCurrent(model);
    readWeightsFile("file", weightsFile(network(7).weights), model.weights);
    await expectCurrent(model);
  });

  it("follows changes to an array that a caller holds, at any time", async () => {
    const model = network();
    await expectCurrent(model);
    const { values } = model.weights[0]!;
    for (const value of [3, -5]) {
      values[1] = value;
      await expectCurrent(model);
    }
    await model.fit(samples, { epochs: 1 });
    values.fill(0.25);
    await expectCurrent(model);
  });

  it("follows weights that a callback sets between two epochs", async () => {
    const twin = network();
    await twin.fit(samples, { epochs: 1, shuffle: false });
    twin.setWeights(doubled(twin));
    const model = network();
    let set = doubled(twin);
    await model.fit(samples, {
      epochs: 2,
      shuffle: false,
      callbacks: [
        {
          onEpochBegin: (epoch, training) => {
            if (epoch !== 2) return;
            set = doubled(model);
            training.setWeights(set.map(({ values }) => values));
          },
        },
      ],
    });
    expect(set).toEqual(twin.getWeights());
    await twin.fit(samples, { epochs: 1, shuffle: false });
    expect(model.getWeights()).toEqual(twin.getWeights());
    await expectCurrent(model);
  });

  it("matches the model after a training that was stopped, and after one that diverged", async () => {
    const model = network();
    const abort = new AbortController();
    const stopped = model.fit(samples, {
      epochs: 50,
      signal: abort.signal,
      callbacks: [{ onEpochEnd: ({ epoch }) => (epoch === 3 ? abort.abort() : undefined) }],
    });
    await expect(stopped).rejects.toThrow("Stopped after epoch 3 of 50.");
    await expectCurrent(model);

    const before = model.getWeights();
    const exploding = { ...samples, targets: Float32Array.of(1e30, 0, 0, 1) };
    await expect(model.fit(exploding, { epochs: 5 })).rejects.toThrow("finite numbers");
    expect(model.getWeights()).toEqual(before);
    await expectCurrent(model);
  });

  it("follows the running averages that replace the weights when training ends", async () => {
    const model = network(0, new SGD({ learningRate: 0.01, useEma: true, emaMomentum: 0.5 }));
    await model.fit(samples, { epochs: 3 });
    await expectCurrent(model);
  });

  it("matches the model after a layer is frozen, and after a second compile", async () => {
    const model = network();
    await model.fit(samples, { epochs: 1 });
    const frozen = model.getLayer("hidden");
    frozen.trainable = false;
    const before = frozen.getWeights();
    await model.fit(samples, { epochs: 2 });
    expect(frozen.getWeights()).toEqual(before);
    await expectCurrent(model);
    model.compile({ optimizer: new Adam(), loss: "mae", threads: 1 });
    await expectCurrent(model);
    await model.fit(samples, { epochs: 1 });
    await expectCurrent(model);
  });

  it("is separate for two models of the same sizes", async () => {
    const one = network(1);
    const other = network(2);
    await Promise.all([one.fit(samples, { epochs: 2 }), other.predict(samples)]);
    await Promise.all([expectCurrent(one), expectCurrent(other)]);
    one.setWeights(other.getWeights());
    await Promise.all([expectCurrent(one), expectCurrent(other)]);
  });

  it("follows the model in a trace, too", async () => {
    const model = network();
    const trace = await Trace.open(model, { threads: 1 });
    const last = model.layers.at(-1)!.name;
    const traced = async () => (await trace.run(samples, { layers: [last] })).values.get(last)!;
    try {
      for (let round = 0; round < 2; round++) {
        expect(await traced()).toEqual(await model.predict(samples));
        expect(await bytesWritten(traced)).toBe(TABLE_BYTES);
        model.setWeights(doubled(model));
      }
      await model.fit(samples, { epochs: 1 });
      expect(await traced()).toEqual(await model.predict(samples));
    } finally {
      trace.close();
    }
  });
});

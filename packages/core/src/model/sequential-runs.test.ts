// What can happen during a run: calls at once, a signal, progress, a thread's death, dispose.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Worker } from "node:worker_threads";
import { afterEach, describe, expect, it } from "vitest";
import { AbortedError } from "../base/errors.js";
import type { Callback, Progress } from "../callbacks/callback.js";
import type { Engine } from "../engine/engine.js";
import type { ModelOptions } from "../network/network.js";
import { Adam } from "../optimizers/index.js";
import type { Sequential } from "./sequential.js";
import { tinyCnn, tinyImages } from "./tiny-model.testing.js";

const models: Sequential[] = [];
afterEach(() => {
  for (const model of models.splice(0)) model.dispose();
});

function cnn(options: ModelOptions & { rate?: number } = {}): Sequential {
  const model = tinyCnn(options);
  model.compile({ threads: 2, optimizer: new Adam({ learningRate: 0.01 }) });
  models.push(model);
  return model;
}

describe("calls at the same time", () => {
  const [small, large] = [tinyImages(30, 3), tinyImages(700, 4)];

  it("predict what they predict alone", async () => {
    const model = cnn();
    const expected = [await model.predict(small), await model.predict(large)];
    for (let round = 0; round < 5; round++) {
      const actual = await Promise.all([model.predict(small), model.predict(large), model.predict(small)]);
      expect(actual).toEqual([...expected, expected[0]]);
    }
  });

  it("share one engine, even if none has started yet", async () => {
    const model = cnn();
    const [first, second] = await Promise.all([model.predict(small), model.predict(small)]);
    expect(first).toEqual(second);
  });

  it("predict and evaluate without changing a training under way", async () => {
    const [alone, busy] = [cnn(), cnn()];
    await alone.fit(large, { epochs: 4, batchSize: 16 });
    const training = busy.fit(large, { epochs: 4, batchSize: 16 });
    let going = true;
    void training.finally(() => {
      going = false;
    });
    let asked = 0;
    while (going) {
      const predictions = await busy.predict(small);
      const { loss } = await busy.evaluate(small);
      expect(predictions.every((value) => value >= 0 && value <= 1)).toBe(true);
      expect(loss).toBeGreaterThan(0);
      asked++;
    }
    await training;
    expect(asked).toBeGreaterThan(0);
    expect(await busy.weightsSha256()).toBe(await alone.weightsSha256());
  });

  it("of a callback do not wait for their own training, whose bits they do not change", async () => {
    const [alone, busy] = [cnn(), cnn()];
    const options = { epochs: 2, batchSize: 16 };
    await alone.fit(large, options);
    const expected = await cnn().predict(small);
    let paused = 0;
    const callback: Callback = {
      pauseEvery: { steps: 7 },
      async onPause(training) {
        const before = await training.getState();
        const predictions = await busy.predict(small);
        // As documented: those from the epoch's start.
        if (training.epoch === 1) expect(predictions).toEqual(expected);
        await busy.evaluate(small);
        expect(await training.getState()).toEqual(before);
        paused++;
      },
    };
    await busy.fit(large, { ...options, callbacks: [callback] });
    expect(paused).toBeGreaterThan(6);
    expect(await busy.weightsSha256()).toBe(await alone.weightsSha256());
  });

  it("of onProgress end before the epoch's end is told", async () => {
    const model = cnn();
    const events: string[] = [];
    const callback: Callback = {
      async onProgress() {
        await model.predict(small);
        events.push("predicted");
      },
      onEpochEnd: () => void events.push("end"),
    };
    await model.fit(tinyImages(12_000), { batchSize: 8, callbacks: [callback] });
    expect(events[0]).toBe("predicted");
    expect(events.at(-1)).toBe("end");
  });

  it("of fit are refused while another is under way, also from its callbacks", async () => {
    const model = cnn();
    const refused =
      "fit: expected one training of a model at a time, received a second call before the first";
    const again = async () => void (await model.fit(small));
    await expect(
      model.fit(small, { callbacks: [{ pauseEvery: { steps: 1 }, onPause: again }], batchSize: 10 }),
    ).rejects.toThrow(refused);
    await expect(model.fit(small, { callbacks: [{ onEpochEnd: again }] })).rejects.toThrow(refused);
    const first = model.fit(small);
    await expect(model.fit(small)).rejects.toThrow(refused);
    await first;
    await model.fit(small);
  });

  it.each(["onTrainBegin", "onEpochBegin", "onProgress", "onPause", "onEpochEnd", "onTrainEnd"] as const)(
    "reject fit where %s rejects",
    async (hook) => {
      const fault = new Error("not today");
      const pauses = hook === "onPause" && { pauseEvery: { steps: 1 } };
      const callback = { ...pauses, [hook]: () => Promise.reject(fault) };
      const model = cnn();
      const data = hook === "onProgress" ? tinyImages(12_000) : small;
      await expect(model.fit(data, { batchSize: 8, callbacks: [callback] })).rejects.toBe(fault);
      await model.fit(small);
    },
  );

  it("of a callback may evaluate, and may change the weights for the next epoch", async () => {
    const model = cnn();
    const start = model.weights.map(({ values }) => values.slice());
    const accuracies: number[] = [];
    const losses = (
      await model.fit(small, {
        ...{ epochs: 2, batchSize: 30, shuffle: false },
        callbacks: [
          {
            onEpochEnd: async () => {
              accuracies.push((await model.evaluate(small)).accuracy);
              model.weights.forEach(({ values }) => {
                values.fill(0);
              });
            },
          },
        ],
      })
    ).epochs.map((row) => row.loss);
    expect(accuracies.length).toBe(2);
    // With all weights zero, every class is equally likely.
    expect(losses[1]).toBeCloseTo(Math.log(3), 5);
    expect(start[0]!.some((value) => value !== 0)).toBe(true);
  });
});

describe("a model that is forgotten", () => {
  it("ends its threads, though nobody disposed of it", async () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const engineOfForgotten = async () => {
      const model = tinyCnn();
      model.compile({ threads: 1 });
      await model.predict(tinyImages(3));
      const { session } = model as unknown as { session: Promise<{ engine: Engine }> };
      return (await session).engine;
    };
    const engine = await engineOfForgotten();
    expect(engine.alive).toBe(true);
    while (engine.alive) {
      collect();
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  });
});

describe("a signal", () => {
  it("stops a measurement of the kernels", async () => {
    const signal = AbortSignal.abort();
    await expect(cnn().profile(tinyImages(20), { signal })).rejects.toBeInstanceOf(AbortedError);
  });

  it("stops a training after a whole step; the model keeps what it learnt and can be trained further", async () => {
    const model = cnn();
    const data = tinyImages(200);
    const options = { batchSize: 16 };
    const controller = new AbortController();
    const callbacks = [{ onEpochEnd: () => void setTimeout(() => controller.abort(), 20) }];
    const endless = { ...options, epochs: 100_000, signal: controller.signal, callbacks };
    const stopped = model.fit(tinyImages(5000), endless);
    const { message } = await stopped.then(
      () => expect.fail("the training was not stopped"),
      (thrown) => {
        expect(thrown).toBeInstanceOf(AbortedError);
        return thrown as AbortedError;
      },
    );
    expect(message).toMatch(/^Stopped (after|before) /);
    const sha = await model.weightsSha256();
    expect(sha).not.toBe(await cnn().weightsSha256());
    expect((await model.evaluate(data)).loss).toBeGreaterThan(0);
    expect(await model.weightsSha256()).toBe(sha);
    await model.fit(data, options);
    expect(await model.weightsSha256()).not.toBe(sha);
  });

  it("stops a training within the current epoch, however long that is", async () => {
    const model = cnn();
    const controller = new AbortController();
    const callbacks = [{ onProgress: () => controller.abort() }];
    // This would take many seconds if it were not stopped.
    const endless = { batchSize: 1, callbacks, signal: controller.signal };
    const { message } = await model.fit(tinyImages(200_000), endless).then(
      () => expect.fail("the training was not stopped"),
      (thrown: Error) => thrown,
    );
    expect(Number(/^Stopped after step (\d+) of \d+\.$/.exec(message)?.[1])).toBeGreaterThan(0);
  });

  it("reports the steps taken: training on the rest of the epoch ends with the weights of the whole", async () => {
    const [model, whole] = [cnn(), cnn()];
    const options = { batchSize: 10, shuffle: false };
    await whole.fit(tinyImages(12_000), options);
    const controller = new AbortController();
    const callbacks = [{ onProgress: () => controller.abort() }];
    const stopped = model.fit(tinyImages(12_000), { ...options, callbacks, signal: controller.signal });
    const steps = await stopped.then(
      () => 1200,
      (thrown: Error) => Number(/Stopped after step (\d+) of 1200/.exec(thrown.message)?.[1]),
    );
    expect(steps).toBeGreaterThan(0);
    const { images, labels } = tinyImages(12_000);
    const count = 12_000 - 10 * steps;
    if (count > 0) {
      const rest = {
        images: images.subarray(640 * steps),
        labels: labels.slice(10 * steps),
        count,
        shape: [8, 8, 1],
      };
      await model.fit(rest, options);
    }
    expect(await model.weightsSha256()).toBe(await whole.weightsSha256());
  });

  it("stops a training between epochs, too, and any call before it starts", async () => {
    const model = cnn();
    const controller = new AbortController();
    const callbacks = [
      { onEpochEnd: ({ epoch }: { epoch: number }) => (epoch === 2 ? controller.abort() : undefined) },
    ];
    await expect(
      model.fit(tinyImages(20), { epochs: 5, callbacks, signal: controller.signal }),
    ).rejects.toThrow("Stopped after epoch 2 of 5.");
    const before = await model.weightsSha256();
    const stopped = { signal: AbortSignal.abort() };
    await expect(model.fit(tinyImages(20), stopped)).rejects.toBeInstanceOf(AbortedError);
    await expect(model.predict(tinyImages(20), stopped)).rejects.toBeInstanceOf(AbortedError);
    await expect(model.evaluate(tinyImages(20), stopped)).rejects.toBeInstanceOf(AbortedError);
    expect(await model.weightsSha256()).toBe(before);
  });
});

describe("onProgress callbacks", () => {
  const large = tinyImages(12_000);

  it("are called with steps in order, before the epoch's end", async () => {
    const model = cnn();
    const heard: (Progress | "end")[] = [];
    const callback = {
      onProgress: (at: Progress) => void heard.push(at),
      onEpochEnd: () => void heard.push("end"),
    };
    await model.fit(large, { epochs: 2, batchSize: 10, callbacks: [callback] });
    expect(heard.at(-1)).toBe("end");
    const first = heard.slice(0, heard.indexOf("end")) as Progress[];
    expect(first.length).toBeGreaterThan(0);
    for (const [index, at] of first.entries()) {
      expect(at).toMatchObject({ epoch: 1, epochs: 2, steps: 1200, samples: 10 * at.step });
      expect(at.loss).toBeGreaterThan(0);
      expect(at.step).toBeGreaterThanOrEqual(first[index - 1]?.step ?? 1);
    }
  });

  it("reject fit if they throw", async () => {
    const model = cnn();
    const callback = {
      onProgress: () => {
        throw new Error("the terminal is gone");
      },
    };
    await expect(model.fit(large, { batchSize: 10, callbacks: [callback] })).rejects.toThrow(
      "the terminal is gone",
    );
    expect((await model.predict(tinyImages(2))).length).toBe(6);
  });
});

describe("a thread that dies", () => {
  it("rejects the training with the kernel's name; the model keeps its weights and can be trained again", async () => {
    const workers: Worker[] = [];
    const note = (worker: Worker) => workers.push(worker);
    process.on("worker", note);
    const model = cnn();
    const before = await model.weightsSha256();
    // onProgress is called during a run, while the threads are in kernels.
    const callbacks = [{ onProgress: () => void workers[0]!.terminate() }];
    const training = model.fit(tinyImages(12_000), { epochs: 100, batchSize: 1, callbacks });
    await expect(training).rejects.toThrow(/^a compute thread died, last in kernel \w+ of .+ \(\w+\): /);
    process.off("worker", note);

    expect(workers).toHaveLength(2);
    const { epochs } = await model.fit(tinyImages(200), { batchSize: 20 });
    expect(epochs[0]!.loss).toBeGreaterThan(0);
    expect(await model.weightsSha256()).not.toBe(before);
  });
});

describe("dispose", () => {
  it("ends the threads, and a later call starts them again", async () => {
    const model = cnn();
    const predictions = await model.predict(tinyImages(5));
    model.dispose();
    model.dispose();
    expect(await model.predict(tinyImages(5))).toEqual(predictions);
  });

  it("resets the optimizer's state", async () => {
    const model = cnn({ rate: 0 });
    const options = { batchSize: 16, shuffle: false };
    await model.fit(tinyImages(100), options);
    model.dispose();
    const fresh = cnn({ rate: 0 });
    fresh.weights.forEach(({ values }, index) => {
      values.set(model.weights[index]!.values);
    });
    await model.fit(tinyImages(100), options);
    await fresh.fit(tinyImages(100), options);
    expect(await model.weightsSha256()).toBe(await fresh.weightsSha256());
  });

  it("rejects a training under way", async () => {
    const model = cnn();
    const training = model.fit(tinyImages(200), { epochs: 100_000 });
    setTimeout(() => model.dispose(), 50);
    await expect(training).rejects.toThrow("The engine was closed");
    expect((await model.predict(tinyImages(5))).length).toBe(15);
  });
});

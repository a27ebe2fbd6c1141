// A training that is stopped anywhere and resumed elsewhere ends with the bits of an uninterrupted one.
import { afterEach, describe, expect, it } from "vitest";
import type { Callback, TrainingState } from "../callbacks/callback.js";
import { checkpointFile, readCheckpoint } from "../callbacks/checkpoint-file.js";
import type { EpochLogs } from "../callbacks/history.js";
import { EarlyStopping, LearningRateScheduler, ReduceLROnPlateau } from "../callbacks/index.js";
import { Adam, type Optimizer, SGD } from "../optimizers/index.js";
import { OneCycle, PiecewiseConstantDecay } from "../schedules/index.js";
import type { FitOptions } from "../training/fit-options.js";
import type { LabelledSamples } from "../training/samples.js";
import type { Sequential } from "./sequential.js";
import { asFloats, tinyCnn, tinyImages } from "./tiny-model.testing.js";

const models: Sequential[] = [];
afterEach(() => {
  for (const model of models.splice(0)) model.dispose();
});

function cnn(optimizer: Optimizer, threads: number): Sequential {
  const model = tinyCnn();
  model.compile({ threads, optimizer });
  models.push(model);
  return model;
}

// An epoch has five steps, the last with a smaller batch.
const data = tinyImages(70);
const validationData = tinyImages(20, 2);
const base = { batchSize: 16, epochs: 3, validationData };

const cases: readonly [string, () => Optimizer, (() => Callback[])?, FitOptions?][] = [
  ["Adam", () => new Adam({ learningRate: 0.01 })],
  [
    "momentum, averages and a schedule",
    () =>
      new SGD({ learningRate: new OneCycle(0.05), momentum: 0.9, useEma: true, emaOverwriteFrequency: 4 }),
  ],
  [
    "callbacks that have memory",
    () => new Adam({ learningRate: 0.05 }),
    () => [
      new EarlyStopping({ patience: 9, restoreBestWeights: true }),
      new ReduceLROnPlateau({ patience: 1, factor: 0.5, minDelta: 10 }),
    ],
  ],
  [
    "a learning rate set at the start of each epoch",
    () => new Adam({ learningRate: 0.02 }),
    () => [new LearningRateScheduler((_, rate) => rate / 2)],
  ],
  ["epochs of more than a pass", () => new Adam({ learningRate: 0.01 }), () => [], { stepsPerEpoch: 7 }],
];

/** The measurements, which must be exactly the same: all but times. */
const measured = (logs: readonly EpochLogs[]) =>
  logs.map(({ seconds: _, imagesPerSecond: _rate, ...rest }) => rest);

const resumeFrom = (state: TrainingState): Callback => ({
  onTrainBegin: (training) => training.setState(state),
});

/** The state, written to a checkpoint file and read back. */
async function throughFile(state: TrainingState): Promise<TrainingState> {
  return (await readCheckpoint("state", await checkpointFile({ state, notes: {} }))).state;
}

describe.each(cases)("a training with %s", (_, optimizer, callbacks = () => [], more = {}) => {
  it("resumes after any step, on any number of threads, to the same bits", async () => {
    const options = { ...base, ...more };
    const whole = cnn(optimizer(), 2);
    const expected = await whole.fit(data, { ...options, callbacks: callbacks() });
    const sha256 = await whole.weightsSha256();

    // Pausing changes nothing, and provides the state after every second step.
    const states: TrainingState[] = [];
    const done: EpochLogs[] = [];
    const before: EpochLogs[][] = [];
    const keep: Callback = {
      pauseEvery: { steps: 2 },
      onPause: async (training) => {
        states.push(await throughFile(await training.getState()));
        before.push([...done]);
      },
      onEpochEnd: async (logs, training) => {
        done.push(logs);
        states.push(await throughFile(await training.getState()));
        before.push([...done]);
      },
    };
    const paused = cnn(optimizer(), 2);
    const again = await paused.fit(data, { ...options, callbacks: [...callbacks(), keep] });
    expect(measured(again.epochs)).toEqual(measured(expected.epochs));
    expect(await paused.weightsSha256()).toBe(sha256);
    const steps = 3 * (more.stepsPerEpoch ?? 5);
    expect(states.filter(({ underWay }) => underWay)).toHaveLength(
      Array.from({ length: steps }, (_step, at) => at + 1).filter(
        (at) => at % 2 === 0 && at % (steps / 3) !== 0,
      ).length,
    );

    for (const [index, state] of states.entries()) {
      const resumed = cnn(optimizer(), 1 + (index % 3));
      const rest = await resumed.fit(data, { ...options, callbacks: [resumeFrom(state), ...callbacks()] });
      expect(await resumed.weightsSha256(), `state ${index}`).toBe(sha256);
      expect(measured([...before[index]!, ...rest.epochs]), `state ${index}`).toEqual(
        measured(expected.epochs),
      );
      resumed.dispose();
    }
  });
});

describe("a training that is stopped", () => {
  const optimizer = () => new Adam({ learningRate: new OneCycle(0.02) });

  it("within an epoch or its validation leaves a state from which it resumes", async () => {
    const whole = cnn(optimizer(), 2);
    await whole.fit(data, base);
    const controller = new AbortController();
    let state: TrainingState | undefined;
    const stop: Callback = {
      pauseEvery: { steps: 3 },
      onPause: async (training) => {
        if (controller.signal.aborted) state = await training.getState();
        else if (training.epoch === 2) controller.abort();
      },
    };
    const stopped = cnn(optimizer(), 2);
    const fit = stopped.fit(data, { ...base, callbacks: [stop], signal: controller.signal });
    await expect(fit).rejects.toThrow("Stopped");
    // Step 6 is the first of the second epoch.
    expect(state).toMatchObject({ epoch: 1, epochs: 1, steps: 6, underWay: { steps: 1 } });
    const resumed = cnn(optimizer(), 1);
    await resumed.fit(data, { ...base, callbacks: [resumeFrom(state!)] });
    expect(await resumed.weightsSha256()).toBe(await whole.weightsSha256());
  });

  it("pauses by time, however short the interval", async () => {
    const whole = cnn(optimizer(), 2);
    await whole.fit(data, base);
    const steps: number[] = [];
    const hurried: Callback = {
      // Due before each step, whichever of the timer and the workers is quicker.
      pauseEvery: { seconds: 1e-9 },
      onPause: async (training) => void steps.push((await training.getState()).steps),
    };
    const paused = cnn(optimizer(), 2);
    await paused.fit(data, { ...base, callbacks: [hurried] });
    expect(await paused.weightsSha256()).toBe(await whole.weightsSha256());
    expect(steps.length).toBeGreaterThanOrEqual(12);
    expect(steps).toEqual([...steps].sort((a, b) => a - b));
  });

  it("by a callback stays stopped when it is resumed", async () => {
    let state: TrainingState | undefined;
    const stop: Callback = {
      onEpochEnd: async (_logs, training) => {
        training.stop();
        state = await training.getState();
      },
    };
    const first = cnn(optimizer(), 1);
    await first.fit(data, { ...base, callbacks: [stop] });
    const resumed = cnn(optimizer(), 1);
    const { epochs } = await resumed.fit(data, { ...base, callbacks: [resumeFrom(state!)] });
    expect(epochs).toEqual([]);
    expect(await resumed.weightsSha256()).toBe(await first.weightsSha256());
  });

  it("does not resume with different callbacks, or pause every 0 steps", async () => {
    let state: TrainingState | undefined;
    const keep: Callback = {
      onEpochEnd: async (_logs, training) => {
        state = await training.getState();
      },
    };
    await cnn(optimizer(), 1).fit(data, { ...base, epochs: 1, callbacks: [keep] });
    const callbacks = [resumeFrom(state!), new EarlyStopping()];
    await expect(cnn(optimizer(), 1).fit(data, { ...base, callbacks })).rejects.toThrow(
      "setState: expected the memories of 1 callbacks, received 0. Pass fit the callbacks that it had when the state was saved.",
    );
    await expect(
      cnn(optimizer(), 1).fit(data, { callbacks: [{ pauseEvery: { steps: 0 } }] }),
    ).rejects.toThrow(
      "pauseEvery: expected a whole number of steps of at least 1, received 0. Correct the callback's `pauseEvery`.",
    );
  });
});

describe("numbers that stop being finite", () => {
  // Step 8 is the third of the second epoch; after it, the weights make the ninth's loss NaN.
  const atEight = () => new SGD({ learningRate: new PiecewiseConstantDecay([6, 7], [0.01, 1e38, 0.01]) });
  const holed = asFloats(data);
  holed.images[64 * 5] = Number.NaN;

  it.each<[string, () => Optimizer, LabelledSamples, readonly number[]]>([
    [
      'in step 9 (epoch 2), received a loss of NaN: the weights conv2d/kernel of layer "conv2d" are not finite',
      ...([atEight, data, [2, 4, 6, 8]] as const),
    ],
    [
      "in step 5 (epoch 1), received a loss of NaN: image 5 contains NaN",
      ...([() => new SGD({ learningRate: 0.01 }), holed, [2, 4]] as const),
    ],
  ])("are reported the same after a training was resumed: %s", async (message, optimizer, images, pauses) => {
    const states: TrainingState[] = [];
    const keep: Callback = {
      pauseEvery: { steps: 2 },
      onPause: async (training) => void states.push(await throughFile(await training.getState())),
    };
    const fault = (callbacks: readonly Callback[], threads = 2) =>
      cnn(optimizer(), threads)
        .fit(images, { ...base, callbacks })
        .then(
          () => "none",
          (thrown: unknown) => String(thrown),
        );
    const expected = await fault([]);
    expect(expected).toContain(message);
    expect(await fault([keep])).toBe(expected);
    expect(states.map(({ steps }) => steps)).toEqual(pauses);
    for (const state of states) expect(await fault([resumeFrom(state)], 1)).toBe(expected);
  });
});

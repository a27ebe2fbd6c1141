// Callbacks that decide by a measurement, against real Keras: tools/golden/fit.py.
import { describe, expect, it } from "vitest";
import { readGolden } from "../base/golden.testing.js";
import { expectClose } from "../ops/op-lab.testing.js";
import type { Callback, TrainingControl } from "./callback.js";
import { EarlyStopping, type Mode, ReduceLROnPlateau } from "./index.js";

interface Driven {
  readonly options: Readonly<Record<string, number | boolean | string>>;
  readonly values: readonly number[];
  readonly steps: readonly (boolean | number)[];
  readonly epoch_of_weights: number;
}
const golden = readGolden<{
  readonly EarlyStopping: readonly Driven[];
  readonly ReduceLROnPlateau: readonly Driven[];
}>("fit");

/** Calls a callback as a training with these validation losses would; its only weight is the epoch's number. */
function drive(
  callback: Callback,
  values: readonly number[],
  log: (state: { rate: number; stopped: boolean }) => unknown,
) {
  const state = { rate: 0.1, stopped: false, epoch: 0, weights: 0 };
  const control = {
    get epoch() {
      return state.epoch;
    },
    validates: true,
    get learningRate() {
      return state.rate;
    },
    setLearningRate: (rate: number) => {
      state.rate = rate;
    },
    stop: () => {
      state.stopped = true;
    },
    getWeights: () => [Float32Array.of(state.weights)],
    setWeights: ([values]: readonly Float32Array[]) => {
      state.weights = values![0]!;
    },
  } as unknown as TrainingControl;
  void callback.onTrainBegin?.(control);
  const steps: unknown[] = [];
  for (const valLoss of values) {
    if (state.stopped) break;
    state.epoch++;
    state.weights = state.epoch;
    const rest = { loss: 0, accuracy: 0, learningRate: state.rate, seconds: 1, imagesPerSecond: 1 };
    void callback.onEpochEnd?.({ epoch: state.epoch, valLoss, ...rest }, control);
    steps.push(log(state));
  }
  void callback.onTrainEnd?.(control);
  return { steps, weights: state.weights };
}

/** `start_from_epoch` → `startFromEpoch`. */
function camelCased(options: Driven["options"]): { readonly mode?: Mode } {
  const camel = (name: string) => name.replace(/_./g, (two) => two[1]!.toUpperCase());
  return Object.fromEntries(Object.entries(options).map(([name, value]) => [camel(name), value]));
}

describe("callbacks decide as Keras's do:", () => {
  it.each(golden.EarlyStopping)(
    "EarlyStopping $options on $values",
    ({ options, values, steps, ...rest }) => {
      const actual = drive(new EarlyStopping(camelCased(options)), values, ({ stopped }) => stopped);
      expect(actual.steps).toEqual(steps);
      expect(actual.weights).toBe(rest.epoch_of_weights);
    },
  );

  it.each(golden.ReduceLROnPlateau)("ReduceLROnPlateau $options on $values", ({ options, values, steps }) => {
    const actual = drive(new ReduceLROnPlateau(camelCased(options)), values, ({ rate }) => rate);
    expectClose(actual.steps as number[], steps as number[], 1e-6);
  });

  it.each([
    [{ patience: 2 }, [3, 5, 7, 9]],
    [{ patience: 2, cooldown: 1 }, [3, 5, 7, 9]],
    [{ patience: 2, cooldown: 2 }, [3, 6, 9]],
    [{ patience: 0 }, [2, 3, 4, 5, 6, 7, 8, 9]],
  ])("ReduceLROnPlateau %o reduces the rate of equal losses in epochs %o, as measured", (options, epochs) => {
    const { steps } = drive(
      new ReduceLROnPlateau({ factor: 0.5, ...options }),
      Array(9).fill(1),
      (s) => s.rate,
    );
    const falls = (steps as number[]).flatMap((rate, at, all) =>
      rate < (all[at - 1] ?? 0.1) ? [at + 1] : [],
    );
    expect(falls).toEqual(epochs);
  });

  it.each([
    [0, 2],
    [1, 2],
    [3, 4],
  ])(
    "EarlyStopping with a patience of %i stops at equal losses after epoch %i, as measured",
    (patience, epoch) => {
      const callback = new EarlyStopping({ patience });
      drive(callback, Array(9).fill(1), () => undefined);
      expect(callback.stoppedEpoch).toBe(epoch);
    },
  );
});

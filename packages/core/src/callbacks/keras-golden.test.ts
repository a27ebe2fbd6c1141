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
});

// fit's weights, and callbacks that decide by a measurement, against real Keras: tools/golden/fit.py.
import { describe, expect, it } from "vitest";
import { againstKeras, readGolden } from "../base/golden.testing.js";
import type { Callback, TrainingControl } from "../callbacks/callback.js";
import { EarlyStopping, LearningRateScheduler, type Mode, ReduceLROnPlateau } from "../callbacks/index.js";
import { Dense, type DenseOptions } from "../layers/index.js";
import { Input } from "../network/input.js";
import { expectClose } from "../ops/op-lab.testing.js";
import { SGD } from "../optimizers/index.js";
import { L1, L1L2, L2 } from "../regularizers/index.js";
import type { FitOptions } from "../training/fit-options.js";
import { Sequential } from "./sequential.js";

interface Driven {
  readonly options: Readonly<Record<string, number | boolean | string>>;
  readonly values: readonly number[];
  readonly steps: readonly (boolean | number)[];
  readonly epoch_of_weights: number;
}
interface Golden {
  readonly x: number[];
  readonly y: number[];
  readonly kernel: number[];
  readonly bias: number[];
  readonly sampleWeight: number[];
  readonly fits: Readonly<
    Record<string, { history: Record<string, number[]>; weights: [number[], number[]] }>
  >;
  readonly EarlyStopping: readonly Driven[];
  readonly ReduceLROnPlateau: readonly Driven[];
}
const golden = readGolden<Golden>("fit");
const { sampleWeight } = golden;
const samples = {
  images: Float32Array.from(golden.x),
  labels: Uint8Array.from(golden.y),
  count: golden.y.length,
  shape: [golden.x.length / golden.y.length],
};
const firstSeven = {
  images: samples.images.subarray(0, 7 * samples.shape[0]!),
  labels: samples.labels.subarray(0, 7),
  count: 7,
  shape: samples.shape,
  sampleWeight: sampleWeight.slice(0, 7),
};

describe("fit trains as Keras does", () => {
  const cases: [name: string, FitOptions, DenseOptions?][] = [
    ["classWeight", { classWeight: { 0: 0.5, 2: 3 }, validationSplit: 0.2 }],
    ["sampleWeight", { sampleWeight }],
    [
      "sampleWeight and validationSplit",
      { sampleWeight, validationSplit: 0.25 },
      { kernelRegularizer: new L2(0.05) },
    ],
    ["validationData with weights", { validationData: firstSeven, validationFreq: 2 }],
    [
      "ReduceLROnPlateau",
      {
        callbacks: [new ReduceLROnPlateau({ monitor: "loss", factor: 0.5, patience: 1, minDelta: 10 })],
      },
    ],
    [
      "LearningRateScheduler",
      { callbacks: [new LearningRateScheduler((epoch, rate) => rate * (0.5 + epoch))] },
    ],
    ["L1", {}, { kernelRegularizer: new L1(0.02), biasRegularizer: new L1(0.3) }],
    ["L2", {}, { kernelRegularizer: new L2(0.3), biasRegularizer: new L2(0.05) }],
    [
      "L1L2",
      {},
      {
        kernelRegularizer: new L1L2({ l1: 0.05, l2: 0.1 }),
        biasRegularizer: new L1L2({ l1: 0.01, l2: 0.2 }),
      },
    ],
  ];
  it.each(cases)("with %s", async (name, options, layerOptions) => {
    const expected = golden.fits[name]!;
    const part = /^L[12]/.test(name) ? "regularizers" : "fit";
    const compare = againstKeras({ part, row: name, id: name, kernels: "strict" });
    const layer = new Dense(3, { activation: "softmax", ...layerOptions });
    const model = new Sequential([new Input(samples.shape), layer]);
    model.compile({ optimizer: new SGD({ learningRate: 0.1, momentum: 0.9 }), threads: 2 });
    model.weights[0]!.values.set(golden.kernel);
    model.weights[1]!.values.set(golden.bias);
    const { epochs } = await model.fit(samples, { batchSize: 4, epochs: 3, shuffle: false, ...options });
    model.dispose();
    model.weights.forEach(({ values }, index) => {
      compare("weights", values, expected.weights[index]!);
    });
    const column = (pick: (row: (typeof epochs)[number]) => number | undefined) =>
      epochs.map(pick).filter((value) => value !== undefined);
    const { history } = expected;
    compare(
      "losses",
      column((row) => row.loss),
      history["loss"]!,
    );
    compare(
      "losses",
      column((row) => row.valLoss),
      history["val_loss"] ?? [],
    );
    againstKeras({ part: "metrics", row: "accuracy", id: name, kernels: "strict" })(
      "values",
      column((row) => row.accuracy),
      history["accuracy"]!,
    );
    if (history["learning_rate"]) {
      // Keras logs the rate that a callback has set by the epoch's end, Heddle the one that the epoch used.
      const logged = name === "ReduceLROnPlateau" ? [0.1, 0.1, 0.05] : history["learning_rate"];
      compare(
        "learning rates",
        column((row) => row.learningRate),
        logged,
      );
    }
  });
});

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

// fit's weights and logs, against real Keras: tools/golden/fit.py.
import { describe, it } from "vitest";
import { againstKeras, readGolden } from "../base/golden.testing.js";
import { LearningRateScheduler, ReduceLROnPlateau } from "../callbacks/index.js";
import { Dense, type DenseOptions } from "../layers/index.js";
import { Input } from "../network/input.js";
import { SGD } from "../optimizers/index.js";
import { L1, L1L2, L2 } from "../regularizers/index.js";
import type { FitOptions } from "../training/fit-options.js";
import { Sequential } from "./sequential.js";

interface Golden {
  readonly x: number[];
  readonly y: number[];
  readonly kernel: number[];
  readonly bias: number[];
  readonly sampleWeight: number[];
  readonly fits: Readonly<
    Record<string, { history: Record<string, number[]>; weights: [number[], number[]] }>
  >;
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

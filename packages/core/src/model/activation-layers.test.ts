// Activations that are layers with options of their own.
import { describe, expect, it } from "vitest";
import { refuses } from "../base/refusals.testing.js";
import { Conv2D, Dense, ELU, Flatten, LeakyReLU, layers, PReLU, ReLU, Softmax } from "../layers/index.js";
import { Input } from "../network/input.js";
import { Adam } from "../optimizers/index.js";
import { modelFromJson } from "./load.js";
import { Sequential } from "./sequential.js";
import { tinyImages } from "./tiny-model.testing.js";

const model = () =>
  new Sequential([
    ...[
      new Input([8, 8, 1]),
      new Conv2D(4, 3),
      new ReLU(),
      new Conv2D(4, 3),
      new PReLU({ sharedAxes: [1, 2] }),
    ],
    ...[new ReLU({ maxValue: 6, negativeSlope: 0.1, threshold: 0.01 }), new Flatten(), new Dense(7)],
    ...[new LeakyReLU(), new PReLU(), new ELU({ alpha: 0.5 }), new Dense(3), new Softmax()],
  ]);

async function trained(threads: number) {
  const one = model();
  one.compile({ threads, optimizer: new Adam({ learningRate: 0.01 }) });
  const { epochs } = await one.fit(tinyImages(60), { epochs: 3, batchSize: 24 });
  one.dispose();
  return { sha: await one.weightsSha256(), loss: epochs.map(({ loss }) => loss) };
}

describe("activation layers in a model", () => {
  it("learn, to the same weights on one and two threads", async () => {
    const one = await trained(1);
    expect(one.loss[2]).toBeLessThan(one.loss[0]!);
    expect(await trained(2)).toEqual(one);
  });

  it("have Keras's names, and weights of Keras's shapes", () => {
    expect(
      model()
        .layers.map(({ name }) => name)
        .filter((name) => !/conv|dense|flat/.test(name)),
    ).toEqual([...["re_lu", "p_re_lu", "re_lu_1", "leaky_re_lu", "p_re_lu_1", "elu", "softmax"]]);
    const alphas = model().weights.filter(({ name }) => name.endsWith("/alpha"));
    expect(alphas.map(({ shape }) => shape)).toEqual([[1, 1, 4], [7]]);
  });

  it("are read back from their configuration, and from Keras 2's", () => {
    const json = model().toJson();
    expect(modelFromJson("config.json", JSON.parse(JSON.stringify(json))).toJson()).toEqual(json);
    const leaky = layers.create("config.json", "LeakyReLU", { name: "l", alpha: 0.1 }) as LeakyReLU;
    expect(leaky.negativeSlope).toBe(0.1);
    const relu = layers.create("config.json", "ReLU", { max_value: null, threshold: 0, negative_slope: 0 });
    expect(relu.lower([1])).toEqual([{ op: "relu", owner: "ReLU" }]);
  });
});

refuses("wrong options of activation layers", [
  [
    () => new ReLU({ maxValue: -1 }),
    "ReLU: expected maxValue to be a number of at least 0, received -1. Correct maxValue.",
  ],
  [
    () => new ReLU({ threshold: "1" as never }),
    'ReLU: expected threshold to be a number of at least 0, received "1". Correct threshold.',
  ],
  [
    () => new LeakyReLU({ negativeSlope: -0.1 }),
    "LeakyReLU: expected negativeSlope to be a number of at least 0, received -0.1. Correct negativeSlope.",
  ],
  [
    () => new ELU({ alpha: Number.NaN }),
    "ELU: expected alpha to be a finite number, received NaN. Correct alpha.",
  ],
  [
    () => new Softmax({ axis: 1 }).outputShape([4, 4, 2]),
    "Softmax: expected axis to be the last of [batch, 4, 4, 2], which is -1 or 3, received 1. Heddle has the channels last: omit axis, or build the model with data_format channels_last.",
  ],
  [
    () => new PReLU({ sharedAxes: [0] }),
    "PReLU: expected sharedAxes to be a list of whole numbers of at least 1, received [0]. Correct sharedAxes, or omit it.",
  ],
  [
    () => new PReLU({ sharedAxes: [2] }).outputShape([7]),
    "PReLU: expected an input of at most three axes, which has the shared ones, received [batch, 7] and sharedAxes [2]. Reshape it first, or correct sharedAxes.",
  ],
]);

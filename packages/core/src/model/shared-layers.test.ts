// Layers that a model uses several times: one set of weights, whose gradients add up.
import { afterEach, describe, expect, it } from "vitest";
import { Random } from "../base/random.js";
import {
  Add,
  BatchNormalization,
  Conv2D,
  Dense,
  Dropout,
  Flatten,
  GlobalAveragePooling2D,
  input,
  type Layer,
  MaxPooling2D,
  PReLU,
} from "../layers/index.js";
import { SGD } from "../optimizers/index.js";
import { modelFromJson } from "./load.js";
import { Model } from "./model.js";

const models: Model[] = [];
afterEach(() => {
  for (const model of models.splice(0)) model.dispose();
});

function track(model: Model): Model {
  models.push(model);
  return model;
}

function samples(count: number) {
  const random = new Random(3, "split");
  const images = Float32Array.from({ length: count * 48 }, () => 2 * random.uniform() - 1);
  const labels = Uint8Array.from({ length: count }, () => random.below(3));
  return { images, labels, count, shape: [4, 4, 3] };
}

/** A convolution that is used three times, on two sizes. */
function model(): Model {
  const x = input([4, 4, 3]);
  const conv = new Conv2D(3, 3, {
    padding: "same",
    activation: "tanh",
    kernelRegularizer: "l2",
    name: "conv",
  });
  const a = conv.apply(conv.apply(x));
  const b = new GlobalAveragePooling2D().apply(conv.apply(new MaxPooling2D(2).apply(a)));
  const sum = new Add().apply([b, new GlobalAveragePooling2D().apply(a)]);
  const outputs = new Dense(3, { activation: "softmax" }).apply(sum);
  const made = track(new Model({ inputs: x, outputs }, { seed: 5 }));
  made.compile({ optimizer: new SGD({ learningRate: 1 }), threads: 2 });
  return made;
}

describe("a layer that is used three times", () => {
  it("has one set of weights, and one row in the summary", () => {
    const made = model();
    expect(made.weights.map(({ name }) => name)).toEqual([
      "conv/kernel",
      "conv/bias",
      "dense/kernel",
      "dense/bias",
    ]);
    expect(made.summaryRows()[0]).toMatchObject({ name: "conv", parameters: 84, calls: 3 });
    expect(made.summaryRows()[0]!.macs).toBe(81 * (16 + 16 + 4));
    expect(made.summary()).toContain("conv (Conv2D) ×3, shared");
    expect(made.parameters).toBe(84 + 12);
  });

  it("has the sum of the gradients of its uses, and each penalty once", async () => {
    const data = samples(7);
    const made = model();
    const before = made.weights.map(({ values }) => values.slice());
    await made.fit(data, { epochs: 1, batchSize: 7 });
    // One step of plain SGD at rate 1 subtracts the gradient.
    const gradients = made.weights.map(({ values }, i) => before[i]!.map((value, j) => value - values[j]!));
    const step = 1e-2;
    for (const [i, weight] of made.weights.slice(0, 2).entries()) {
      for (const j of new Set([0, weight.values.length >> 1, weight.values.length - 1])) {
        const lossAt = async (shift: number) => {
          for (const [k, { values }] of made.weights.entries()) values.set(before[k]!);
          weight.values[j]! += shift;
          return (await made.evaluate(data)).loss;
        };
        const slope = ((await lossAt(step)) - (await lossAt(-step))) / (2 * step);
        expect(gradients[i]![j], `${weight.name}[${j}]`).toBeCloseTo(slope, 3);
      }
    }
    expect(Math.max(...gradients[0]!.map(Math.abs))).toBeGreaterThan(0.01);
  });

  it("trains to the same weights on any number of threads", async () => {
    const hashes = [];
    for (const threads of [1, 3]) {
      const made = model();
      made.compile({ optimizer: "adam", threads });
      await made.fit(samples(20), { epochs: 2, batchSize: 8 });
      hashes.push(await made.weightsSha256());
    }
    expect(new Set(hashes).size).toBe(1);
  });

  it("is written with each of its calls, as Keras writes it, and read back", async () => {
    const made = model();
    const json = JSON.parse(JSON.stringify(made.toJson()));
    const conv = json.config.layers.find(({ name }: { name: string }) => name === "conv");
    const reads = conv.inbound_nodes.map(
      (node: { args: [{ config: { keras_history: unknown } }] }) => node.args[0].config.keras_history,
    );
    expect(reads).toEqual([
      ["input", 0, 0],
      ["conv", 0, 0],
      ["max_pooling2d", 0, 0],
    ]);
    const again = track(modelFromJson("config.json", json));
    expect(again.toJson()).toEqual(made.toJson());
    again.setWeights(made.getWeights());
    expect(await again.predict(samples(3))).toEqual(await made.predict(samples(3)));
  });
});

it("a batch normalization that is used twice moves its statistics twice, as in Keras", async () => {
  const x = input([1]);
  const norm = new BatchNormalization({ momentum: 0.5, center: false, scale: false, epsilon: 0 });
  const made = track(new Model({ inputs: x, outputs: norm.apply(norm.apply(x)) }));
  made.compile({ optimizer: new SGD(), loss: "mse", threads: 1 });
  const images = Float32Array.of(2, 6);
  await made.fit({ images, targets: images, count: 2, shape: [1] }, { batchSize: 2 });
  // Means 4 and then 0, variances 4 and then 1.
  expect(made.weights.map(({ values }) => values[0])).toEqual([1, 1.75]);
});

it("a dropout that is used twice draws twice", async () => {
  const x = input([64]);
  const drop = new Dropout(0.5);
  const made = track(new Model({ inputs: x, outputs: drop.apply(drop.apply(x)) }));
  const nodes = made.lower().ops.map(({ node }) => node);
  expect(nodes).toMatchObject([
    { op: "dropout", layer: 0 },
    { op: "dropout", layer: 1 },
  ]);
});

it.each<[string, Layer, readonly number[], string]>([
  [
    "channels",
    new Conv2D(2, 1, { name: "c" }),
    [4, 4, 3],
    'Conv2D "c": expected inputs for one set of weights, whose kernel is [1, 1, 3, 2], received another input [batch, 4, 4, 2], which needs [1, 1, 2, 2]. Use the layer for inputs with equal channels, or create another layer.',
  ],
  [
    "sizes, where it has a weight for each place",
    new PReLU({ name: "p" }),
    [4, 4, 3],
    'PReLU "p": expected inputs for one set of weights, whose alpha is [4, 4, 3], received another input [batch, 48]',
  ],
])("a layer is not used again for other %s", (_, layer, shape, message) => {
  const x = input(shape);
  const once = layer.apply(x);
  const again = layer.apply(layer instanceof PReLU ? new Flatten().apply(once) : once);
  expect(() => new Model({ inputs: x, outputs: again })).toThrow(message);
});

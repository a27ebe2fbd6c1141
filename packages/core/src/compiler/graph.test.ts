import { afterEach, describe, expect, it } from "vitest";
import { Random } from "../base/random.js";
import { Activation, Add, Concatenate, Conv2D, Dense, Flatten, input, Multiply } from "../layers/index.js";
import { modelFromJson } from "../model/load.js";
import { Model } from "../model/model.js";
import { Sequential } from "../model/sequential.js";
import { SGD } from "../optimizers/index.js";

const models: Model[] = [];
afterEach(() => {
  for (const model of models.splice(0)) model.dispose();
});

function track(model: Model): Model {
  models.push(model);
  return model;
}

/** Samples of [4, 4, 2] with labels of three classes. */
function samples(count: number) {
  const random = new Random(3, "split");
  const images = Float32Array.from({ length: count * 32 }, () => 2 * random.uniform() - 1);
  const labels = Uint8Array.from({ length: count }, () => random.below(3));
  return { images, labels, count, shape: [4, 4, 2] };
}

/** A residual block in which three layers read the same value. */
function residual(seed = 5): Model {
  const x = input([4, 4, 2]);
  const a = new Conv2D(3, 3, { padding: "same", activation: "tanh" }).apply(x);
  const b = new Conv2D(3, 3, { padding: "same", activation: "tanh" }).apply(a);
  const sum = new Add().apply([a, b]);
  const gated = new Multiply().apply([sum, a, new Activation("sigmoid").apply(b)]);
  const wide = new Concatenate().apply([gated, x, a]);
  const y = new Dense(3, { activation: "softmax" }).apply(new Flatten().apply(wide));
  const model = track(new Model({ inputs: x, outputs: y }, { seed }));
  model.compile({ optimizer: new SGD({ learningRate: 1 }), threads: 2 });
  return model;
}

describe("a model with branches", () => {
  it("lists its layers in an order in which they can run", () => {
    const rows = residual().summaryRows();
    expect(rows.map(({ name, outputShape }) => [name, outputShape])).toEqual([
      ["conv2d", [4, 4, 3]],
      ["conv2d_1", [4, 4, 3]],
      ["add", [4, 4, 3]],
      ["activation", [4, 4, 3]],
      ["multiply", [4, 4, 3]],
      ["concatenate", [4, 4, 8]],
      ["flatten", [128]],
      ["dense", [3]],
    ]);
  });

  it("has the gradients of finite differences of its loss", async () => {
    const data = samples(7);
    const model = residual();
    const before = model.weights.map(({ values }) => values.slice());
    await model.fit(data, { epochs: 1, batchSize: 7 });
    // One step of plain SGD at rate 1 subtracts the gradient.
    const gradients = model.weights.map(({ values }, i) => before[i]!.map((value, j) => value - values[j]!));
    const step = 1e-2;
    for (const [i, weight] of model.weights.entries()) {
      for (const j of new Set([0, weight.values.length >> 1, weight.values.length - 1])) {
        const lossAt = async (shift: number) => {
          for (const [k, { values }] of model.weights.entries()) values.set(before[k]!);
          weight.values[j]! += shift;
          return (await model.evaluate(data)).loss;
        };
        const slope = ((await lossAt(step)) - (await lossAt(-step))) / (2 * step);
        expect(gradients[i]![j], `${weight.name}[${j}]`).toBeCloseTo(slope, 3);
      }
    }
    expect(Math.max(...gradients.flatMap((gradient) => [...gradient].map(Math.abs)))).toBeGreaterThan(0.01);
  });

  it("trains to the same weights on any number of threads", async () => {
    const hashes = [];
    for (const threads of [1, 2, 3]) {
      const model = residual();
      model.compile({ optimizer: "adam", threads });
      await model.fit(samples(50), { epochs: 2, batchSize: 16 });
      hashes.push(await model.weightsSha256());
    }
    expect(new Set(hashes).size).toBe(1);
  });

  it("is read back from Keras's JSON of a functional model", async () => {
    const model = residual();
    const json = JSON.parse(JSON.stringify(model.toJson()));
    expect(json.class_name).toBe("Functional");
    const again = track(modelFromJson("config.json", json, { seed: 5 }));
    expect(again.toJson()).toEqual(model.toJson());
    expect(again.lower()).toEqual(model.lower());
    expect(await again.predict(samples(3))).toEqual(await model.predict(samples(3)));
    expect(() => Sequential.fromJson("config.json", json)).toThrow(
      'config.json: expected a chain of layers, received "a functional model".',
    );
  });

  it("may use one value as both inputs of a merge", async () => {
    const x = input([4, 4, 2]);
    const a = new Conv2D(2, 1).apply(x);
    const twice = new Add().apply([a, a]);
    const model = track(new Model({ inputs: x, outputs: twice }));
    const half = track(new Model({ inputs: x, outputs: new Conv2D(2, 1).apply(x) }));
    half.weights.forEach(({ values }, i) => {
      model.weights[i]!.values.set(values);
    });
    const expected = (await half.predict(samples(2))).map((value) => 2 * value);
    expect(await model.predict(samples(2))).toEqual(expected);
  });
});

describe("an impossible graph", () => {
  it.each<[string, () => unknown, string]>([
    [
      "a merge of different shapes",
      () => new Add().apply([input([4, 4, 2]), input([4, 4, 3])]),
      "Add: expected inputs of one size along each axis, or of size 1 there, received [batch, 4, 4, 2] and [batch, 4, 4, 3]",
    ],
    [
      "a merge of one value",
      () => new Add().apply(input([4])),
      "Add: expected two inputs or more, received 1",
    ],
    [
      "two inputs of a layer that takes one",
      () => new Flatten().apply([input([4]), input([4])]),
      "Flatten: expected one input, received 2. Merge them first",
    ],
    [
      "a concatenation of different sizes",
      () => new Concatenate({ axis: 1 }).apply([input([4, 4, 2]), input([3, 4, 1])]),
      "Concatenate: expected inputs that differ at most along axis 1, received [batch, 4, 4, 2] and [batch, 3, 4, 1]",
    ],
    [
      "a concatenation of batches",
      () => new Concatenate({ axis: 0 }),
      "axis to be a whole number other than 0",
    ],
    [
      "a second input",
      () => {
        const [x, other] = [input([4]), input([4])];
        return new Model({ inputs: x, outputs: new Add().apply([x, other]) });
      },
      "Model: expected an output that depends only on the model's one input",
    ],
    [
      "nothing between input and output",
      () => {
        const x = input([4]);
        return new Model({ inputs: x, outputs: x });
      },
      "Model: expected layers between input and output, received none",
    ],
  ])("is refused: %s", (_, build, message) => {
    expect(build).toThrow(message);
  });
});

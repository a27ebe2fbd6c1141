import { describe, expect, it } from "vitest";
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
  Reshape,
  layers as registered,
  Softmax,
} from "../layers/index.js";
import { Input } from "../network/input.js";
import { Model } from "./model.js";
import { headOf, withNewHead } from "./new-head.js";
import { Sequential } from "./sequential.js";

const body = () => [
  new Conv2D(3, 3, { name: "conv" }),
  new BatchNormalization({ name: "norm" }),
  new Flatten(),
];
const chain = (...head: ConstructorParameters<typeof Sequential>[0]) =>
  new Sequential([new Input([6, 6, 1]), ...body(), ...head], { seed: 1, name: "chain" });

/** The weights of the layers that both have, as lists. */
const bodyOf = (model: Model) => {
  const head = headOf(model);
  return model.layers
    .filter((layer) => layer !== head)
    .flatMap(({ weights }) => weights.map((weight) => [weight.name, [...weight.read()]]));
};

describe("withNewHead", () => {
  it("replaces the last dense layer, keeps every other weight, and leaves the model as it is", () => {
    const model = chain(new Dropout(0.2), new Dense(5, { activation: "softmax", name: "answer" }));
    model.classes = ["a", "b", "c", "d", "e"];
    const before = model.getWeights();
    const other = withNewHead(model, 3, { seed: 7 });
    expect(other).toBeInstanceOf(Sequential);
    expect([other.name, other.seed, other.outputShape, other.classes]).toEqual(["chain", 7, [3], undefined]);
    expect(other.layers.map(({ name }) => name)).toEqual(model.layers.map(({ name }) => name));
    expect(bodyOf(other)).toEqual(bodyOf(model));
    expect(headOf(other).getConfig()).toMatchObject({ name: "answer", units: 3, activation: "softmax" });
    expect(model.getWeights()).toEqual(before);
  });

  it("drops what follows the dense layer", () => {
    const other = withNewHead(chain(new Dense(4, { name: "answer" }), new Softmax()), 2);
    expect(other.layers.at(-1)!.name).toBe("answer");
    expect(other.outputShape).toEqual([2]);
  });

  it("keeps the graph of a functional model", () => {
    const x = input([6, 6, 1]);
    const a = new Conv2D(3, 3, { padding: "same", name: "a" }).apply(x);
    const b = new Conv2D(3, 3, { padding: "same", name: "b" }).apply(a);
    const mean = new GlobalAveragePooling2D().apply(new Add().apply([a, b]));
    const model = new Model(
      { inputs: x, outputs: new Dense(4, { name: "answer" }).apply(mean) },
      { seed: 2 },
    );
    const other = withNewHead(model, 6);
    expect(other.outputShape).toEqual([6]);
    expect(bodyOf(other)).toEqual(bodyOf(model));
  });

  const conv = () => new Conv2D(3, 3, { name: "conv" });
  const graphOf = (...layers: Layer[]) => {
    const x = input([6, 6, 1]);
    return new Model({ inputs: x, outputs: layers.reduce((value, layer) => layer.apply(value), x) });
  };
  const pool = () => new GlobalAveragePooling2D({ keepdims: true, name: "pool" });
  const scores = () => new Conv2D(5, 1, { name: "scores" });
  it.each([
    ["the scores of one pixel", [pool(), scores(), new Reshape([5]), new Softmax()], ["pool"]],
    ["the mean of scores", [scores(), new GlobalAveragePooling2D(), new Softmax()], []],
    ["features", [new GlobalAveragePooling2D({ name: "mean" })], ["mean"]],
    ["images of features", [], []],
  ])("puts a head in place of, or after %s, in chains and in graphs", (_, layers, kept) => {
    for (const make of [graphOf, (...all: Layer[]) => new Sequential([new Input([6, 6, 1]), ...all])]) {
      const fresh = layers.map((layer) => {
        const { className } = layer;
        return registered.create("copy", className, layer.getConfig());
      });
      const model = make(conv(), ...fresh);
      const other = withNewHead(model, 4);
      const mean = kept[0] === "mean" ? [] : ["features"];
      expect(other.layers.map(({ name }) => name)).toEqual(["conv", ...kept, ...mean, "head"]);
      expect(other.outputShape).toEqual([4]);
      expect(other.getLayer("conv").getWeights()).toEqual(model.getLayer("conv").getWeights());
      expect(headOf(other).name).toBe("head");
    }
  });

  it.each([
    [
      chain(new Dense(3), new BatchNormalization(), new Softmax()),
      "a classifier whose last layer with weights is BatchNormalization",
    ],
    [
      new Sequential([new Input([6, 6, 1]), new Conv2D(3, 3), new Reshape([16, 3])]),
      "one that predicts no classes: its outputs are 16×3, not one number for each class",
    ],
    [new Sequential([new Input([6, 6, 1]), new Flatten()]), "one without weights"],
  ])("refuses a model that ends in neither", (model, received) => {
    expect(() => withNewHead(model, 2)).toThrow(
      `expected a model that ends in a Dense layer, which is replaced for the new classes, or in features, received ${received}.`,
    );
  });
});

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

  it.each([
    [
      chain(new Dense(3), new BatchNormalization()),
      "one whose last layer with weights is BatchNormalization",
    ],
    [
      new Sequential([new Input([6, 6, 1]), new Conv2D(3, 3)]),
      "one that predicts no classes: its outputs are 4×4×3, not one number for each class",
    ],
    [new Sequential([new Input([6, 6, 1]), new Flatten()]), "one without weights"],
  ])("refuses a model that does not end in a dense layer", (model, received) => {
    expect(() => withNewHead(model, 2)).toThrow(
      `expected a model that ends in a Dense layer, which is replaced for the new classes, received ${received}.`,
    );
  });
});

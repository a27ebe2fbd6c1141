// A model's configuration, and models made from one.
import { describe, expect, it } from "vitest";
import { HeddleError } from "../base/errors.js";
import { Dense, Flatten, input } from "../layers/index.js";
import { Input } from "../network/input.js";
import { modelFromJson } from "./load.js";
import { Model } from "./model.js";
import { Sequential } from "./sequential.js";

const chain = () =>
  new Sequential([new Input([2, 2, 1]), new Flatten(), new Dense(3)], { name: "chain", seed: 5 });

function graph(): Model {
  const inputs = input([4]);
  const outputs = new Dense(2, { name: "input" }).apply(new Dense(3).apply(inputs));
  return new Model({ inputs, outputs }, { name: "graph" });
}

describe("getConfig", () => {
  it("returns Keras's name, trainable and layers for a sequential model", () => {
    const config = chain().getConfig();
    expect(Object.keys(config)).toEqual(["name", "trainable", "layers"]);
    expect(config).toMatchObject({
      name: "chain",
      trainable: true,
      layers: [
        { module: "keras.layers", class_name: "InputLayer", config: { batch_shape: [null, 2, 2, 1] } },
        { module: "keras.layers", class_name: "Flatten", registered_name: null },
        { module: "keras.layers", class_name: "Dense", config: { name: "dense", units: 3 } },
      ],
    });
    expect(chain().toJson()).toEqual({
      ...{ module: "keras", class_name: "Sequential", config, registered_name: null },
    });
  });

  it("names inputs and outputs for a graph, and gives the input a name that no layer has", () => {
    const config = graph().getConfig();
    expect(config).toMatchObject({
      ...{ name: "graph", trainable: true, input_layers: ["input_1", 0, 0], output_layers: ["input", 0, 0] },
      layers: [{ name: "input_1" }, { name: "dense" }, { name: "input" }],
    });
    expect(graph().toJson()).toEqual({
      ...{ module: "keras.src.models.functional", class_name: "Functional", config, registered_name: null },
    });
    expect(modelFromJson("config.json", graph().toJson()).toJson()).toEqual(graph().toJson());
  });
});

describe("fromConfig", () => {
  it("makes the same model with weights of its own", () => {
    const model = chain();
    const copy = Sequential.fromConfig(JSON.parse(JSON.stringify(model.getConfig())), { seed: 6 });
    expect(copy).toBeInstanceOf(Sequential);
    expect(copy.toJson()).toEqual(model.toJson());
    expect(copy.getWeights()).not.toEqual(model.getWeights());
    copy.setWeights(model.getWeights());
    expect(copy.getWeights()).toEqual(model.getWeights());
    expect(Sequential.fromConfig(model.getConfig(), { seed: 5 }).getWeights()).toEqual(model.getWeights());
    expect(Model.fromConfig(graph().getConfig()).toJson()).toEqual(graph().toJson());
  });

  it("takes a new name", () => {
    expect(Sequential.fromConfig(chain().getConfig(), { name: "other" }).name).toBe("other");
  });

  it.each([
    [
      () => Sequential.fromConfig(chain().toJson()),
      'Sequential.fromConfig: expected what getConfig returns for a sequential model, received an object with class_name "Sequential". Pass its config, or pass the object to modelFromJson.',
    ],
    [
      () => Sequential.fromConfig(graph().getConfig()),
      "Sequential.fromConfig: expected what getConfig returns for a sequential model, received that of a functional one. Use Model.fromConfig.",
    ],
    [
      () => Model.fromConfig(chain().getConfig()),
      "Model.fromConfig: expected what getConfig returns for a functional model, received that of a sequential one. Use Sequential.fromConfig.",
    ],
    [
      () => Model.fromConfig("{}"),
      'Model.fromConfig: expected a list of layers, received "{}". Pass the JSON of a sequential or functional Keras model, or one that Heddle saved.',
    ],
    [
      () => Sequential.fromConfig(undefined),
      "Sequential.fromConfig: expected a list of layers, received nothing. Pass the JSON of a sequential or functional Keras model, or one that Heddle saved.",
    ],
    [
      () => Sequential.fromConfig({ layers: [], toString: 1 }),
      'Sequential.fromConfig: expected plain JSON, received the key "toString". The file is damaged or was made to do harm: get it again.',
    ],
  ])("refuses anything but a configuration of its kind: %#", (make, message) => {
    expect(make).toThrow(new HeddleError(message));
  });
});

// Frozen layers, and reading and setting a model's weights.
import { describe, expect, it } from "vitest";
import { Conv2D, Dense, DepthwiseConv2D, Flatten } from "../layers/index.js";
import { Input } from "../network/input.js";
import { L2 } from "../regularizers/index.js";
import { modelFromJson } from "./load.js";
import { Sequential } from "./sequential.js";
import { asFloats, tinyImages } from "./tiny-model.testing.js";

const data = asFloats(tinyImages(40));

/** Three layers with weights. */
function threeLayers(
  options: { readonly seed?: number; readonly frozen?: readonly string[] } = {},
): Sequential {
  const { seed = 5, frozen = [] } = options;
  const named = (name: string) => ({ name, trainable: !frozen.includes(name) });
  const model = new Sequential(
    [
      new Input([8, 8, 1]),
      new Conv2D(4, 3, { ...named("conv"), activation: "relu", kernelRegularizer: new L2(0.5) }),
      new DepthwiseConv2D(3, named("depthwise")),
      new Flatten(),
      new Dense(3, { ...named("head"), activation: "softmax" }),
    ],
    { seed },
  );
  model.compile({ threads: 2 });
  return model;
}

/** The names of the layers whose weights training changes. */
async function changedBy(model: Sequential, train: () => Promise<unknown>): Promise<string[]> {
  const layers = model.layers.filter(({ weights }) => weights.length > 0);
  const before = layers.map((layer) => layer.getWeights());
  await train();
  return layers
    .filter((layer, index) =>
      layer.getWeights().some(({ values }, w) => !same(values, before[index]![w]!.values)),
    )
    .map(({ name }) => name);
}

function same(a: Float32Array, b: Float32Array): boolean {
  return a.every((value, index) => value === b[index]);
}

const oneEpoch = (model: Sequential) => () => model.fit(data, { epochs: 1, batchSize: 16 });

describe("a frozen layer", () => {
  it.each([
    [[], ["conv", "depthwise", "head"]],
    [["conv"], ["depthwise", "head"]],
    [["depthwise"], ["conv", "head"]],
    [["conv", "head"], ["depthwise"]],
    [["conv", "depthwise", "head"], []],
  ])("keeps its weights: with %j frozen, %j are trained", async (frozen, trained) => {
    const model = threeLayers({ frozen });
    expect(await changedBy(model, oneEpoch(model))).toEqual(trained);
    model.dispose();
  });

  it("has no backward pass if it comes first", async () => {
    const model = threeLayers({ frozen: ["conv"] });
    const { program } = await model.trainingProgram(16);
    model.dispose();
    const calls = program.phases.flatMap((phase) =>
      "perShard" in phase ? phase.perShard : phase.tasks.flat(),
    );
    const backward = calls.filter(({ pass }) => pass === "backward");
    expect(calls.some(({ owner }) => owner === "conv")).toBe(true);
    expect(backward.some(({ owner }) => owner === "conv")).toBe(false);
    expect(backward.map(({ kernel }) => kernel)).toContain("depthwiseKernelGradient");
    expect(backward.map(({ kernel }) => kernel)).not.toContain("depthwiseInputGradient");
  });

  it("can be thawed, and others frozen, between calls of fit", async () => {
    const model = threeLayers({ frozen: ["conv", "depthwise"] });
    expect(await changedBy(model, oneEpoch(model))).toEqual(["head"]);
    model.getLayer("conv").trainable = true;
    expect(await changedBy(model, oneEpoch(model))).toEqual(["conv", "head"]);
    for (const layer of model.layers) layer.trainable = layer.name === "depthwise";
    expect(await changedBy(model, () => model.evaluate(data))).toEqual([]);
    expect(await changedBy(model, oneEpoch(model))).toEqual(["depthwise"]);
    model.dispose();
  });

  it("adds no penalty to the loss, as in Keras", async () => {
    const [trained, frozen] = [threeLayers(), threeLayers({ frozen: ["conv"] })];
    const [with_, without] = [await trained.evaluate(data), await frozen.evaluate(data)];
    const kernel = trained.getLayer("conv").weights[0]!.values;
    const penalty = 0.5 * kernel.reduce((sum, value) => sum + value * value, 0);
    expect(penalty).toBeGreaterThan(0.1);
    expect(with_.loss - without.loss).toBeCloseTo(penalty, 5);
    const epochs = [await oneEpoch(trained)(), await oneEpoch(frozen)()].map(
      (history) => history.epochs[0]!.loss,
    );
    expect(epochs[0]! - epochs[1]!).toBeGreaterThan(0.1);
    trained.dispose();
    frozen.dispose();
  });

  it("counts as non-trainable in the summary", () => {
    const model = threeLayers({ frozen: ["conv"] });
    expect(model.summary()).toContain(
      [
        "Total params: 275 (1.07 KiB)",
        "Trainable params: 235 (0.92 KiB)",
        "Non-trainable params: 40 (0.16 KiB)",
      ].join("\n"),
    );
    expect(threeLayers().summary()).not.toContain("rainable");
  });

  it("is still frozen in a model read from JSON", () => {
    const model = threeLayers({ frozen: ["conv"] });
    const again = modelFromJson("test", JSON.parse(JSON.stringify(model.toJson())));
    expect(again.layers.map(({ trainable }) => trainable)).toEqual([false, true, true, true]);
  });
});

describe("a model's weights", () => {
  it("can be copied from one model to another", async () => {
    const [one, two] = [threeLayers(), threeLayers({ seed: 6 })];
    const outputs = await one.predict(data);
    expect(await two.predict(data)).not.toEqual(outputs);
    expect(one.getWeights().map(({ shape }) => shape)).toEqual([
      ...[[3, 3, 1, 4], [4], [3, 3, 4, 1], [4]],
      ...[[64, 3], [3]],
    ]);
    two.setWeights(one.getWeights());
    expect(await two.predict(data)).toEqual(outputs);
    one.dispose();
    two.dispose();
  });

  it("are set only if all are passed, with the right shapes", () => {
    const model = threeLayers();
    const weights = model.getWeights();
    expect(() => model.setWeights(weights.slice(2))).toThrow(
      "setWeights: expected 6 arrays of weights, received 4. Pass them all, in the order of getWeights.",
    );
    expect(() => model.setWeights([...weights.slice(0, 5), weights[1]!])).toThrow(
      "setWeights: expected weight head/bias [3], received [4] of 4 values. Pass them all, in the order of getWeights.",
    );
  });
});

describe("getLayer", () => {
  it("finds a layer by its name, or lists the names", () => {
    const model = threeLayers();
    expect(model.getLayer("depthwise")).toBe(model.layers[1]);
    expect(() => model.getLayer("tail")).toThrow(
      'getLayer: expected one of "conv", "depthwise", "flatten", "head", received "tail". Choose one of them.',
    );
  });
});

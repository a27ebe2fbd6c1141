import { describe, expect, it } from "vitest";
import { serialize } from "../base/registry.js";
import { L1 } from "../regularizers/index.js";
import { BatchNormalization, GroupNormalization, type Layer, LayerNormalization, layers } from "./index.js";

function built<L extends Layer>(layer: L, shape: readonly number[]): L {
  layer.build([shape], { name: layer.name, seed: 1, position: 0, weightsBefore: 0 });
  return layer;
}

describe("BatchNormalization", () => {
  it("has Keras's weights, two of them non-trainable", () => {
    const layer = built(new BatchNormalization({ name: "norm" }), [5, 7, 3]);
    expect(layer.weights.map(({ name, values, trainable }) => [name, [...values], trainable])).toEqual([
      ["norm/gamma", [1, 1, 1], true],
      ["norm/beta", [0, 0, 0], true],
      ["norm/moving_mean", [0, 0, 0], false],
      ["norm/moving_variance", [1, 1, 1], false],
    ]);
    expect(layer.outputShape([5, 7, 3])).toEqual([5, 7, 3]);
    const bare = built(new BatchNormalization({ center: false, scale: false }), [4]);
    expect(bare.weights.length).toBe(2);
  });

  it("has Keras's defaults, and is read back from its configuration", () => {
    expect(new BatchNormalization().getConfig()).toEqual({
      name: "BatchNormalization",
      trainable: true,
      axis: -1,
      momentum: 0.99,
      epsilon: 1e-3,
      center: true,
      scale: true,
      beta_regularizer: null,
      gamma_regularizer: null,
      beta_initializer: serialize({ className: "Zeros", getConfig: () => ({}) }),
      gamma_initializer: serialize({ className: "Ones", getConfig: () => ({}) }),
      moving_mean_initializer: serialize({ className: "Zeros", getConfig: () => ({}) }),
      moving_variance_initializer: serialize({ className: "Ones", getConfig: () => ({}) }),
    });
    const layer = new BatchNormalization({
      name: "norm",
      trainable: false,
      momentum: 0.9,
      epsilon: 1e-5,
      scale: false,
      betaInitializer: "ones",
      movingMeanInitializer: "ones",
      betaRegularizer: new L1(0.25),
    });
    const again: Layer = layers.deserialize("test", JSON.parse(JSON.stringify(serialize(layer))));
    expect(again.getConfig()).toEqual(layer.getConfig());
    expect(built(again, [2]).lower([2])).toEqual(built<Layer>(layer, [2]).lower([2]));
  });

  it.each<[unknown, () => unknown, string]>([
    [
      "a momentum above 1",
      () => new BatchNormalization({ momentum: 1.5, name: "norm" }),
      'BatchNormalization "norm": expected momentum to be from 0 to 1, received 1.5. Correct momentum, or omit it.',
    ],
    [
      "a negative epsilon",
      () => new BatchNormalization({ epsilon: -1 }),
      "BatchNormalization: expected epsilon to be a number of at least 0, received -1.",
    ],
    [
      "an axis other than the last",
      () =>
        layers
          .deserialize("test", { class_name: "BatchNormalization", config: { axis: 1 } })
          .outputShape([28, 28, 8]),
      "BatchNormalization: expected axis to be the last of [batch, 28, 28, 8], which is -1 or 3, received 1. Heddle has the channels last: omit axis, or build the model with data_format channels_last.",
    ],
    [
      "two axes",
      () => new BatchNormalization({ axis: [1, 2] as never }),
      "BatchNormalization: expected axis to be a whole number or a list of one, received [1,2].",
    ],
    [
      "renormalization",
      () => layers.deserialize("test", { class_name: "BatchNormalization", config: { renorm: true } }),
      "BatchNormalization: expected renorm to be false, received true.",
    ],
  ])("refuses %s", (_, create, message) => {
    expect(create).toThrow(message);
  });
});

describe("LayerNormalization", () => {
  it("has weights with the sizes of its axes, which count from either end", () => {
    const shapes = (axis: number | readonly number[]) =>
      built(new LayerNormalization({ axis }), [4, 5, 6]).weights.map(({ shape }) => shape);
    expect(shapes(-1)).toEqual([[6], [6]]);
    expect(shapes(3)).toEqual([[6], [6]]);
    expect(shapes([-2, -1])).toEqual([
      [5, 6],
      [5, 6],
    ]);
    expect(shapes([3, 1, 2])[0]).toEqual([4, 5, 6]);
  });

  it("is read back from its configuration", () => {
    const layer = new LayerNormalization({
      axis: [1, 2],
      epsilon: 1e-6,
      center: false,
      gammaInitializer: "zeros",
    });
    const again = layers.deserialize("test", JSON.parse(JSON.stringify(serialize(layer))));
    expect(again.getConfig()).toEqual(layer.getConfig());
    expect(new LayerNormalization().getConfig()).toMatchObject({
      axis: [-1],
      epsilon: 1e-3,
      center: true,
      scale: true,
    });
  });

  it.each([[[-2]], [[-1, -3]], [[0, 1, 2, 3]], [[]], [[7]]])(
    "refuses axes that are not the last ones: %j",
    (axis) => {
      expect(() => new LayerNormalization({ axis }).outputShape([4, 5, 6])).toThrow(
        `LayerNormalization: expected axis to name the last of the input's axes 1 to 3, or several up to the last, received [${axis}]. Correct axis.`,
      );
    },
  );
});

describe("GroupNormalization", () => {
  it("has weights for each channel, and is read back from its configuration", () => {
    const layer = new GroupNormalization({ groups: 2, epsilon: 1e-6, scale: false, name: "norm" });
    expect(built(layer, [4, 5, 6]).weights.map(({ name, shape }) => [name, shape])).toEqual([
      ["norm/beta", [6]],
    ]);
    const again = layers.deserialize("test", JSON.parse(JSON.stringify(serialize(layer))));
    expect(again.getConfig()).toEqual(layer.getConfig());
    expect(new GroupNormalization().getConfig()).toMatchObject({ groups: 32, axis: -1, epsilon: 1e-3 });
  });

  it("moves nothing where the groups lie in order already", () => {
    const ops = (groups: number, shape: readonly number[]) =>
      built(new GroupNormalization({ groups }), shape)
        .lower(shape)
        .map(({ op }) => op);
    expect(ops(1, [4, 5, 6])).toEqual(["layerNormalization", "channelScale"]);
    expect(ops(3, [6])).toEqual(["layerNormalization", "channelScale"]);
    expect(ops(3, [2, 6]).filter((op) => op === "permute")).toHaveLength(2);
  });

  it.each<[object, readonly number[], string]>([
    [
      { groups: 0 },
      [4],
      "GroupNormalization: expected groups to be a whole number above 0, or -1 for each channel by itself, received 0. Correct groups, or omit it.",
    ],
    [
      { groups: 4 },
      [5, 6],
      "GroupNormalization: expected a multiple of 4 channels, one for each of the groups, received [batch, 5, 6]. Correct groups.",
    ],
    [
      { axis: 1 },
      [8, 8, 32],
      "GroupNormalization: expected axis to be the last of [batch, 8, 8, 32], which is -1 or 3",
    ],
  ])("refuses %j on %j", (options, shape, message) => {
    expect(() => new GroupNormalization(options).outputShape(shape)).toThrow(message);
  });
});

import { describe, expect, it } from "vitest";
import { Random } from "../base/random.js";
import { sizeOf } from "../base/shape.js";
import {
  Activation,
  BatchNormalization,
  Conv2D,
  GroupNormalization,
  type Layer,
  LeakyReLU,
  MultiHeadAttention,
  PReLU,
  ReLU,
  SeparableConv2D,
} from "../layers/index.js";
import { Sequential } from "../model/sequential.js";
import { Input } from "../network/input.js";
import { unitNumbers } from "./unit.js";
import { placeOf } from "./unit-numbers.js";

/** A layer on random numbers, with random weights; variances are positive. */
function built(layer: Layer, shape: readonly number[]) {
  const model = new Sequential([new Input(shape), layer]);
  const random = new Random(5, "split");
  for (const weight of model.weights) {
    const low = weight.name.endsWith("variance") ? 0.5 : -1;
    weight.assign(Float32Array.from({ length: sizeOf(weight.shape) }, () => low + 1.5 * random.uniform()));
  }
  const values = Float32Array.from({ length: sizeOf(shape) }, () => random.uniform() - 0.4);
  return { layer, values, unitAt: (index: number) => unitNumbers(layer, [{ shape, values }], index) };
}

describe("unitNumbers", () => {
  it("names the place of each input in its window, and leaves padding out", () => {
    const { unitAt } = built(new Conv2D(1, 3, { padding: "same" }), [4, 4, 2]);
    // The upper left corner sees four of nine pixels.
    expect(unitAt(0)!.terms.map(({ tap, channel }) => [tap, channel])).toEqual([
      [4, 0],
      [4, 1],
      [5, 0],
      [5, 1],
      [7, 0],
      [7, 1],
      [8, 0],
      [8, 1],
    ]);
    expect(unitAt(0)!.window).toEqual([3, 3]);
    expect(unitAt(5)!.terms).toHaveLength(18);
    expect(placeOf(unitAt(5)!.terms[3]!.index, [4, 4, 2])).toEqual([0, 1, 1]);
  });

  it.each<[string, Layer]>([
    ["by the group", new GroupNormalization({ groups: 2 })],
    ["by moving statistics", new BatchNormalization()],
  ])("says of normalization %s what it makes of the one value at its place", (_, layer) => {
    const { unitAt, values } = built(layer, [3, 2, 4]);
    const { terms, isInside } = unitAt(17)!;
    expect(terms).toHaveLength(1);
    expect(terms[0]).toMatchObject({ index: 17, input: values[17] });
    expect(isInside).toBeUndefined();
  });

  it("says that the second half of a layer reads what the first half makes", () => {
    const { unitAt } = built(new SeparableConv2D(3, 3, { depthMultiplier: 2 }), [5, 5, 2]);
    expect(unitAt(0)).toMatchObject({ isInside: true, window: [1, 1] });
    expect(unitAt(0)!.terms).toHaveLength(4);
  });

  it("takes attention apart into what its heads answer", () => {
    const attention = new MultiHeadAttention(2, 3);
    const tokens = [4, 2];
    attention.build([tokens, tokens], { name: "attention", seed: 1, position: 0, weightsBefore: 0 });
    const value = { shape: tokens, values: new Float32Array(8).fill(1) };
    const numbers = unitNumbers(attention, [value, value], 5)!;
    expect(numbers).toMatchObject({ how: "sum", isInside: true });
    expect(numbers.terms).toHaveLength(6);
  });

  it("names the activations that follow, with their settings", () => {
    const activationsOf = (layer: Layer) => built(layer, [3, 3, 1]).unitAt(4)!.activations;
    expect(activationsOf(new Activation("softmax"))).toEqual([{ name: "softmax", settings: {} }]);
    expect(activationsOf(new LeakyReLU({ negativeSlope: 0.1 }))).toEqual([
      { name: "leakyRelu", settings: { slope: 0.1 } },
    ]);
    expect(activationsOf(new ReLU({ maxValue: 6 }))).toEqual([
      { name: "relu", settings: { slope: 0, threshold: 0, maximum: 6 } },
    ]);
    const prelu = new PReLU();
    const activations = activationsOf(prelu);
    expect(activations).toEqual([{ name: "prelu", settings: { slope: prelu.weights[0]!.values[4] } }]);
  });

  it("says of a layer of one's own that computes on after an activation that it cannot", () => {
    class Bent extends Conv2D {
      override lower(input: readonly number[]) {
        const nodes = super.lower(input);
        return [{ op: "relu", owner: this.name } as const, ...nodes];
      }
    }
    expect(built(new Bent(1, 1), [2, 2, 1]).unitAt(0)).toBeUndefined();
  });
});

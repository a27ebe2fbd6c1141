// Constraints on weights, in training.
import { afterAll, describe, expect, it } from "vitest";
import { type Constraint, MaxNorm, NonNeg, UnitNorm } from "../constraints/index.js";
import { Conv2D, Dense, DepthwiseConv2D, Flatten, type Layer, SeparableConv2D } from "../layers/index.js";
import { Input } from "../network/input.js";
import type { Weight } from "../ops/weight.js";
import { SGD } from "../optimizers/index.js";
import { Sequential } from "./sequential.js";
import { asFloats, tinyImages } from "./tiny-model.testing.js";

const data = asFloats(tinyImages(60));
for (let index = 0; index < data.images.length; index++) data.images[index]! /= 255;
const models: Sequential[] = [];
afterAll(() => {
  for (const model of models) model.dispose();
});

async function trained(layer: Layer): Promise<readonly Weight[]> {
  const first = new Conv2D(2, 1, { trainable: false });
  const end = [new Flatten(), new Dense(3, { activation: "softmax" })];
  const model = new Sequential([new Input([8, 8, 1]), first, layer, ...end], { seed: 2 });
  model.compile({ threads: 2, optimizer: new SGD({ learningRate: 0.5 }) });
  models.push(model);
  await model.fit(data, { epochs: 3, batchSize: 20 });
  return layer.weights;
}

/** The lengths of a weight's vectors: along its first axes, all but the last `last`. */
function lengths({ values, shape }: Weight, last: number): number[] {
  const columns = shape.slice(shape.length - last).reduce((product, size) => product * size, 1);
  const sums = new Array<number>(columns).fill(0);
  values.forEach((value, index) => {
    sums[index % columns]! += value * value;
  });
  return sums.map(Math.sqrt);
}

type Make = (constraint: Constraint | undefined) => Layer;
const optionOf = (name: string, constraint: Constraint | undefined) =>
  constraint ? { [name]: constraint } : {};

describe("a constraint holds during training", () => {
  it.each<[string, number, number, Make]>([
    ["Conv2D's kernel", 0, 1, (one) => new Conv2D(4, 3, optionOf("kernelConstraint", one))],
    ["DepthwiseConv2D's kernel", 0, 2, (one) => new DepthwiseConv2D(3, optionOf("depthwiseConstraint", one))],
    [
      "SeparableConv2D's depthwise kernel",
      0,
      2,
      (one) => new SeparableConv2D(4, 3, optionOf("depthwiseConstraint", one)),
    ],
    [
      "SeparableConv2D's pointwise kernel",
      1,
      1,
      (one) => new SeparableConv2D(4, 3, optionOf("pointwiseConstraint", one)),
    ],
  ])("for %s", async (_, index, last, make) => {
    const axis = Array.from({ length: 4 - last }, (_axis, at) => at);
    const free = (await trained(make(undefined)))[index]!;
    const bound = 0.8 * Math.max(...lengths(free, last));
    const held = (await trained(make(new MaxNorm(bound, { axis }))))[index]!;
    for (const length of lengths(held, last)) expect(length).toBeLessThanOrEqual(bound * (1 + 1e-6));
    expect(Math.max(...lengths(held, last))).toBeGreaterThan(0.99 * bound);
    const unit = (await trained(make(new UnitNorm({ axis }))))[index]!;
    for (const length of lengths(unit, last)) expect(length).toBeCloseTo(1, 5);
    expect(free.values.some((value) => value < 0)).toBe(true);
    const positive = (await trained(make(new NonNeg())))[index]!;
    expect(positive.values.every((value) => value >= 0)).toBe(true);
    expect(positive.values.some((value) => value > 0)).toBe(true);
  });

  it("for a bias", async () => {
    const nonNeg = { biasConstraint: new NonNeg() };
    for (const layer of [new DepthwiseConv2D(3, nonNeg), new SeparableConv2D(4, 3, nonNeg)]) {
      const bias = (await trained(layer)).at(-1)!;
      expect(bias.values.every((value) => value >= 0)).toBe(true);
      expect(bias.values.some((value) => value > 0)).toBe(true);
    }
  });
});

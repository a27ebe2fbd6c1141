import { expect, it } from "vitest";
import { BatchNormalization, Conv2D, Dense, Flatten } from "../layers/index.js";
import { Sequential } from "../model/sequential.js";
import { Input } from "../network/input.js";
import { slowestMomentum, stepsToForget } from "./moving-averages.js";

const chain = (...layers: ConstructorParameters<typeof Sequential>[0]) =>
  new Sequential([new Input([4, 4, 1]), new Conv2D(2, 3), ...layers, new Flatten(), new Dense(2)]).toJson();

it("finds the slowest moving averages of a model, however deep they lie", () => {
  expect(slowestMomentum(chain())).toBeUndefined();
  expect(slowestMomentum(chain(new BatchNormalization()))).toBe(0.99);
  const two = chain(new BatchNormalization({ momentum: 0.9 }), new BatchNormalization({ momentum: 0.95 }));
  expect(slowestMomentum({ class_name: "Sequential", config: { layers: [two, chain()] } })).toBe(0.95);
  expect(slowestMomentum(chain(new BatchNormalization({ trainable: false })))).toBeUndefined();
  expect(slowestMomentum({ class_name: "BatchNormalization", config: {} })).toBe(0.99);
  expect(slowestMomentum(undefined)).toBeUndefined();
});

it("moving averages need as many steps as leave a thousandth of their first values", () => {
  expect([0, 0.9, 0.99, 0.999].map(stepsToForget)).toEqual([0, 66, 688, 6905]);
  expect(0.99 ** 688).toBeLessThan(0.001);
  expect(stepsToForget(1)).toBe(Number.POSITIVE_INFINITY);
});

import { expect, it } from "vitest";
import { tinyCnn, tinyImages } from "../model/tiny-model.testing.js";
import { SGD } from "../optimizers/index.js";
import { sampleWeights } from "./sample-weights.js";

it("class weights become weights of samples, for class numbers and for one-hot rows", () => {
  const classWeight = { 0: 0.5, 2: 3 };
  const expected = Float32Array.of(3, 1, 0.5);
  expect(sampleWeights("fit", Int32Array.of(2, 1, 0), 3, { classWeight })).toEqual(expected);
  const rows = Float32Array.of(0, 0, 1, 0.2, 0.5, 0.3, 1, 0, 0);
  expect(sampleWeights("fit", rows, 3, { classWeight })).toEqual(expected);
  expect(sampleWeights("fit", rows, 3, {})).toBeUndefined();
});

it("class weights are refused for classes that the model does not have", () => {
  const of = (classWeight: Record<string, number>, classes?: number) => () =>
    sampleWeights("fit", Int32Array.of(0, 1), 2, { classWeight }, classes);
  expect(of({ 0: 1, 1: 2 }, 2)()).toEqual(Float32Array.of(1, 2));
  expect(of({ 2: 1 }, 2)).toThrow(
    'fit: expected classWeight to name classes, 0 to 1, received "2". Correct `classWeight`.',
  );
  expect(of({ sneaker: 1 })).toThrow(
    'fit: expected classWeight to name classes, numbers from 0, received "sneaker". Correct `classWeight`.',
  );
});

it("class weights are refused if they are not finite", () => {
  const sampleWeight = [1, Number.NaN];
  expect(() => sampleWeights("fit", Int32Array.of(0, 1), 2, { sampleWeight })).toThrow(
    "fit: expected finite weights, received NaN at sample 1. Correct `sampleWeight`.",
  );
});

it("weighted samples train to the same weights on any number of threads", async () => {
  const data = tinyImages(50);
  const sampleWeight = Float32Array.from({ length: 50 }, (_, index) => (index % 7) / 3);
  const shas = new Set<string>();
  for (const threads of [1, 2, 4]) {
    const model = tinyCnn();
    model.compile({ optimizer: new SGD({}), threads });
    await model.fit(data, { batchSize: 16, epochs: 2, sampleWeight });
    shas.add(await model.weightsSha256());
    model.dispose();
  }
  expect(shas.size).toBe(1);
});

import { afterEach, describe, expect, it } from "vitest";
import { importModel } from "../import-model.js";
import { kerasCases, kerasFile, largestDifference, samplesOf } from "./golden-files.testing.js";

const cases = await kerasCases();
let model: Awaited<ReturnType<typeof importModel>> | undefined;
afterEach(() => model?.dispose());

async function imported(name: string) {
  const warnings: string[] = [];
  model = await importModel(
    { [name]: await kerasFile(name) },
    { onWarning: (message) => warnings.push(message) },
  );
  expect(warnings).toEqual([]);
  return model;
}

describe("Keras archives", () => {
  it.each([...cases.keys()])("predict what real Keras predicts: %s", async (name) => {
    const one = cases.get(name)!;
    const own = await imported(name);
    expect(largestDifference(await own.predict(samplesOf(one)), one.predictions)).toBeLessThan(1e-6);
  });

  it.each([...cases.keys()].filter((name) => cases.get(name)!.trained))(
    "train on as real Keras does, from the optimizer's state: %s",
    async (name) => {
      const one = cases.get(name)!;
      const own = await imported(name);
      await own.fit(samplesOf(one), { epochs: 3, batchSize: 4, shuffle: false });
      expect(largestDifference(await own.predict(samplesOf(one)), one.trained!)).toBeLessThan(1e-4);
    },
  );
});

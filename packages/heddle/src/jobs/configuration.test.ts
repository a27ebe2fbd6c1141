import { generateFashionSketch } from "@heddle/core/data";
import { trainingOf } from "@heddle/core/internal/recipes/build-training.js";
import { resolveSettings } from "@heddle/core/internal/recipes/resolve-settings.js";
import { expect, it } from "vitest";
import { configurationOf, readConfiguration } from "./configuration.js";

const dataset = generateFashionSketch({ train: 120, test: 20 });
const settings = resolveSettings(
  { limit: 100, validationSplit: 0.2, earlyStopping: 2, classWeights: "balanced" },
  { epochs: 3 },
);

it("a configuration holds all that decides what is trained", () => {
  const training = trainingOf(settings, dataset);
  const configuration = configurationOf({ ...training, recipe: { heddleRecipe: 1 } });
  expect(configuration["recipe"]).toEqual({ heddleRecipe: 1 });
  const record = { configuration, seed: 42 } as unknown as Parameters<typeof readConfiguration>[1];
  const read = readConfiguration("run.json", record);
  const { dataset: _, threads: __, model, optimizer, loss, ...numbers } = training;
  expect(read).toMatchObject(numbers);
  expect(read.model.toJson()).toEqual(model.toJson());
  expect(read.optimizer).toEqual(optimizer);
  // A run of an older version has none of the new words.
  const { validationSplit: a, earlyStopping: b, classWeights: c, ...old } = configuration;
  const readOld = readConfiguration("run.json", { ...record, configuration: old });
  expect([readOld.validationSplit, readOld.earlyStopping, readOld.classWeights]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

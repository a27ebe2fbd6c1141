import { describe, expect, it } from "vitest";
import type { JsonObject } from "../base/json.js";
import { readRecipe, readRunRecipe, recipeOf } from "./recipe.js";
import { resolveSettings } from "./resolve-settings.js";

describe("readRecipe", () => {
  it.each([
    [{ heddleRecipe: 2 }, 'r.json: expected "heddleRecipe" to be 1, received 2.'],
    [
      { heddleRecipe: 1, epoch: 3 },
      'r.json: expected settings of a training, received "epoch". Did you mean epochs?',
    ],
    [{ heddleRecipe: 1, threads: 3 }, 'received "threads". Choose one of model, data,'],
    [
      { heddleRecipe: 1, epochs: "3" },
      'r.json, "epochs": expected a whole number of at least 1, received "3". Correct epochs.',
    ],
    [
      { heddleRecipe: 1, optimizer: "Adam" },
      'r.json, "optimizer": expected one of sgd, adam, adamw, rmsprop, muon, received "Adam". Did you mean adam?',
    ],
    [{ heddleRecipe: 1, l2: null }, 'r.json, "l2": expected a number from 0 to 1, received null.'],
    [{ heddleRecipe: 1, title: 3 }, 'expected "title" to be a text, received number.'],
  ] as [JsonObject, string][])("refuses %j", (json, message) => {
    expect(() => readRecipe("r.json", json)).toThrow(message);
  });
});

describe("readRunRecipe", () => {
  it("reads back the settings that recipeOf wrote", () => {
    const recipe = recipeOf(resolveSettings({ limit: 100, augment: {} }, { optimizer: "sgd" }));
    expect(recipe).toMatchObject({ heddleRecipe: 1, limit: 100, momentum: 0.9, seed: 42 });
    expect(readRunRecipe("run.json", JSON.parse(JSON.stringify(recipe)))).toEqual(recipe);
  });

  it("refuses a recipe that leaves a setting to the defaults", () => {
    const recipe = JSON.stringify({ ...recipeOf(resolveSettings({}, {})), seed: undefined });
    expect(() => readRunRecipe("run.json", JSON.parse(recipe))).toThrow(
      'run.json, "seed": expected a whole number of at least 0, received nothing. Restore the file, or start a new run.',
    );
  });
});

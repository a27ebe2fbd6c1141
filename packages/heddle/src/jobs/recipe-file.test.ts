import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { readTextFile } from "@heddle/core/internal/base/files-node.js";
import type { JsonObject } from "@heddle/core/internal/base/json.js";
import { defaultSettings, resolveSettings } from "@heddle/core/internal/recipes/resolve-settings.js";
import { afterAll, describe, expect, it } from "vitest";
import { openRecipe, readRecipe, recipeNames, writeRecipe } from "./recipe-file.js";

const folder = mkdtempSync(join(tmpdir(), "heddle-recipes-"));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, json: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify(json));
  return path;
}

describe("the recipes of the package", () => {
  it("are there by name, whole and sound", async () => {
    expect(await recipeNames()).toEqual(["augmented", "quick", "study"]);
    for (const name of await recipeNames()) {
      const { settings } = await openRecipe(name);
      expect(resolveSettings(settings, {})).toEqual(resolveSettings(settings, {}));
      expect(settings.epochs).toBeGreaterThan(0);
    }
  });

  it("have the study's as what is done where nothing is said", async () => {
    const { settings } = await openRecipe("study");
    const { data, ...others } = settings;
    expect(data).toBe("fashion-mnist");
    expect(others).toEqual({ ...defaultSettings, learningRate: 0.003 });
    expect((await openRecipe()).settings).toEqual({});
  });
});

describe("openRecipe", () => {
  it("reads what was written", async () => {
    const path = join(folder, "written.json");
    const settings = resolveSettings(
      { augment: { flip: "both" }, validationSplit: 0.1 },
      { earlyStopping: 4 },
    );
    await writeRecipe(path, settings);
    expect((await openRecipe(path)).settings).toEqual(settings);
    expect(JSON.parse(await readTextFile(path))).toMatchObject({
      heddleRecipe: 1,
      augment: { flip: "both" },
    });
  });

  it("reads a model's file, and one that a recipe names from where it lies", async () => {
    const model = { class_name: "Sequential", config: { layers: [] } };
    const path = file("model.json", model);
    expect(await openRecipe(path)).toEqual({ settings: { model }, who: path });
    const saved = mkdtempSync(join(folder, "saved-"));
    writeFileSync(join(saved, "config.json"), JSON.stringify(model));
    expect((await openRecipe(saved)).settings).toEqual({ model });
    const recipe = file("with-model.json", { heddleRecipe: 1, model: "model.json", epochs: 2 });
    expect(await openRecipe(recipe)).toEqual({ settings: { model, epochs: 2 }, who: path });
  });

  it("reads the recipe of a run", async () => {
    const run = file("run.json", {
      formatVersion: 1,
      configuration: { recipe: { heddleRecipe: 1, seed: 3 } },
    });
    expect((await openRecipe(run)).settings).toEqual({ seed: 3 });
    expect((await openRecipe(folder)).settings).toEqual({ seed: 3 });
    expect((await openRecipe(basename(folder), dirname(folder))).settings).toEqual({ seed: 3 });
    await expect(openRecipe(file("old.json", { configuration: { epochs: 2 } }))).rejects.toThrow(
      'expected a run with a recipe in its "configuration"',
    );
  });

  it("says what there is where there is no such thing", async () => {
    await expect(openRecipe("quik")).rejects.toThrow(
      "Recipe quik: expected a recipe of Heddle's (augmented, quick, study), a run, or a model's file or folder, received none of them. Did you mean quick?",
    );
    await expect(openRecipe(mkdtempSync(join(folder, "empty-")))).rejects.toThrow("received none of them.");
    await expect(openRecipe(file("unmarked.json", { epochs: 3 }))).rejects.toThrow(
      'Add "heddleRecipe": 1 to it.',
    );
  });
});

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

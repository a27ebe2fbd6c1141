import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { readTextFile } from "@heddle/core/internal/base/files-node.js";
import { defaultSettings, resolveSettings } from "@heddle/core/internal/recipes/resolve-settings.js";
import { afterAll, describe, expect, it } from "vitest";
import { openRecipe, recipeNames, writeRecipe } from "./recipe-file.js";

const folder = mkdtempSync(join(tmpdir(), "heddle-recipes-"));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, json: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify(json));
  return path;
}

describe("the recipes of the package", () => {
  it("are found by name, and are valid", async () => {
    expect(await recipeNames()).toEqual(["augmented", "quick", "study"]);
    for (const name of await recipeNames()) {
      const { settings } = await openRecipe(name);
      expect(resolveSettings(settings, {})).toEqual(resolveSettings(settings, {}));
      expect(settings.epochs).toBeGreaterThan(0);
    }
  });

  it("include the study's, which holds all defaults", async () => {
    const { settings } = await openRecipe("study");
    const { data, ...others } = settings;
    expect(data).toBe("fashion-mnist");
    expect(others).toEqual({ ...defaultSettings, learningRate: 0.003 });
    expect((await openRecipe()).settings).toEqual({});
  });
});

describe("openRecipe", () => {
  it("reads a recipe back as it was written", async () => {
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

  it("is never written over anything but a recipe", async () => {
    const { settings } = await openRecipe("quick");
    for (const [name, text] of [
      ["keep.txt", "precious"],
      ["package.json", '{"name":"mine"}'],
      ["list.json", "[]"],
      ["null.json", "null"],
    ] as const) {
      const path = join(folder, name);
      writeFileSync(path, text);
      await expect(writeRecipe(path, settings)).rejects.toThrow(
        `File ${path}: expected a recipe, which is replaced, or no file, received something else.`,
      );
      expect(readFileSync(path, "utf8")).toBe(text);
    }
    await expect(writeRecipe(folder, settings)).rejects.toThrow("received a folder");
    await expect(writeRecipe("", settings)).rejects.toThrow("Recipe: expected a path");
    const path = join(folder, "again.json");
    writeFileSync(path, "");
    await writeRecipe(path, settings);
    await writeRecipe(path, { ...settings, epochs: 3 });
    expect((await openRecipe(path)).settings.epochs).toBe(3);
  });

  it("reads a model's file, and a model that a recipe names relative to its own folder", async () => {
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
      formatVersion: 2,
      recipe: { heddleRecipe: 1, seed: 3 },
    });
    expect((await openRecipe(run)).settings).toEqual({ seed: 3 });
    expect((await openRecipe(folder)).settings).toEqual({ seed: 3 });
    expect((await openRecipe(basename(folder), dirname(folder))).settings).toEqual({ seed: 3 });
    await expect(
      openRecipe(file("old.json", { formatVersion: 1, configuration: { epochs: 2 } })),
    ).rejects.toThrow(
      "expected a run with a recipe, received a run of a version of Heddle before its release",
    );
  });

  it("lists the recipes if there is none of that name", async () => {
    await expect(openRecipe("quik")).rejects.toThrow(
      "Recipe quik: expected a recipe of Heddle's (augmented, quick, study), a run, or a model's file or folder, received none of them. Did you mean quick?",
    );
    await expect(openRecipe(mkdtempSync(join(folder, "empty-")))).rejects.toThrow("received none of them.");
    await expect(openRecipe(file("unmarked.json", { epochs: 3 }))).rejects.toThrow(
      'Add "heddleRecipe": 1 to it.',
    );
  });
});

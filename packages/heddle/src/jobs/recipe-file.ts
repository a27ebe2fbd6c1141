import { readdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { checkPath } from "@heddle/core/internal/base/check-path.js";
import { didYouMean } from "@heddle/core/internal/base/closest.js";
import { HeddleError } from "@heddle/core/internal/base/errors.js";
import { isFile, readTextFile, writeFileAtomic } from "@heddle/core/internal/base/files-node.js";
import { isJsonObject, type Json, type JsonObject, parseJson } from "@heddle/core/internal/base/json.js";
import { RECIPE_VERSION, readRecipe, recipeOf } from "@heddle/core/internal/recipes/recipe.js";
import { type GivenSettings, settingNames } from "@heddle/core/internal/recipes/settings.js";
import { DEFAULT_RUNS_FOLDER, RunFolder } from "../runs/run-folder.js";
import { refuseOther } from "../system/ours.js";

/** The folder of the package's recipes. */
const PACKAGE_RECIPES = fileURLToPath(new URL("../../recipes/", import.meta.url));

/** A recipe, read. */
export interface OpenedRecipe {
  /** Its settings; none for the study, whose settings are the defaults. */
  readonly settings: GivenSettings;
  /** The model's source, for messages. */
  readonly who: string;
}

/** The names of the recipes in this package. */
export async function recipeNames(): Promise<readonly string[]> {
  const files = await readdir(PACKAGE_RECIPES);
  return files
    .filter((file) => file.endsWith(".json"))
    .map((file) => file.slice(0, -".json".length))
    .sort();
}

/**
 * Opens a recipe by name or by its file, a model's file or folder, or a run: its folder, its `run.json`, its id or
 * `latest`.
 *
 * @param what by default the study's recipe, which is all defaults
 * @param runsFolder the folder of all runs; `runs` by default
 * @throws HeddleError that says which part of the file is wrong, or which recipes there are
 */
export async function openRecipe(
  what?: string,
  runsFolder: string = DEFAULT_RUNS_FOLDER,
): Promise<OpenedRecipe> {
  if (what === undefined) return { settings: {}, who: "study" };
  const names = await recipeNames();
  const path = names.includes(what)
    ? join(PACKAGE_RECIPES, `${what}.json`)
    : await fileOf(what, names, runsFolder);
  const json = parseJson(path, await readTextFile(path));
  if (isJsonObject(json)) {
    if (json["heddleRecipe"] !== undefined) return fromRecipe(path, json);
    if (json["formatVersion"] !== undefined) return fromRun(path, json);
    const unmarked = json["class_name"] === undefined && settingNames.some((name) => name in json);
    if (unmarked) {
      throw new HeddleError({
        who: path,
        expected: `"heddleRecipe": ${RECIPE_VERSION} in a recipe`,
        received: "none",
        next: `Add "heddleRecipe": ${RECIPE_VERSION} to it.`,
      });
    }
  }
  return { settings: { model: json as JsonObject }, who: path };
}

/**
 * Checks, before anything is read, that a recipe may be written to a path.
 *
 * @throws HeddleError when there is anything but a recipe
 */
export async function checkRecipePath(path: string): Promise<void> {
  await refuseOther(checkPath("Recipe", path), "a recipe", isRecipe);
}

function isRecipe(text: string): boolean {
  try {
    const json = JSON.parse(text) as Json;
    return isJsonObject(json) && json["heddleRecipe"] !== undefined;
  } catch {
    return false;
  }
}

/**
 * Writes settings as a recipe.
 *
 * @throws HeddleError when the file cannot be written, or is anything but a recipe
 */
export async function writeRecipe(path: string, settings: GivenSettings): Promise<void> {
  await checkRecipePath(path);
  await writeFileAtomic(path, `${JSON.stringify(recipeOf(settings), null, 2)}\n`);
}

/** A recipe may name the file of its model, relative to its own folder. */
async function fromRecipe(path: string, json: JsonObject): Promise<OpenedRecipe> {
  const { model } = json;
  if (typeof model !== "string" || !model.endsWith(".json")) {
    return { settings: readRecipe(path, json), who: path };
  }
  const file = join(dirname(path), model);
  const read = parseJson(file, await readTextFile(file));
  return { settings: readRecipe(path, { ...json, model: read as JsonObject }), who: file };
}

/** The settings of a run, with `model` as they name it, so that the study's model also fits different data. */
function fromRun(path: string, { recipe }: JsonObject): OpenedRecipe {
  if (isJsonObject(recipe)) return { settings: readRecipe(`${path}, "recipe"`, recipe), who: path };
  throw new HeddleError({
    who: path,
    expected: "a run with a recipe",
    received: "a run of a version of Heddle before its release",
    next: "Train its model/config.json, with the options in its command.",
  });
}

/** A file, the `run.json` of a run, or the `config.json` of a model's folder. */
async function fileOf(what: string, names: readonly string[], runsFolder: string): Promise<string> {
  const found = await stat(what).catch(() => undefined);
  if (found?.isDirectory()) {
    for (const name of ["run.json", "config.json"]) {
      if (await isFile(join(what, name))) return join(what, name);
    }
  } else if (found || /[./\\]/.test(what)) {
    return what;
  }
  const run = await RunFolder.open(what, runsFolder).catch(() => undefined);
  if (run) return run.recordPath;
  throw new HeddleError({
    who: `Recipe ${what}`,
    expected: `a recipe of Heddle's (${names.join(", ")}), a run, or a model's file or folder`,
    received: "none of them",
    next: didYouMean(what, names),
  });
}

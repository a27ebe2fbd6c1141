import { readdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { didYouMean } from "@heddle/core/internal/base/closest.js";
import { HeddleError } from "@heddle/core/internal/base/errors.js";
import { isFile, readTextFile, writeFileAtomic } from "@heddle/core/internal/base/files-node.js";
import { isJsonObject, type JsonObject, parseJson } from "@heddle/core/internal/base/json.js";
import {
  type GivenSettings,
  readSetting,
  type Settings,
  settingNames,
} from "@heddle/core/internal/recipes/settings.js";
import { DEFAULT_RUNS_FOLDER, RunFolder } from "../runs/run-folder.js";

/** Version of the format of recipes: what `heddleRecipe` says. */
export const RECIPE_VERSION = 1;

/** Where the recipes of the package lie. */
const PACKAGE_RECIPES = fileURLToPath(new URL("../../recipes/", import.meta.url));

/** What `heddle train` was given, read. */
export interface OpenedRecipe {
  /** Its settings; none for the study's, which are the defaults. */
  readonly settings: GivenSettings;
  /** The model's source, for messages. */
  readonly who: string;
}

/** The names of the recipes that come with Heddle. */
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
 * @param what the study's, which is all defaults, where nothing is given
 * @param runsFolder the folder of all runs; `runs` by default
 * @throws HeddleError that says which part of the file is wrong, or what else there is
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
    if (isJsonObject(json["configuration"])) return fromRun(path, json["configuration"]);
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
 * Reads a recipe.
 *
 * @param who the file, for errors
 * @throws HeddleError on a key that no recipe has, a value that does not fit, or another version
 */
export function readRecipe(who: string, json: JsonObject): GivenSettings {
  const { heddleRecipe: version, title, description, ...rest } = json;
  if (version !== RECIPE_VERSION) {
    throw new HeddleError({
      who,
      expected: `"heddleRecipe" to be ${RECIPE_VERSION}`,
      received: JSON.stringify(version) ?? "nothing",
      next: "Use a version of Heddle that knows this format, or write the recipe anew.",
    });
  }
  for (const [name, text] of Object.entries({ title, description })) {
    if (text === undefined || typeof text === "string") continue;
    throw new HeddleError({
      who,
      expected: `"${name}" to be a text`,
      received: typeof text,
      next: "Correct it.",
    });
  }
  const entries = Object.entries(rest).map(([key, value]) => {
    const name = settingNames.find((one) => one === key);
    if (name !== undefined) return [name, readSetting(`${who}, "${name}"`, name, value)];
    throw new HeddleError({
      who,
      expected: "settings of a training",
      received: `"${key}"`,
      next: didYouMean(key, [...settingNames, "title", "description"]),
    });
  });
  return Object.fromEntries(entries) as { [Name in keyof Settings]?: Settings[Name] };
}

/** Settings as the JSON of a recipe. */
export function recipeJson(settings: GivenSettings): JsonObject {
  const given = settingNames
    .filter((name) => settings[name] !== undefined)
    .map((name) => [name, settings[name]]);
  return { heddleRecipe: RECIPE_VERSION, ...Object.fromEntries(given) } as JsonObject;
}

/** Writes settings as a recipe. */
export async function writeRecipe(path: string, settings: GivenSettings): Promise<void> {
  await writeFileAtomic(path, `${JSON.stringify(recipeJson(settings), null, 2)}\n`);
}

/** A recipe may name the file of its model, as seen from its own folder. */
async function fromRecipe(path: string, json: JsonObject): Promise<OpenedRecipe> {
  const { model } = json;
  if (typeof model !== "string" || !model.endsWith(".json")) {
    return { settings: readRecipe(path, json), who: path };
  }
  const file = join(dirname(path), model);
  const read = parseJson(file, await readTextFile(file));
  return { settings: readRecipe(path, { ...json, model: read as JsonObject }), who: file };
}

function fromRun(path: string, { recipe }: JsonObject): OpenedRecipe {
  if (isJsonObject(recipe))
    return { settings: readRecipe(`${path}, "configuration.recipe"`, recipe), who: path };
  throw new HeddleError({
    who: path,
    expected: 'a run with a recipe in its "configuration"',
    received: "one of an older version, or not of heddle train",
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

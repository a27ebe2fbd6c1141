import { didYouMean } from "../base/closest.js";
import { HeddleError } from "../base/errors.js";
import type { JsonObject } from "../base/json.js";
import { defaultSettings, type ResolvedSettings } from "./resolve-settings.js";
import { type GivenSettings, readSetting, settingNames, settings } from "./settings.js";

/** Version of the format of recipes: what `heddleRecipe` says. */
export const RECIPE_VERSION = 1;

/** The recipe that a run keeps: every setting that it was trained with, defaults included. */
export type RunRecipe = { readonly heddleRecipe: typeof RECIPE_VERSION } & ResolvedSettings;

/**
 * Reads a recipe.
 *
 * @param who the file, for errors
 * @throws HeddleError on an unknown key, a value that does not fit, or a different version
 */
export function readRecipe(who: string, json: JsonObject): GivenSettings {
  const { heddleRecipe: version, title, description, ...rest } = json;
  if (version !== RECIPE_VERSION) {
    throw new HeddleError({
      who,
      expected: `"heddleRecipe" to be ${RECIPE_VERSION}`,
      received: JSON.stringify(version) ?? "nothing",
      next: "Use a version of Heddle that knows this format, or rewrite the recipe.",
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
  return Object.fromEntries(entries) as GivenSettings;
}

/**
 * Reads the recipe of a run, which must say everything: a default of today may differ from the one it was trained with.
 *
 * @param who the file and where in it the recipe is, for errors
 * @throws HeddleError as {@link readRecipe} does, and when a setting is missing
 */
export function readRunRecipe(who: string, json: JsonObject): RunRecipe {
  const given = readRecipe(who, json);
  for (const name of ["learningRate", ...Object.keys(defaultSettings)] as (keyof ResolvedSettings)[]) {
    if (given[name] !== undefined) continue;
    throw new HeddleError({
      who: `${who}, "${name}"`,
      expected: settings[name].expected,
      received: "nothing",
      next: "Restore the file, or start a new run.",
    });
  }
  return { heddleRecipe: RECIPE_VERSION, ...given } as RunRecipe; // none is missing
}

/** Settings as a recipe, in the order of the table of settings. */
export function recipeOf<Some extends GivenSettings>(
  chosen: Some,
): { readonly heddleRecipe: typeof RECIPE_VERSION } & Some {
  const entries = settingNames
    .filter((name) => chosen[name] !== undefined)
    .map((name) => [name, chosen[name]]);
  return { heddleRecipe: RECIPE_VERSION, ...Object.fromEntries(entries) };
}

import { dirname, join } from "node:path";
import { HeddleError } from "@heddle/core/internal/base/errors.js";
import { readTextFile } from "@heddle/core/internal/base/files-node.js";
import { isJsonObject, type Json, type JsonObject, parseJson } from "@heddle/core/internal/base/json.js";
import { checkValue, wholeFromTo } from "@heddle/core/internal/base/rules.js";
import { RECIPE_VERSION, readRecipe } from "@heddle/core/internal/recipes/recipe.js";
import type { GivenSettings } from "@heddle/core/internal/recipes/settings.js";
import { readSweep, SWEEP_VERSION, Sweep, type SweepOptions } from "@heddle/core/internal/sweep/sweep.js";
import { isModule, loadSweepModule, type SweepCode } from "./sweep-module.js";

/** A sweep's file, read. */
export interface OpenedSweep {
  readonly sweep: Sweep;
  /** As it is kept, models included. */
  readonly definition: JsonObject;
  /** What it sets for all trials, on top of the recipe. */
  readonly settings: GivenSettings;
  /** With how many seeds it trains a trial, if it says so. */
  readonly seeds: number | undefined;
  /** The module that it is in. */
  readonly code: SweepCode | undefined;
  /** The file, for errors. */
  readonly who: string;
}

/**
 * Reads a sweep's file: JSON, or a module whose default export is the definition.
 *
 * @param trials how many trials to begin, in place of what the file says
 * @throws HeddleError that says what is wrong in it
 */
export async function openSweepFile(path: string, trials: number | undefined): Promise<OpenedSweep> {
  if (isModule(path)) {
    const { definition, code } = await loadSweepModule(path);
    return opened(path, definition, { trials, code });
  }
  const definition = parseJson(path, await readTextFile(path));
  if (!isJsonObject(definition)) {
    const next = "docs/sweeps.md shows one.";
    throw new HeddleError({ who: path, expected: "a sweep: a JSON object", received: "another value", next });
  }
  return openDefinition(path, await withModels(path, definition), trials);
}

/**
 * Reads a definition.
 *
 * @param who where it is, for errors
 * @throws HeddleError that says what is wrong in it
 */
export function openDefinition(who: string, definition: JsonObject, trials: number | undefined): OpenedSweep {
  return opened(who, definition, { trials });
}

function opened(
  who: string,
  definition: object,
  { trials, code }: { readonly trials: number | undefined; readonly code?: SweepCode },
): OpenedSweep {
  const { seeds, settings, ...rest } = definition as Readonly<Record<string, unknown>>;
  const options = trials === undefined ? rest : { ...rest, trials };
  const sweep = code ? sweepOfCode(who, options) : readSweep(who, options as JsonObject);
  const kept = code ? { heddleSweep: SWEEP_VERSION, ...(sweep.definition as JsonObject) } : options;
  if (seeds !== undefined) checkValue(who, "seeds", seeds, wholeFromTo(1, 100));
  const shared = settings === undefined ? {} : sharedIn(who, settings);
  return {
    sweep,
    definition: {
      ...(kept as JsonObject),
      ...(seeds !== undefined && { seeds: seeds as number }),
      ...(settings !== undefined && { settings: settings as JsonObject }),
    },
    settings: shared,
    seeds: seeds as number | undefined,
    code,
    who,
  };
}

/** Constraints of a module may be functions. */
function sweepOfCode(who: string, options: Readonly<Record<string, unknown>>): Sweep {
  const { title: _, description: __, heddleSweep: ___, ...rest } = options;
  return new Sweep(rest as unknown as SweepOptions, who);
}

function sharedIn(who: string, settings: unknown): GivenSettings {
  const whose = `${who}, settings`;
  const next = 'Write { "epochs": 12 }, say.';
  if (!isJsonObject(settings)) {
    throw new HeddleError({ who: whose, expected: "settings of a recipe", received: "another value", next });
  }
  return readRecipe(whose, { heddleRecipe: RECIPE_VERSION, ...settings });
}

/** The choices of a category may name the files of their models, relative to the sweep's own folder, as recipes may. */
async function withModels(path: string, definition: JsonObject): Promise<JsonObject> {
  const { parameters } = definition;
  if (!isJsonObject(parameters)) return definition;
  const read = await mapValues(parameters, async (parameter) => {
    if (!isJsonObject(parameter) || !isJsonObject(parameter["choices"])) return parameter;
    const choices = await mapValues(parameter["choices"], async (settings) => {
      const model = isJsonObject(settings) ? settings["model"] : undefined;
      if (typeof model !== "string" || !model.endsWith(".json")) return settings;
      const file = join(dirname(path), model);
      const json = parseJson(file, await readTextFile(file)) as Json;
      return { ...(settings as JsonObject), model: json };
    });
    return { ...parameter, choices };
  });
  return { ...definition, parameters: read };
}

async function mapValues(object: JsonObject, change: (value: Json) => Promise<Json>): Promise<JsonObject> {
  const entries = Object.entries(object).map(async ([key, value]) => [key, await change(value)] as const);
  return Object.fromEntries(await Promise.all(entries));
}

import type { JsonObject } from "./json.js";
import { camelCased } from "./known-options.js";

// How classes read their Keras configurations. Values are checked by the classes' constructors.

/** A number of a configuration; the fallback where it has none, by default NaN, which constructors refuse. */
export function numberIn(config: JsonObject, name: string, fallback = Number.NaN): number {
  return Number(config[name] ?? fallback);
}

/** Those numbers that a configuration has, under Heddle's names: `beta_1` becomes `beta1`. */
export function numbersIn(config: JsonObject, ...names: readonly string[]): object {
  return Object.fromEntries(present(config, names).map((name) => [camelCased(name), Number(config[name])]));
}

/** Those options that a configuration has, as they are, under Heddle's names. */
export function optionsIn(config: JsonObject, ...names: readonly string[]): object {
  return Object.fromEntries(present(config, names).map((name) => [camelCased(name), config[name]]));
}

function present(config: JsonObject, names: readonly string[]): string[] {
  return names.filter((name) => config[name] !== undefined && config[name] !== null);
}

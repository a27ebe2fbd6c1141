import { HeddleError } from "./errors.js";
import type { Json, JsonObject } from "./json.js";
import { camelCased } from "./known-options.js";

// How classes read their Keras configurations. A value of another type is refused by name, never turned into one that
// fits: the model would be another than the file says. Bounds are checked by the classes' constructors.

/** A number of a configuration; the fallback where it has none, by default NaN, which constructors refuse. */
export function numberIn(config: JsonObject, name: string, fallback = Number.NaN): number {
  const value = config[name] === undefined ? fallback : config[name];
  return typeof value === "number" ? value : refuseValue(config, name, "a number", value);
}

/** Those numbers that a configuration has, under Heddle's names: `beta_1` becomes `beta1`. */
export function numbersIn(config: JsonObject, ...names: readonly string[]): object {
  const own = names.filter((name) => config[name] !== undefined);
  return Object.fromEntries(own.map((name) => [camelCased(name), numberIn(config, name)]));
}

/** The same of numbers for which Keras writes `null` where there is none. */
export function nullableNumbersIn(config: JsonObject, ...names: readonly string[]): object {
  return numbersIn(config, ...names.filter((name) => config[name] !== null));
}

/** Whether a configuration switches something on; `fallback` where it does not say. */
export function booleanIn(config: JsonObject, name: string, fallback: boolean): boolean {
  const value = config[name] === undefined ? fallback : config[name];
  return typeof value === "boolean" ? value : refuseValue(config, name, "true or false", value);
}

/** A text of a configuration; undefined where it does not have one. */
export function textIn(config: JsonObject, name: string): string | undefined {
  const value = config[name];
  if (value === undefined || typeof value === "string") return value;
  return refuseValue(config, name, "a text", value);
}

/** The texts of a list in a configuration; none where it is `null` or not there. */
export function textsIn(config: JsonObject, name: string): readonly string[] {
  const value = config[name] ?? [];
  if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value;
  return refuseValue(config, name, "a list of texts", value);
}

/** Those options that a configuration has, as they are, under Heddle's names. Their classes check them. */
export function optionsIn(config: JsonObject, ...names: readonly string[]): object {
  const own = names.filter((name) => config[name] !== undefined);
  return Object.fromEntries(own.map((name) => [camelCased(name), config[name]]));
}

/** Refuses a value of a configuration. */
export function refuseValue(
  config: JsonObject,
  name: string,
  expected: string,
  value: Json | undefined,
): never {
  const owner = config["name"];
  throw new HeddleError({
    who: typeof owner === "string" ? `Configuration of "${owner}"` : "Configuration",
    expected: `${name} to be ${expected}`,
    received: value === undefined ? "nothing" : JSON.stringify(value).slice(0, 60),
    next: `Correct ${name}.`,
  });
}

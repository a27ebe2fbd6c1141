import { didYouMean } from "./closest.js";
import { MissingParts, UnsupportedError } from "./errors.js";
import { isJsonObject, type Json, type JsonObject } from "./json.js";

// Keys that Keras writes and Heddle has no option for. Each may be ignored only where its value changes nothing.

/** The values of a key that change nothing. */
export interface Neutral {
  /** In words, for errors: `false`. */
  readonly expected: string;
  accepts(value: Json): boolean;
}

/** The ignored keys of a class. */
export type IgnoredKeys = Readonly<Record<string, Neutral>>;

/** The ignored keys of a registry's classes: those that every class has, and those of some. */
export interface KerasKeys {
  readonly every: IgnoredKeys;
  readonly of?: Readonly<Record<string, IgnoredKeys>>;
}

/** These values and no others. */
export function only(...values: readonly Json[]): Neutral {
  const texts = values.map((value) => JSON.stringify(value));
  return { expected: texts.join(" or "), accepts: (value) => texts.includes(JSON.stringify(value)) };
}

/** Keras's objects have names, or null. */
export const anyName: Neutral = {
  expected: "a text or null",
  accepts: (value) => value === null || typeof value === "string",
};
export const anyNumber: Neutral = {
  expected: "a number",
  accepts: (value) => typeof value === "number" && Number.isFinite(value),
};
export const anyBoolean: Neutral = {
  expected: "true or false",
  accepts: (value) => typeof value === "boolean",
};
export const anyList: Neutral = { expected: "a list", accepts: Array.isArray };
export const anyObject: Neutral = { expected: "an object", accepts: isJsonObject };
export const anyObjectOrNull: Neutral = {
  expected: "an object or null",
  accepts: (value) => value === null || isJsonObject(value),
};

/** Heddle draws from the model's seed. Keras writes a generator's configuration for a seed that it drew itself. */
export const anySeed: Neutral = {
  expected: "a whole number, a generator or null",
  accepts: (value) => value === null || Number.isSafeInteger(value) || isJsonObject(value),
};

const FLOATS: readonly Json[] = [
  null,
  ...["float32", "float64", "float16", "bfloat16", "mixed_float16", "mixed_bfloat16"],
];

/** Heddle computes in 32 bits, whatever floats Keras computes in: by name, or as Keras 3's policy. */
export const anyFloats: Neutral = {
  expected: '"float32" or other floats',
  accepts: (value) =>
    FLOATS.includes(isJsonObject(value) && isJsonObject(value["config"]) ? value["config"]["name"]! : value),
};

/** Keys around a configuration that Keras's versions write; classes are found by `class_name` alone. */
const AROUND = [
  ...["module", "class_name", "config", "registered_name", "build_config", "compile_config"],
  ...["name", "inbound_nodes", "shared_object_id", "keras_version", "backend"],
];

/** Refuses unknown keys around a configuration, other than Heddle's `own`: `confg` would mean the defaults. */
export function checkKeysAround(who: string, serialized: JsonObject, ...own: readonly string[]): void {
  checkKnownKeys(who, Object.keys(serialized), [...AROUND, ...own]);
}

/**
 * Refuses values of ignored keys that would change the result.
 *
 * @param what is configured, for errors: "optimizer"
 * @throws UnsupportedError that shows the first of them
 */
export function checkIgnoredValues(what: string, who: string, config: JsonObject, keys: IgnoredKeys): void {
  const faults = Object.entries(keys).flatMap(([name, { expected, accepts }]) => {
    const value = config[name];
    if (value === undefined || accepts(value)) return [];
    return [{ name, expected, received: JSON.stringify(value).slice(0, 60) }];
  });
  const [first] = faults;
  if (!first) return;
  throw new UnsupportedError(
    {
      who,
      expected: `${first.name} to be ${first.expected}`,
      received: first.received,
      next: `Nothing else is supported yet: change the ${what}.`,
    },
    faults.map(({ name, received }) => `${name} ${received} of ${who}`),
  );
}

/**
 * Returns what was made from a configuration, unless that has a key that it does not read, or an ignored one whose value
 * would change the result.
 *
 * @param what was made, for errors: "optimizer"
 * @throws UnsupportedError that shows the first of them
 */
export function checkConfig<T>(
  made: T,
  { what, className, config, keys }: { what: string; className: string; config: JsonObject; keys: KerasKeys },
): T {
  const { name } = config;
  const who = typeof name === "string" ? `${className} "${name}"` : className;
  const ignored = { ...keys.every, ...keys.of?.[className] };
  const names = Object.keys(config);
  const missing = new MissingParts();
  missing.collect(() => checkIgnoredValues(what, who, config, ignored));
  // A configuration names all that a class reads, as far as something was made.
  if (made !== undefined && names.length > 0) {
    missing.collect(() => checkKnownKeys(who, names, [...keysOf(made), ...Object.keys(ignored)]));
  }
  missing.check();
  return made;
}

/**
 * Returns the check that every `fromConfig` of a group of classes ends with, so that a direct call refuses what loading
 * refuses.
 *
 * @param what the classes make, for errors: "optimizer"
 */
export function checkerOf(what: string, keys: KerasKeys = { every: {} }) {
  return <T extends { readonly className: string }>(config: JsonObject, made: T): T =>
    checkConfig(made, { what, className: made.className, config, keys });
}

/** What an object writes into its configuration. */
function keysOf(value: unknown): readonly string[] {
  const { getConfig } = value as { getConfig?(): JsonObject };
  return getConfig === undefined ? [] : Object.keys(getConfig.call(value));
}

/**
 * Refuses unknown keys of a configuration.
 *
 * @throws UnsupportedError that shows the first of them
 */
export function checkKnownKeys(who: string, keys: readonly string[], known: readonly string[]): void {
  const unknown = keys.filter((key) => !known.includes(key)).map((key) => key.slice(0, 60));
  const [first] = unknown;
  if (first === undefined) return;
  throw new UnsupportedError(
    { who, expected: "keys that it has", received: JSON.stringify(first), next: didYouMean(first, known) },
    unknown.map((key) => `the key ${JSON.stringify(key)} of ${who}`),
  );
}

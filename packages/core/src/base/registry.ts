import { HeddleError } from "./errors.js";
import { checkPlainJson, isJsonObject, type JsonObject } from "./json.js";

/** What a registry holds under a name: a class, or whatever else makes an object from its Keras configuration. */
export interface FromConfig<T> {
  fromConfig(config: JsonObject): T;
}

/**
 * Classes by their Keras names, for options that take a name (`"adam"`) and for configurations
 * (`{ class_name: "Adam", config: {…} }`). Case and underscores do not matter: `sparse_categorical_crossentropy` is
 * `SparseCategoricalCrossentropy`.
 */
export class Registry<T> {
  private readonly byName: Map<string, FromConfig<T>>;

  constructor(
    /** What it holds, for error messages: "optimizer". */
    private readonly what: string,
    private readonly classes: Readonly<Record<string, FromConfig<T>>>,
  ) {
    this.byName = new Map(Object.entries(classes).map(([name, entry]) => [normalize(name), entry]));
  }

  /** Creates one by its name, with default options unless there is a configuration. */
  create(who: string, name: string, config: JsonObject = {}): T {
    const entry = this.byName.get(normalize(name));
    if (entry) return entry.fromConfig(config);
    throw new HeddleError({
      who,
      expected: `${this.what} to be one of ${Object.keys(this.classes).join(", ")}`,
      received: JSON.stringify(name),
      next: "Check its spelling.",
    });
  }

  /** Creates one from `{ class_name, config }`. */
  deserialize(who: string, value: unknown): T {
    checkPlainJson(who, value);
    if (isJsonObject(value) && typeof value["class_name"] === "string") {
      const config = value["config"] ?? {};
      if (isJsonObject(config)) return this.create(who, value["class_name"], config);
    }
    throw new HeddleError({
      who,
      expected: `${this.what} as an object with class_name and config`,
      received: JSON.stringify(value)?.slice(0, 60) ?? "nothing",
      next: "Check the configuration file.",
    });
  }
}

/** An object's `{ class_name, config }`, as Keras writes it. */
export function serialize(value: { readonly className: string; getConfig(): JsonObject }): JsonObject {
  return { class_name: value.className, config: value.getConfig() };
}

function normalize(name: string): string {
  return name.replaceAll("_", "").toLowerCase();
}

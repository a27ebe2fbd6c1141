import { closest } from "./closest.js";
import { HeddleError, MissingParts, UnsupportedError } from "./errors.js";
import { checkConfig, checkKeysAround, type KerasKeys } from "./ignored-keys.js";
import { checkPlainJson, isJsonObject, type JsonObject } from "./json.js";
import { refuseOwnClass } from "./own-class.js";
import { shown } from "./rules.js";

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
  /** Keras's names of the classes. */
  readonly names: readonly string[];
  private readonly byName: Map<string, readonly [className: string, FromConfig<T>]>;

  constructor(
    /** What it holds, for error messages: "optimizer". */
    private readonly what: string,
    classes: Readonly<Record<string, FromConfig<T>>>,
    /** What Keras writes that its classes do not read. */
    private readonly ignored: KerasKeys = { every: {} },
  ) {
    this.names = Object.keys(classes);
    this.byName = new Map(Object.entries(classes).map((entry) => [normalize(entry[0]), entry]));
  }

  /**
   * Creates one by its name, with default options unless there is a configuration.
   *
   * @throws HeddleError for an unknown name, and for unknown keys and values of a wrong type in the configuration
   */
  create(who: string, name: string, config: JsonObject = {}): T {
    const [className, entry] = this.byName.get(normalize(name)) ?? [];
    if (className !== undefined && entry) {
      const { what, ignored: keys } = this;
      const missing = new MissingParts();
      const made = missing.collect(() => entry.fromConfig(config));
      // Also where the class was not made, so that all that is missing is named at once.
      missing.collect(() => checkConfig(made, { what, className, config, keys }));
      missing.check();
      return made!;
    }
    const near = closest(normalize(name), [...this.byName.keys()]);
    throw new UnsupportedError(
      {
        who,
        expected: `${this.what} to be one of ${this.names.join(", ")}`,
        received: shown(name),
        next: near === undefined ? "Choose one of them." : `Did you mean ${this.byName.get(near)![0]}?`,
      },
      [`the ${this.what} ${name.slice(0, 60)}`],
    );
  }

  /** Creates one from `{ class_name, config }`. */
  deserialize(who: string, value: unknown): T {
    checkPlainJson(who, value);
    if (isJsonObject(value) && typeof value["class_name"] === "string") {
      checkKeysAround(`${who}, ${value["class_name"]}`, value);
      refuseOwnClass(this.what, who, value);
      const config = value["config"] === undefined ? {} : value["config"];
      if (isJsonObject(config)) return this.create(who, value["class_name"], config);
    }
    throw new HeddleError({
      who,
      expected: `${this.what} as an object with class_name and config`,
      received: shown(value),
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

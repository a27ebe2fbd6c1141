import { UnsupportedError } from "./errors.js";
import type { JsonObject } from "./json.js";

/** Where Keras's own classes and functions are. */
const KERAS = /^(keras|keras_core|tf_keras|tensorflow|builtins)(\.|$)/;

/**
 * The full name of a class or function that is not Keras's own, as `my>Dense` for one that was registered, or
 * `project.layers.Dense`; undefined for Keras's, and where the JSON does not say, as in Keras 2.
 */
export function ownClassName(serialized: JsonObject): string | undefined {
  const { module, registered_name: registered, class_name: className, config } = serialized;
  const names = [registered, className, className === "function" ? config : undefined];
  const full = names.find((name): name is string => typeof name === "string" && name.includes(">"));
  if (full !== undefined) return full.slice(0, 60);
  if (typeof module !== "string" || KERAS.test(module)) return undefined;
  return `${module}.${String(className)}`.slice(0, 60);
}

/** Refuses a class that is not Keras's own, whatever it is called: what it computes is in Python code. */
export function refuseOwnClass(what: string, who: string, serialized: JsonObject): void {
  const name = ownClassName(serialized);
  if (name === undefined) return;
  throw new UnsupportedError(
    {
      who,
      expected: `${what} of Keras`,
      received: `${name}, which is not Keras's own`,
      next: "Replace it: what it computes is in Python code, which is never run.",
    },
    [`the ${what} ${name}, which is not Keras's own`],
  );
}

import { didYouMean } from "./closest.js";
import { HeddleError } from "./errors.js";

/**
 * Refuses options that nobody reads: in JavaScript a misspelt one would leave its default in place without a word.
 *
 * @param given names without a value count as not given
 * @param known the names that are read
 */
export function checkKnownOptions(who: string, given: object, known: readonly string[]): void {
  const options = Object.entries(optionsObject(who, given, known));
  const unknown = options.find(([name, value]) => value !== undefined && !known.includes(name));
  if (!unknown) return;
  const [name] = unknown;
  throw new HeddleError({
    who,
    expected: "options that it has",
    received: JSON.stringify(name),
    next: didYouMean(camelCased(name), known),
  });
}

/** Every option's name: one that is forgotten does not compile. */
export type OptionNames<Options> = { readonly [Name in keyof Options & string]-?: true };

/**
 * The same in a constructor. What a user derives from one of the classes may hand on options of its own.
 *
 * @param made `new.target`
 * @param classes those that have these options and no others
 *
 * @example
 * checkOptionsOf(new.target, [Huber], options, { delta: true });
 */
export function checkOptionsOf<T extends object>(
  made: Named,
  classes: readonly Named[],
  given: T,
  known: OptionNames<NoInfer<T>>,
): void {
  const names = Object.keys(known);
  if (classes.includes(made)) checkKnownOptions(made.name, given, names);
  else optionsObject(made.name, given, names);
}

interface Named {
  readonly name: string;
}

/** The options, which in JavaScript may be anything; `names` are those that a message shows. */
export function optionsObject<T extends object>(who: string, given: T, names: readonly string[]): T {
  if (typeof given === "object" && given !== null && !Array.isArray(given)) return given;
  throw new HeddleError({
    who,
    expected: "options in an object",
    received: given === undefined ? "nothing" : (JSON.stringify(given) ?? String(given)),
    next: `Give { ${names.map((name) => `${name}: …`).join(", ")} }.`,
  });
}

/** Keras's name of an option as Heddle's: `kernel_size` is `kernelSize`. */
export function camelCased(name: string): string {
  return name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
}

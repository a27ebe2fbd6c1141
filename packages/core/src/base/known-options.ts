import { didYouMean } from "./closest.js";
import { HeddleError } from "./errors.js";
import { checkValue, type Rule, shown } from "./rules.js";

/**
 * Refuses unknown options: in JavaScript a misspelt one would silently keep its default.
 *
 * @param options those whose value is undefined are ignored
 * @param known the names of the known options
 */
export function checkKnownOptions(who: string, options: object, known: readonly string[]): void {
  const entries = Object.entries(optionsObject(who, options, known));
  const unknown = entries.find(([name, value]) => value !== undefined && !known.includes(name));
  if (!unknown) return;
  const [name] = unknown;
  throw new HeddleError({
    who,
    expected: "options that it has",
    received: JSON.stringify(name),
    next: didYouMean(camelCased(name), known),
  });
}

/** What each option must be: a missing one does not compile. */
export type OptionRules<Options> = { readonly [Name in keyof Options & string]-?: Rule };

/** Refuses unknown options, and values that do not fit; those that are undefined are ignored. */
export function checkOptions<T extends object>(
  who: string,
  options: T,
  rules: OptionRules<NoInfer<T>>,
): void {
  checkKnownOptions(who, options, Object.keys(rules));
  checkOptionValues(who, options, rules);
}

/**
 * `checkOptions` in a constructor. A user's subclass may pass options of its own.
 *
 * @param target `new.target`
 * @param classes the classes that have these options and no others
 *
 * @example
 * checkOptionsOf(new.target, [Huber], options, { delta: above(0) });
 */
export function checkOptionsOf<T extends object>(
  target: Named,
  classes: readonly Named[],
  options: T,
  rules: OptionRules<NoInfer<T>>,
): void {
  const names = Object.keys(rules);
  if (classes.includes(target)) checkKnownOptions(target.name, options, names);
  else optionsObject(target.name, options, names);
  checkOptionValues(target.name, options, rules);
}

/** Refuses values that do not fit; others of the options are somebody else's. */
export function checkOptionValues(who: string, options: object, rules: Readonly<Record<string, Rule>>): void {
  for (const [name, rule] of Object.entries(rules)) {
    const value = (options as Readonly<Record<string, unknown>>)[name];
    if (value !== undefined) checkValue(who, name, value, rule);
  }
}

interface Named {
  readonly name: string;
}

/** Checks that the options, which in JavaScript may be anything, are an object; an error shows `names`. */
export function optionsObject<T extends object>(who: string, options: T, names: readonly string[]): T {
  if (typeof options === "object" && options !== null && !Array.isArray(options)) return options;
  throw new HeddleError({
    who,
    expected: "options in an object",
    received: shown(options),
    next: `Pass { ${names.map((name) => `${name}: …`).join(", ")} }.`,
  });
}

/** Keras's name of an option as Heddle's: `kernel_size` is `kernelSize`. */
export function camelCased(name: string): string {
  return name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
}

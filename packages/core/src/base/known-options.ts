import { didYouMean } from "./closest.js";
import { HeddleError } from "./errors.js";

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

/** The name of every option: a missing one does not compile. */
export type OptionNames<Options> = { readonly [Name in keyof Options & string]-?: true };

/**
 * `checkKnownOptions` in a constructor. A user's subclass may pass options of its own.
 *
 * @param target `new.target`
 * @param classes the classes that have these options and no others
 *
 * @example
 * checkOptionsOf(new.target, [Huber], options, { delta: true });
 */
export function checkOptionsOf<T extends object>(
  target: Named,
  classes: readonly Named[],
  options: T,
  known: OptionNames<NoInfer<T>>,
): void {
  const names = Object.keys(known);
  if (classes.includes(target)) checkKnownOptions(target.name, options, names);
  else optionsObject(target.name, options, names);
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
    received: options === undefined ? "nothing" : (JSON.stringify(options) ?? String(options)),
    next: `Pass { ${names.map((name) => `${name}: …`).join(", ")} }.`,
  });
}

/** Checks what in JavaScript may be anything: a switch and a signal, and that no option is null. */
export function checkOptionTypes(
  who: string,
  options: { readonly shuffle?: unknown; readonly fast?: unknown; readonly signal?: unknown },
): void {
  const { shuffle, fast, signal } = options;
  const refuse = (name: string, expected: string, value: unknown) => {
    if (value === undefined) return;
    const received = JSON.stringify(value) ?? String(value);
    throw new HeddleError({ who, expected: `${name} to be ${expected}`, received, next: `Correct ${name}.` });
  };
  const empty = Object.entries(options).find(([, value]) => value === null);
  if (empty) refuse(empty[0], "a value, or omitted", null);
  if (typeof shuffle !== "boolean") refuse("shuffle", "true or false", shuffle);
  if (typeof fast !== "boolean") refuse("fast", "true or false", fast);
  if (!(signal instanceof AbortSignal)) refuse("signal", "an AbortSignal", signal);
}

/** Keras's name of an option as Heddle's: `kernel_size` is `kernelSize`. */
export function camelCased(name: string): string {
  return name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
}

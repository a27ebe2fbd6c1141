import { closest } from "./closest.js";
import { HeddleError } from "./errors.js";

// What values must be. In JavaScript an option may be anything: a value of another type is refused by name, never turned
// into one that fits.

/** What a value must be. */
export interface Rule {
  /** In words: `expected name to be …`. */
  readonly expected: string;
  accepts(value: unknown): boolean;
  /** Texts that it accepts, for a suggestion. */
  readonly words?: readonly string[] | undefined;
}

export const anyFunction: Rule = {
  expected: "a function",
  accepts: (value) => typeof value === "function",
};
export const trueOrFalse: Rule = {
  expected: "true or false",
  accepts: (value) => typeof value === "boolean",
};
export const text: Rule = {
  expected: "a non-empty string",
  accepts: (value) => typeof value === "string" && value !== "",
};
/** A string, which may be empty. */
export const anyText: Rule = { expected: "a string", accepts: (value) => typeof value === "string" };
export const finite: Rule = { expected: "a finite number", accepts: isFiniteNumber };
export const belowOne: Rule = {
  expected: "a number of at least 0 and below 1",
  accepts: (value) => isFiniteNumber(value) && value >= 0 && value < 1,
};
export const abortSignal: Rule = {
  expected: "an AbortSignal",
  accepts: (value) => value instanceof AbortSignal,
};
export const anyObject: Rule = {
  expected: "an object",
  accepts: (value) => typeof value === "object" && value !== null && !Array.isArray(value),
};

/** A number of at least `least`. */
export function atLeast(least: number): Rule {
  return {
    expected: `a number of at least ${least}`,
    accepts: (value) => isFiniteNumber(value) && value >= least,
  };
}

/** A number above `bound`. */
export function above(bound: number): Rule {
  return { expected: `a number above ${bound}`, accepts: (value) => isFiniteNumber(value) && value > bound };
}

/** A number from `low` to `high`, both included. */
export function fromTo(low: number, high: number): Rule {
  return {
    expected: `a number from ${low} to ${high}`,
    accepts: (value) => isFiniteNumber(value) && value >= low && value <= high,
  };
}

/** A whole number from `low` to `high`, both included. */
export function wholeFromTo(low: number, high: number): Rule {
  return {
    expected: `a whole number from ${low} to ${high}`,
    accepts: (value) => Number.isInteger(value) && (value as number) >= low && (value as number) <= high,
  };
}

/** A whole number of at least `least`. */
export function whole(least: number): Rule {
  return {
    expected: `a whole number of at least ${least}`,
    accepts: (value) => Number.isSafeInteger(value) && (value as number) >= least,
  };
}

/** One of these texts. */
export function oneOf(...words: readonly string[]): Rule {
  const quoted = words.map((word) => JSON.stringify(word));
  return {
    expected: [quoted.slice(0, -1).join(", "), quoted.at(-1)].filter(Boolean).join(" or "),
    accepts: (value) => words.includes(value as string),
    words,
  };
}

/** A list whose items all fit; `items` names them in errors: "numbers". */
export function listOf(items: string, { accepts }: Rule): Rule {
  return { expected: `a list of ${items}`, accepts: (value) => Array.isArray(value) && value.every(accepts) };
}

/** Two numbers. */
export const pair: Rule = {
  expected: "a list of two numbers",
  accepts: (value) =>
    Array.isArray(value) &&
    value.length === 2 &&
    value.every((item) => typeof item === "number" && !Number.isNaN(item)),
};

/** A list of `length` whole numbers of at least 1. */
export function sizes(length: number): Rule {
  const { expected, accepts } = listOf(`${length} whole numbers of at least 1`, whole(1));
  return { expected, accepts: (value) => accepts(value) && (value as readonly unknown[]).length === length };
}

/** What fits one of several rules. */
export function either(...rules: readonly Rule[]): Rule {
  return {
    expected: rules.map(({ expected }) => expected).join(" or "),
    accepts: (value) => rules.some(({ accepts }) => accepts(value)),
    words: rules.flatMap(({ words = [] }) => words),
  };
}

/** What fits a rule, or null. */
export function orNull({ expected, accepts, words }: Rule): Rule {
  return { expected: `${expected} or null`, accepts: (value) => value === null || accepts(value), words };
}

/** Returns a value that fits; throws in the name of `who` otherwise. */
export function checkValue<T>(
  who: string,
  name: string,
  value: T,
  { expected, accepts, words = [] }: Rule,
): T {
  if (accepts(value)) return value;
  const near = typeof value === "string" ? closest(value, words) : undefined;
  throw new HeddleError({
    who,
    expected: `${name} to be ${expected}`,
    received: shown(value),
    next: near === undefined ? `Correct ${name}.` : `Did you mean ${JSON.stringify(near)}?`,
  });
}

/** Any value, as errors show what they received. */
export function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "number" || typeof value === "bigint") return String(value);
  if (typeof value === "function") {
    return `${String(value).startsWith("class") ? "the class" : "the function"} ${value.name}`.trim();
  }
  try {
    return (JSON.stringify(value) ?? String(value)).slice(0, 60);
  } catch {
    // A circle, or a bigint within.
    return Array.isArray(value) ? "a list" : "an object";
  }
}

function isFiniteNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

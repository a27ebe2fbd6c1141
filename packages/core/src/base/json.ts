import { HeddleError, messageOf } from "./errors.js";

/** What JSON can hold. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export type JsonObject = { readonly [key: string]: Json };

/** True for an object that is not an array. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** How deeply a file's lists and objects may be nested; a Keras model has about ten levels. */
export const MAXIMUM_JSON_DEPTH = 100;

/** The longest JSON that is read, in characters; that of a large model has about a million. */
export const MAXIMUM_JSON_LENGTH = 64 * 2 ** 20;

/**
 * Parses a JSON text of limited length and depth, so that recursive functions may walk through its value.
 *
 * @throws SyntaxError whose message says what was received, as a noun phrase
 */
export function parseJsonText(text: string): unknown {
  if (text.length > MAXIMUM_JSON_LENGTH) {
    throw new SyntaxError(`${text.length} characters, more than the ${MAXIMUM_JSON_LENGTH} that are read`);
  }
  if (deepest(text) > MAXIMUM_JSON_DEPTH) throw new SyntaxError(tooDeep());
  return JSON.parse(text);
}

/**
 * The value of a JSON text; `who` names its source in errors.
 *
 * @throws HeddleError when it is not JSON, too long or too deep
 */
export function parseJson(who: string, text: string): unknown {
  try {
    return parseJsonText(text);
  } catch (thrown) {
    throw new HeddleError({
      who,
      expected: "JSON",
      received: messageOf(thrown),
      next: "The file is damaged or of a different kind: get it again.",
    });
  }
}

/**
 * Refuses values that are nested too deeply, and keys that every object inherits: `{ "toString": 1 }` cannot be turned
 * into text, and copying `__proto__` sets a prototype.
 *
 * @throws HeddleError that names `who`
 */
export function checkPlainJson(who: string, value: unknown): void {
  const refuse = (received: string) =>
    new HeddleError({
      who,
      expected: "plain JSON",
      received,
      next: "The file is damaged or was made to do harm: get it again.",
    });
  // Not recursive itself, because it protects functions that are.
  const waiting: [value: unknown, depth: number][] = [[value, 0]];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const [one, depth] = next;
    if (typeof one !== "object" || one === null) continue;
    if (depth >= MAXIMUM_JSON_DEPTH) throw refuse(tooDeep());
    for (const key of Array.isArray(one) ? [] : Object.keys(one)) {
      if (key in Object.prototype) throw refuse(`the key ${JSON.stringify(key)}`);
    }
    for (const inner of Object.values(one)) {
      if (typeof inner === "object") waiting.push([inner, depth + 1]);
    }
  }
}

function tooDeep(): string {
  return `lists and objects within each other, more than ${MAXIMUM_JSON_DEPTH} deep`;
}

/** How deeply brackets outside strings are nested. */
function deepest(text: string): number {
  let depth = 0;
  let most = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const letter = text[at];
    if (quoted) {
      if (letter === "\\") at++;
      else if (letter === '"') quoted = false;
    } else if (letter === '"') quoted = true;
    else if (letter === "[" || letter === "{") most = Math.max(most, ++depth);
    else if (letter === "]" || letter === "}") depth--;
  }
  return most;
}

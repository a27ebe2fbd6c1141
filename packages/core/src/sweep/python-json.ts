import { type Json, parseJsonText } from "../base/json.js";

// JSON as Python's `json` writes and reads it: with NaN and Infinity, and 1.0 apart from 1.

/** A number that Python is to read as a float. */
export class PythonFloat {
  constructor(readonly value: number) {}
}

export type PythonJson =
  | PythonFloat
  | null
  | boolean
  | number
  | string
  | readonly PythonJson[]
  | { readonly [key: string]: PythonJson };

/** A value as one line of JSON. */
export function formatPythonJson(value: PythonJson): string {
  if (value instanceof PythonFloat) {
    const text = numberText(value.value);
    return /^-?\d+$/.test(text) ? `${text}.0` : text;
  }
  if (typeof value === "number") return numberText(value);
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(formatPythonJson).join(",")}]`;
  const entries = Object.entries(value as { readonly [key: string]: PythonJson });
  return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${formatPythonJson(inner)}`).join(",")}}`;
}

function numberText(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "Infinity" : "-Infinity";
  return Object.is(value, -0) ? "-0" : String(value);
}

/** Strings, which stay as they are, and the numbers that JSON does not have. */
const TOKENS = /"(?:[^"\\]|\\.)*"|NaN|-?Infinity/g;

/**
 * Parses a line of JSON of Python.
 *
 * @throws SyntaxError whose message says what was received, as a noun phrase
 */
export function parsePythonJson(text: string): Json {
  try {
    return parseJsonText(text) as Json;
  } catch (thrown) {
    if (!/NaN|Infinity/.test(text)) throw thrown;
  }
  // As strings that no Python program writes, because they would be strings with a NUL.
  const marked = text.replace(TOKENS, (token) => (token.startsWith('"') ? token : `"\\u0000${token}"`));
  return revive(parseJsonText(marked) as Json);
}

function revive(value: Json): Json {
  if (typeof value === "string") return value.startsWith("\0") ? Number(value.slice(1)) : value;
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(revive);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, revive(inner)]));
}

import { isJsonObject, type JsonObject, MAXIMUM_JSON_DEPTH } from "@heddle/core/internal/base/json.js";
import { badRequest } from "./refusal.js";

/** One for all: to make it takes longer than to read a small text. */
const UTF8 = new TextDecoder("utf-8", { fatal: true });

/**
 * The object that a request's body holds. JSON has neither NaN nor Infinity, so that they are refused, unlike in TensorFlow
 * Serving.
 *
 * @throws Refusal 400
 */
export function jsonBody(bytes: Uint8Array): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(UTF8.decode(bytes));
  } catch (thrown) {
    const isText = thrown instanceof SyntaxError;
    const reason = isText ? `a text that is not (${reasonOf(thrown)})` : "bytes that are not UTF-8";
    throw badRequest("Request", "a body in JSON", reason, "Numbers such as NaN and Infinity are not JSON.");
  }
  if (isJsonObject(value)) return value;
  throw badRequest("Request", "a JSON object", kindOf(value), "See docs/serving.md.");
}

/** A parser's reason, without the text that it quotes. */
function reasonOf({ message }: SyntaxError): string {
  return message.replace(/,? ?(\.{3})?"[\s\S]*?"(\.{3})? is not valid JSON$/, "").slice(0, 100);
}

/** What a value is, for errors. */
export function kindOf(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  if (typeof value === "object") return "an object";
  if (typeof value === "string") return `"${value.length > 50 ? `${value.slice(0, 50)}…` : value}"`;
  return String(value);
}

/**
 * Writes the numbers of an array, flat or nested as its shape says, in row-major order.
 *
 * @param put receives each value with its position; throws where it does not fit
 * @throws Refusal 400 when the array's sizes are not those of the shape
 */
export function eachNumber(
  who: string,
  data: unknown,
  shape: readonly number[],
  put: (value: unknown, at: number) => void,
): void {
  const count = shape.reduce((product, size) => product * size, 1);
  const isNested = Array.isArray(data) && shape.length > 1 && Array.isArray(data[0]);
  if (isNested) walk(who, data, shape, 0, { at: 0 }, put);
  else {
    checkLength(who, data, count, shape);
    for (let at = 0; at < count; at++) put(data[at], at);
  }
}

function walk(
  who: string,
  data: unknown,
  shape: readonly number[],
  depth: number,
  place: { at: number },
  put: (value: unknown, at: number) => void,
): void {
  checkLength(who, data, shape[depth]!, shape);
  if (depth < shape.length - 1) {
    for (const part of data) walk(who, part, shape, depth + 1, place, put);
    return;
  }
  for (const value of data) put(value, place.at++);
}

function checkLength(
  who: string,
  data: unknown,
  length: number,
  shape: readonly number[],
): asserts data is readonly unknown[] {
  if (Array.isArray(data) && data.length === length) return;
  const received = Array.isArray(data) ? `one of ${data.length}` : kindOf(data);
  throw badRequest(
    who,
    `an array of ${length} for the shape [${shape.join(", ")}]`,
    received,
    "Send all of the tensor's numbers, nested as its shape or flat.",
  );
}

/** The sizes of a nested array, by its first elements. */
export function shapeOf(data: unknown): readonly number[] {
  const shape: number[] = [];
  for (let part = data; Array.isArray(part) && shape.length < MAXIMUM_JSON_DEPTH; part = part[0])
    shape.push(part.length);
  return shape;
}

/** Numbers as nested arrays of a shape. */
export function nested(values: Float32Array, shape: readonly number[]): unknown {
  if (shape.length <= 1) return Array.from(values);
  const [count, ...rest] = shape;
  const size = values.length / count!;
  return Array.from({ length: count! }, (_, at) => nested(values.subarray(at * size, (at + 1) * size), rest));
}

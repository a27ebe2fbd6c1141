import { HeddleError, messageOf } from "../base/errors.js";
import type { JsonObject } from "../base/json.js";

/**
 * The fields of one object of a JSON file, read with their types checked. What is on disk may be damaged or
 * written by someone else: only own fields are read, so that a key such as `__proto__` is a key like others.
 */
export class JsonFields {
  private constructor(
    private readonly file: string,
    private readonly path: string,
    private readonly value: object,
  ) {}

  /**
   * @param file the file's name, for the errors
   * @param text the file's content
   * @throws HeddleError when the text is not a JSON object
   */
  static parse(file: string, text: string): JsonFields {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (thrown) {
      const received = text.length === 0 ? "an empty file" : messageOf(thrown);
      throw new HeddleError({ who: file, expected: "JSON", received, next: "Restore the file." });
    }
    if (!isObject(value)) {
      const received = describe(value);
      throw new HeddleError({ who: file, expected: "a JSON object", received, next: "Restore the file." });
    }
    return new JsonFields(file, "", value);
  }

  /**
   * @param file the file that the object was read from, for the errors
   * @param path where in the file it stood: `configuration`
   */
  static of(file: string, path: string, value: JsonObject): JsonFields {
    return new JsonFields(file, `${path}.`, value);
  }

  string(key: string): string {
    const value = this.own(key);
    return typeof value === "string" ? value : this.refuse(key, "a string", value);
  }

  boolean(key: string): boolean {
    const value = this.own(key);
    return typeof value === "boolean" ? value : this.refuse(key, "true or false", value);
  }

  /** These fields when `key` is there, `undefined` otherwise: `fields.optional("seed")?.number("seed")`. */
  optional(key: string): this | undefined {
    return this.own(key) === undefined ? undefined : this;
  }

  /** One of the given words. */
  oneOf<Word extends string>(key: string, words: readonly Word[]): Word {
    const value = this.own(key);
    return words.find((word) => word === value) ?? this.refuse(key, `one of ${words.join(", ")}`, value);
  }

  /** A finite number of at least `minimum`. */
  number(key: string, minimum = Number.NEGATIVE_INFINITY): number {
    const value = this.own(key);
    if (typeof value === "number" && Number.isFinite(value) && value >= minimum) return value;
    const bound = minimum === Number.NEGATIVE_INFINITY ? "" : ` of at least ${minimum}`;
    return this.refuse(key, `a number${bound}`, value);
  }

  /** A whole number of at least `minimum`. */
  wholeNumber(key: string, minimum = 0): number {
    const value = this.own(key);
    if (typeof value === "number" && Number.isSafeInteger(value) && value >= minimum) return value;
    return this.refuse(key, `a whole number of at least ${minimum}`, value);
  }

  /** A number between 0 and 1. */
  fraction(key: string): number {
    const value = this.own(key);
    return typeof value === "number" && value >= 0 && value <= 1
      ? value
      : this.refuse(key, "a number between 0 and 1", value);
  }

  /** A number that may have overflown: JSON writes NaN and infinities as `null`, which is read as NaN. */
  numberOrNaN(key: string): number {
    return this.own(key) === null ? Number.NaN : this.number(key);
  }

  /** Lower-case hexadecimal digits, `length` of them. */
  hex(key: string, length: number): string {
    const value = this.own(key);
    if (typeof value === "string" && value.length === length && /^[0-9a-f]+$/.test(value)) return value;
    return this.refuse(key, `${length} hexadecimal digits`, value);
  }

  /** A moment in ISO 8601, as `Date.prototype.toISOString` writes it. */
  time(key: string): string {
    const value = this.own(key);
    if (typeof value === "string" && /^\d{4}-\d\d-\d\dT/.test(value) && !Number.isNaN(Date.parse(value))) {
      return value;
    }
    return this.refuse(key, "a time such as 2026-03-04T15:30:12.000Z", value);
  }

  /** An object within this one. */
  object(key: string): JsonFields {
    const value = this.own(key);
    if (isObject(value)) return new JsonFields(this.file, `${this.path}${key}.`, value);
    return this.refuse(key, "an object", value);
  }

  /** A list of objects. */
  objects(key: string): readonly JsonFields[] {
    const value = this.own(key);
    if (!Array.isArray(value)) return this.refuse(key, "a list", value);
    return value.map((item: unknown, index) => {
      if (isObject(item)) return new JsonFields(this.file, `${this.path}${key}[${index}].`, item);
      return this.refuse(`${key}[${index}]`, "an object", item);
    });
  }

  /** A list of texts. */
  strings(key: string): readonly string[] {
    const value = this.own(key);
    if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value;
    return this.refuse(key, "a list of texts", value);
  }

  /** Every field of this object, each a number. */
  numbers(): Readonly<Record<string, number>> {
    return Object.fromEntries(Object.keys(this.value).map((key) => [key, this.number(key)]));
  }

  /** This object as it is, whatever its fields. */
  json(): JsonObject {
    return this.value as JsonObject; // it came from JSON.parse
  }

  private own(key: string): unknown {
    return Object.hasOwn(this.value, key) ? (this.value as Record<string, unknown>)[key] : undefined;
  }

  private refuse(key: string, expected: string, value: unknown): never {
    throw new HeddleError({
      who: this.file,
      expected: `"${this.path}${key}" to be ${expected}`,
      received: value === undefined ? "nothing" : describe(value),
      next: "Restore the file, or start a new run.",
    });
  }
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (isObject(value)) return "an object";
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

import { HeddleError, messageOf } from "../base/errors.js";
import { type JsonObject, parseJsonText } from "../base/json.js";

/**
 * The fields of one object in a JSON file, read with their types checked. A file may be damaged or come from someone
 * else: only own fields are read, so that `__proto__` is a key like any other.
 */
export class JsonFields {
  private constructor(
    private readonly file: string,
    private readonly path: string,
    private readonly value: object,
    /** The keys of each object that somebody asked for; shared by all objects of a file. */
    private readonly known = new Map<object, Set<string>>(),
  ) {}

  /**
   * Reads a whole file: what `read` does not ask for must not be there.
   *
   * @throws HeddleError when the text is not a JSON object, or has an unknown key at any depth
   */
  static read<T>(file: string, text: string, read: (fields: JsonFields) => T): T {
    const fields = JsonFields.parse(file, text);
    const result = read(fields);
    fields.refuseOthers();
    return result;
  }

  /**
   * @param file the file's name, for the errors
   * @param text the file's content
   * @throws HeddleError when the text is not a JSON object
   */
  static parse(file: string, text: string): JsonFields {
    let value: unknown;
    try {
      value = parseJsonText(text);
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
   * @param path where in the file the object is: `configuration`
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

  /** These fields if there is a `key`, `undefined` otherwise: `fields.optional("seed")?.number("seed")`. */
  optional(key: string): this | undefined {
    return this.own(key) === undefined ? undefined : this;
  }

  /** Whether there is a `key`, which it does not read. */
  has(key: string): boolean {
    return Object.hasOwn(this.value, key);
  }

  /** One of some words. */
  oneOf<Word extends string>(key: string, words: readonly Word[]): Word {
    const value = this.own(key);
    return words.find((word) => word === value) ?? this.refuse(key, `one of ${words.join(", ")}`, value);
  }

  /** A value that `read` accepts, which returns undefined for all others; `expected` says which it accepts. */
  fitting<Value>(key: string, expected: string, read: (value: unknown) => Value | undefined): Value {
    const value = this.own(key);
    return read(value) ?? this.refuse(key, expected, value);
  }

  /** A finite number of at least `minimum`. */
  number(key: string, minimum = Number.NEGATIVE_INFINITY): number {
    const value = this.own(key);
    if (typeof value === "number" && Number.isFinite(value) && value >= minimum) return value;
    const bound = minimum === Number.NEGATIVE_INFINITY ? "" : ` of at least ${minimum}`;
    return this.refuse(key, `a number${bound}`, value);
  }

  /** A whole number of at least `minimum` and at most `maximum`. Set `maximum` for a number of things to create. */
  wholeNumber(key: string, minimum = 0, maximum = Number.MAX_SAFE_INTEGER): number {
    const value = this.own(key);
    const whole = typeof value === "number" && Number.isSafeInteger(value);
    if (whole && value >= minimum && value <= maximum) return value;
    const range =
      maximum === Number.MAX_SAFE_INTEGER ? `of at least ${minimum}` : `from ${minimum} to ${maximum}`;
    return this.refuse(key, `a whole number ${range}`, value);
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

  /** `length` lower-case hexadecimal digits. */
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
    if (isObject(value)) return new JsonFields(this.file, `${this.path}${key}.`, value, this.known);
    return this.refuse(key, "an object", value);
  }

  /** A list of objects, as many as `length` says, or any number of them. */
  objects(key: string, length?: number): readonly JsonFields[] {
    const value = this.own(key);
    if (!Array.isArray(value) || value.length !== (length ?? value.length)) {
      return this.refuse(key, length === undefined ? "a list" : `a list of ${length} objects`, value);
    }
    return value.map((item: unknown, index) => {
      if (isObject(item)) {
        return new JsonFields(this.file, `${this.path}${key}[${index}].`, item, this.known);
      }
      return this.refuse(`${key}[${index}]`, "an object", item);
    });
  }

  /** A list of strings. */
  strings(key: string): readonly string[] {
    const value = this.own(key);
    if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value;
    return this.refuse(key, "a list of strings", value);
  }

  /** A list of `length` whole numbers of at least 1. */
  wholeNumbers(key: string, length: number): readonly number[] {
    const value = this.own(key);
    const good = (item: unknown) => typeof item === "number" && Number.isSafeInteger(item) && item >= 1;
    if (Array.isArray(value) && value.length === length && value.every(good)) return value as number[];
    return this.refuse(key, `${length} whole numbers of at least 1`, value);
  }

  /** A list of finite numbers, as many as `length` says, or any number of them. */
  numberList(key: string, length?: number): readonly number[] {
    const value = this.own(key);
    if (isNumbers(value) && value.length === (length ?? value.length)) return value;
    return this.refuse(key, `a list of ${length === undefined ? "" : `${length} `}numbers`, value);
  }

  /** A list of `length` numbers, each finite or `null`. */
  numbersOrNull(key: string, length: number): readonly (number | null)[] {
    const value = this.own(key);
    if (Array.isArray(value) && value.length === length) {
      const known = value.filter((item) => item !== null);
      if (isNumbers(known)) return value;
    }
    return this.refuse(key, `a list of ${length} numbers or nulls`, value);
  }

  /** `rows` lists of `columns` finite numbers; any number of lists if `rows` is undefined. */
  numberLists(key: string, rows: number | undefined, columns: number): readonly (readonly number[])[] {
    const value = this.own(key);
    const fits = (row: unknown) => isNumbers(row) && row.length === columns;
    if (Array.isArray(value) && value.length === (rows ?? value.length) && value.every(fits)) return value;
    return this.refuse(key, `lists of ${columns} numbers`, value);
  }

  /** The cells above zero of a matrix of counts: lists of a row, a column and a count. */
  cells(key: string, rows: number, columns: number): readonly (readonly [number, number, number])[] {
    const value = this.own(key);
    const within = (at: number, end: number) => Number.isSafeInteger(at) && at >= 0 && at < end;
    const fits = (cell: unknown) =>
      isNumbers(cell) &&
      cell.length === 3 &&
      within(cell[0]!, rows) &&
      within(cell[1]!, columns) &&
      within(cell[2]!, Number.MAX_SAFE_INTEGER);
    if (Array.isArray(value) && value.every(fits)) return value;
    return this.refuse(key, "lists of a row, a column and a count", value);
  }

  /** One of some numbers. */
  oneOfNumbers<N extends number>(key: string, numbers: readonly N[]): N {
    const value = this.own(key);
    return numbers.find((one) => one === value) ?? this.refuse(key, numbers.join(" or "), value);
  }

  /** A finite number or `null`. */
  numberOrNull(key: string): number | null {
    return this.isNull(key) ? null : this.number(key);
  }

  /** Whether the field exists and is `null`. */
  isNull(key: string): boolean {
    return this.own(key) === null;
  }

  /** Every field of this object, each a number. */
  numbers(): Readonly<Record<string, number>> {
    return Object.fromEntries(Object.keys(this.value).map((key) => [key, this.number(key)]));
  }

  /** This object unchecked. */
  json(): JsonObject {
    return this.value as JsonObject; // it came from JSON.parse
  }

  /** Refuses the first key that nobody asked for, here or in an object within. */
  private refuseOthers(value: object = this.value, path = this.path): void {
    const known = this.known.get(value);
    for (const [key, item] of Object.entries(value)) {
      if (known && !known.has(key)) {
        throw new HeddleError({
          who: this.file,
          expected: "keys that it has",
          received: JSON.stringify(`${path}${key}`),
          next: "Remove it, or use the version of Heddle that wrote it if that is a newer one.",
        });
      }
      // Lists and objects that were read as a whole have no known keys of their own.
      if (typeof item === "object" && item !== null) {
        this.refuseOthers(item, Array.isArray(value) ? `${path.slice(0, -1)}[${key}].` : `${path}${key}.`);
      }
    }
  }

  private own(key: string): unknown {
    const known = this.known.get(this.value) ?? new Set();
    this.known.set(this.value, known.add(key));
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

function isNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => typeof item === "number" && Number.isFinite(item));
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (isObject(value)) return "an object";
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

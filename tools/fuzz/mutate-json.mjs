// Changes to JSON as a tree: the result is still valid JSON, so it reaches the code after the parser.

/** @import { FuzzRandom } from "./random.mjs" */

/** Stands in a string for something that JSON.stringify would not write. */
const RAW = /"@@([^"]*)@@"/g;

/** @type {readonly unknown[]} */
const VALUES = [
  ...[null, true, false, 0, -1, 1, 2, 3, 0.5, -0.5, 255, 65536, 2147483647, 2147483648, 4294967296],
  ...[9007199254740991, 9007199254740992, 1e15, 1e308, "@@1e999@@", "@@-1e999@@", "@@-0@@", "@@1e-999@@"],
  ...[
    "",
    "0",
    "a",
    "../../outside",
    "/tmp/outside",
    "..\\outside",
    "con",
    "a/b",
    "a\u0000b",
    "\u001b[2J",
    "\ud800",
  ],
  ...[
    "__proto__",
    "constructor",
    "toString",
    "hasOwnProperty",
    "NaN",
    "Infinity",
    "<script>alert(1)</script>",
  ],
  ...[
    "x".repeat(5000),
    [],
    {},
    [[]],
    [null],
    [0],
    [1, 2],
    [-1, -1],
    [1e9, 1e9],
    ["a"],
    [
      [1, 2],
      [3, 4],
    ],
    { a: 1 },
  ],
  ...[
    { toString: 1 },
    { valueOf: 1, toString: 1 },
    { length: 5 },
    { constructor: { prototype: { polluted: 1 } } },
  ],
  Object.fromEntries([["__proto__", { polluted: 1 }]]),
  Array.from({ length: 300 }, (_, index) => index),
  deep(50),
  deep(5000),
  "@@[[@@",
];

const KEYS = [
  "__proto__",
  "constructor",
  "toString",
  "valueOf",
  "hasOwnProperty",
  "prototype",
  "",
  "0",
  "length",
];

/**
 * Something in JSON with one to three changes in it.
 *
 * @param {unknown} json
 * @param {FuzzRandom} random
 * @param {readonly string[]} tokens words that the format knows
 */
export function mutateJson(json, random, tokens) {
  const whole = { whole: structuredClone(json) };
  const times = random.pick([1, 1, 1, 2, 2, 3]);
  for (let time = 0; time < times; time++) change(whole, random, tokens);
  return JSON.stringify(whole.whole ?? null).replace(RAW, "$1");
}

/** @param {Record<string, unknown>} whole @param {FuzzRandom} random @param {readonly string[]} tokens */
function change(whole, random, tokens) {
  const places = placesIn(whole);
  // Everything was removed before.
  if (places.length === 0) return;
  const { holder, key } = random.pick(places);
  const other = random.pick(places);
  const value = holder[key];
  switch (random.below(9)) {
    case 0:
    case 1:
    case 2:
      holder[key] = structuredClone(random.pick(VALUES));
      return;
    case 3:
      if (tokens.length > 0) holder[key] = random.pick(tokens);
      return;
    case 4:
      if (Array.isArray(holder)) holder.splice(Number(key), 1);
      else delete holder[key];
      return;
    case 5:
      // Rename a field, or add a second one.
      if (!Array.isArray(holder)) own(holder, random.pick(KEYS), value);
      else holder.push(...Array.from({ length: random.pick([1, 2, 40]) }, () => structuredClone(value)));
      return;
    case 6:
      holder[key] = structuredClone(other.holder[other.key]);
      return;
    case 7:
      if (typeof value === "number")
        holder[key] = value * random.pick([-1, 0, 0.5, 2, 10, 1e9]) + random.below(2);
      else holder[key] = [value];
      return;
    default:
      if (typeof value === "object" && value !== null && !Array.isArray(value)) {
        own(
          /** @type {Record<string, unknown>} */ (value),
          random.pick(KEYS),
          structuredClone(random.pick(VALUES)),
        );
      } else holder[key] = { value };
  }
}

/** Every value below, with what holds it. @param {Record<string, unknown>} whole */
function placesIn(whole) {
  /** @type {{ holder: any, key: string }[]} */
  const places = [];
  const waiting = [/** @type {any} */ (whole)];
  for (let holder = waiting.pop(); holder; holder = waiting.pop()) {
    for (const key of Object.keys(holder)) {
      places.push({ holder, key });
      if (typeof holder[key] === "object" && holder[key] !== null && places.length < 2000)
        waiting.push(holder[key]);
    }
  }
  return places;
}

/** A field of the object itself, also where it is called `__proto__`. @param {object} holder @param {string} key @param {unknown} value */
function own(holder, key, value) {
  Object.defineProperty(holder, key, { value, enumerable: true, configurable: true, writable: true });
}

/** Lists within each other. @param {number} depth */
function deep(depth) {
  return `@@${"[".repeat(depth)}${"]".repeat(depth)}@@`;
}

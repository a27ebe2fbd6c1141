// Changes to files as bytes, such as broken disks, interrupted downloads and attackers make.

/** @import { FuzzRandom } from "./random.mjs" */

/** Numbers at the limits of the fields. */
const EDGES = [0n, 1n, 2n, 0x7fn, 0x80n, 0xffn, 0x100n, 0x7fffn, 0x8000n, 0xffffn, 0x10000n, 0xffffffn]
  .concat([0x7fffffffn, 0x80000000n, 0xfffffffen, 0xffffffffn, 0x100000000n, 0x1fffffffffffffn])
  .concat([0x7fffffffffffffffn, 0x8000000000000000n, 0xffffffffffffffffn]);

/** The same as digits, for headers that are text. */
const DIGITS = ["0", "-1", "1", "7", "255", "256", "65535", "65536", "2147483647", "2147483648"].concat([
  ...["4294967295", "4294967296", "9007199254740991", "9007199254740993", "18446744073709551615"],
  ...[
    "99999999999999999999999999",
    "1e999",
    "-1e999",
    "0.5",
    "1e-999",
    "NaN",
    "Infinity",
    "0x10",
    "1_000",
    "",
  ],
]);

/** @type {readonly ((bytes: Uint8Array, random: FuzzRandom, more: More) => Uint8Array)[]} */
const changes = [
  (bytes, random) => changed(bytes, random, (byte) => byte ^ (1 << random.below(8))),
  (bytes, random) => changed(bytes, random, () => random.below(256)),
  (bytes, random) =>
    changed(bytes, random, () => random.pick([0, 1, 0x7f, 0x80, 0xff, 0x0a, 0x22, 0x2c, 0x5c])),
  // Cut off.
  (bytes, random) => bytes.slice(0, random.below(bytes.length + 1)),
  // Cut off near the end, where checksums and directories are.
  (bytes, random) => bytes.slice(0, Math.max(0, bytes.length - 1 - random.below(32))),
  // Something after the end.
  (bytes, random) =>
    joined(
      bytes,
      Uint8Array.from({ length: 1 + random.below(64) }, () => random.below(256)),
    ),
  // Without a part.
  (bytes, random) => {
    const [from, to] = part(bytes, random);
    return joined(bytes.subarray(0, from), bytes.subarray(to));
  },
  // A part twice or more.
  (bytes, random) => {
    const [from, to] = part(bytes, random);
    const copies = Array.from({ length: 1 + random.below(4) }, () => bytes.subarray(from, to));
    return joined(bytes.subarray(0, to), ...copies, bytes.subarray(to));
  },
  // A part of the file written over a different part.
  (bytes, random) => {
    const [from, to] = part(bytes, random);
    const result = bytes.slice();
    result.set(bytes.subarray(from, to), random.below(bytes.length - (to - from) + 1));
    return result;
  },
  // The beginning of one file with the end of another.
  (bytes, random, { corpus }) => {
    const other = random.pick(corpus);
    return joined(
      bytes.subarray(0, random.below(bytes.length)),
      other.subarray(1 + random.below(other.length)),
    );
  },
  // A number at the limits, in either byte order, at places that the target knows or anywhere.
  (bytes, random, { fields }) => {
    const size = random.pick([1, 2, 4, 4, 8]);
    const known = fields.length > 0 && random.chance(0.7);
    const at = known ? random.pick(fields) : random.below(Math.max(1, bytes.length - size));
    if (at + size > bytes.length) return bytes;
    const result = bytes.slice();
    const edge = random.pick(EDGES);
    for (let byte = 0; byte < size; byte++) result[at + byte] = Number((edge >> BigInt(8 * byte)) & 0xffn);
    if (random.chance(0.5)) result.subarray(at, at + size).reverse();
    return result;
  },
  // A different number in place of digits.
  (bytes, random) => {
    const text = Buffer.from(bytes).toString("latin1");
    const found = [...text.slice(0, 4096).matchAll(/\d+/g)];
    if (found.length === 0) return bytes;
    const match = random.pick(found);
    const behind = text.slice(match.index + match[0].length);
    return Uint8Array.from(Buffer.from(text.slice(0, match.index) + random.pick(DIGITS) + behind, "latin1"));
  },
  // A word that the format knows, inserted or written over something.
  (bytes, random, { tokens }) => {
    if (tokens.length === 0) return bytes;
    const word = Uint8Array.from(Buffer.from(random.pick(tokens), "latin1"));
    const at = random.below(bytes.length + 1);
    const skipped = random.chance(0.5) ? 0 : word.length;
    return joined(bytes.subarray(0, at), word, bytes.subarray(Math.min(bytes.length, at + skipped)));
  },
];

/**
 * What the changes may draw on.
 * @typedef {{ corpus: readonly Uint8Array[], fields: readonly number[], tokens: readonly string[] }} More
 */

/**
 * A file with one to four changes, mostly one: a single wrong bit is the hardest to see.
 *
 * @param {Uint8Array} bytes
 * @param {FuzzRandom} random
 * @param {More} more
 */
export function mutateBytes(bytes, random, more) {
  let result = bytes;
  const times = random.pick([1, 1, 1, 2, 2, 3, 4]);
  for (let time = 0; time < times && result.length > 0; time++) {
    result = random.pick(changes)(result, random, more);
  }
  return result;
}

/** @param {Uint8Array} bytes @param {FuzzRandom} random @param {(byte: number) => number} change */
function changed(bytes, random, change) {
  const result = bytes.slice();
  const at = random.below(bytes.length);
  result[at] = change(result[at] ?? 0);
  return result;
}

/** @param {Uint8Array} bytes @param {FuzzRandom} random @returns {[from: number, to: number]} */
function part(bytes, random) {
  const from = random.below(bytes.length);
  const longest = random.chance(0.5) ? 8 : bytes.length;
  return [from, Math.min(bytes.length, from + 1 + random.below(longest))];
}

/** @param {...Uint8Array} parts */
function joined(...parts) {
  return Uint8Array.from(Buffer.concat(parts));
}

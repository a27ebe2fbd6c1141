/**
 * Counter-based random numbers: Philox4x32 of Salmon et al., "Parallel Random Numbers: As Easy as 1, 2, 3"
 * (SC 2011). A draw is a pure function of its key and its counter, so no draw depends on which thread
 * made it or on how many came before. The kernels hold the same generator (`kernels/random.ts`).
 */

/** What a stream of draws is for: part of every key, so that no two purposes share numbers. */
const purposes = {
  initializer: 1,
  shuffle: 2,
  dropout: 3,
  sketch: 4,
  split: 5,
  augmentation: 6,
  embedding: 7,
  selection: 8,
  limit: 9,
  noise: 10,
  sweep: 11,
} as const;

type Purpose = keyof typeof purposes;

/** Seven rounds pass the authors' BigCrush tests with a margin of one; the kernels use seven too. */
const PHILOX_ROUNDS = 7;

const MULTIPLIER_0 = 0xd2511f53;
const MULTIPLIER_1 = 0xcd9e8d57;
const WEYL_0 = 0x9e3779b9;
const WEYL_1 = 0xbb67ae85;

/** The upper 32 bits of the unsigned 64-bit product of two 32-bit numbers. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const carry = aLow * bHigh + (middle % 0x10000);
  return (aHigh * bHigh + Math.floor(middle / 0x10000) + Math.floor(carry / 0x10000)) >>> 0;
}

/** One block: four random 32-bit words from a counter of four words and a key of two, written to `out`. */
export function philox(
  out: Uint32Array,
  counter: readonly [number, number, number, number],
  key: readonly [number, number],
  rounds: number = PHILOX_ROUNDS,
): void {
  let [c0, c1, c2, c3] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < rounds; round++) {
    const high0 = multiplyHigh(MULTIPLIER_0, c0);
    const low0 = Math.imul(MULTIPLIER_0, c0);
    const high1 = multiplyHigh(MULTIPLIER_1, c2);
    const low1 = Math.imul(MULTIPLIER_1, c2);
    [c0, c1, c2, c3] = [(high1 ^ c1 ^ k0) >>> 0, low1 >>> 0, (high0 ^ c3 ^ k1) >>> 0, low0 >>> 0];
    k0 = (k0 + WEYL_0) >>> 0;
    k1 = (k1 + WEYL_1) >>> 0;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}

/** The key of a seed for a purpose: its low word, and its high word marked with the purpose. */
export function randomKey(seed: number, purpose: Purpose): readonly [low: number, high: number] {
  return [seed >>> 0, (Math.floor(seed / 0x100000000) ^ (purposes[purpose] << 24)) >>> 0];
}

/**
 * A stream of numbers for one purpose: the same for the same `(seed, purpose, index)` on every machine.
 *
 * @example
 * const random = new Random(42, "shuffle", epoch);
 * random.uniform(); // in [0, 1)
 */
export class Random {
  private readonly key: readonly [number, number];
  private readonly block = new Uint32Array(4);
  private position = 4;
  private blocksDrawn = 0;

  /**
   * @param seed any whole number up to 2^53: the user's seed
   * @param purpose what the numbers are for
   * @param index which stream of that purpose: an epoch, a weight, an image; below 2^32
   */
  constructor(
    seed: number,
    purpose: Purpose,
    private readonly index: number = 0,
  ) {
    this.key = randomKey(seed, purpose);
  }

  /** A whole number in [0, 2^32). */
  uint32(): number {
    if (this.position === 4) {
      const high = Math.floor(this.blocksDrawn / 0x100000000);
      philox(this.block, [this.blocksDrawn >>> 0, high, this.index >>> 0, 0], this.key);
      this.blocksDrawn++;
      this.position = 0;
    }
    return this.block[this.position++]!;
  }

  /** A number in [0, 1) with 53 random bits. */
  uniform(): number {
    const high = this.uint32() >>> 5;
    const low = this.uint32() >>> 6;
    return (high * 0x4000000 + low) / 0x20000000000000;
  }

  /** A whole number in [0, limit), each equally likely; `limit` at most 2^32. */
  below(limit: number): number {
    const largest = 0x100000000 - (0x100000000 % limit);
    for (;;) {
      const draw = this.uint32();
      if (draw < largest) return draw % limit;
    }
  }

  /**
   * Approximately standard normal: the sum of twelve uniforms less six (Irwin–Hall), within ±6.
   * Uses additions alone, so that every machine gets the same bits; a logarithm would differ.
   */
  normal(): number {
    let sum = -6;
    for (let draw = 0; draw < 12; draw++) sum += this.uniform();
    return sum;
  }
}

/** The numbers 0 … count-1 in a random order (Fisher–Yates), written over `order`. */
export function shuffle(order: Int32Array, random: Random): void {
  for (let index = 0; index < order.length; index++) order[index] = index;
  for (let last = order.length - 1; last > 0; last--) {
    const other = random.below(last + 1);
    const kept = order[last]!;
    order[last] = order[other]!;
    order[other] = kept;
  }
}

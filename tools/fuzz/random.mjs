// Random numbers of the fuzzer: every input is a function of (seed, target, index) alone, so that any can be made again.

export class FuzzRandom {
  #state;

  /** @param {number} seed @param {string} target @param {number} index */
  constructor(seed, target, index) {
    let state = (seed ^ 0x9e3779b9) >>> 0;
    for (const letter of `${target}:${index}`) state = mix(state ^ letter.charCodeAt(0));
    this.#state = state;
  }

  /** A whole number from 0 to below `limit`. @param {number} limit */
  below(limit) {
    return Math.floor((this.#next() / 2 ** 32) * limit);
  }

  /** True in `share` of the cases. @param {number} share */
  chance(share) {
    return this.#next() < share * 2 ** 32;
  }

  /** @template T @param {readonly T[]} list @returns {T} */
  pick(list) {
    return /** @type {T} */ (list[this.below(list.length)]);
  }

  #next() {
    this.#state = (this.#state + 0x9e3779b9) >>> 0;
    return mix(this.#state);
  }
}

/** Spreads 32 bits (the finalizer of MurmurHash3). @param {number} bits */
function mix(bits) {
  let mixed = bits >>> 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

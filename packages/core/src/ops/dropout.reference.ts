import { philox, randomKey } from "../base/random.js";

/** The plain twin: which of `count` units of a sample are kept. */
export function dropoutReference(options: {
  readonly rate: number;
  readonly seed: number;
  readonly layer: number;
  readonly step: number;
  readonly sample: number;
  readonly count: number;
}): boolean[] {
  const { rate, seed, layer, step, sample, count } = options;
  const words = new Uint32Array(4);
  const limit = Math.round(rate * 65536);
  return Array.from({ length: count }, (_, element) => {
    // Thirty-two elements share four consecutive blocks: eight take the first words' halves, eight the second's …
    const within = element % 32;
    const block = 4 * Math.floor(element / 32) + ((within % 8) >> 1);
    philox(words, [block, sample, step, layer], randomKey(seed, "dropout"));
    const word = words[within >> 3]!;
    const draw = within % 2 === 0 ? word & 0xffff : word >>> 16;
    return draw >= limit;
  });
}

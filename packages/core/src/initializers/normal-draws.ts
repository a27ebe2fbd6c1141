import { naturalLog } from "../base/math.js";
import type { Random } from "../base/random.js";

/** A function that draws standard normal numbers: Marsaglia's polar method, with a logarithm that is the same everywhere. */
export function normalDraws(random: Random): () => number {
  let spare: number | undefined;
  return () => {
    if (spare !== undefined) {
      const value = spare;
      spare = undefined;
      return value;
    }
    for (;;) {
      const u = 2 * random.uniform() - 1;
      const v = 2 * random.uniform() - 1;
      const square = u * u + v * v;
      if (square >= 1 || square === 0) continue;
      const factor = Math.sqrt((-2 * naturalLog(square)) / square);
      spare = v * factor;
      return u * factor;
    }
  };
}

/** The same, but draws beyond two deviations are repeated. */
export function truncatedNormalDraws(random: Random): () => number {
  const draw = normalDraws(random);
  return () => {
    for (;;) {
      const value = draw();
      if (Math.abs(value) <= 2) return value;
    }
  };
}

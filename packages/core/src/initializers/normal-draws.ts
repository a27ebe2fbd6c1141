import { naturalLog } from "../base/math.js";
import type { Random } from "../base/random.js";

/** A function that draws standard normal numbers: Marsaglia's polar method, from a logarithm that is everywhere the same. */
export function normalDraws(random: Random): () => number {
  let kept: number | undefined;
  return () => {
    if (kept !== undefined) {
      const value = kept;
      kept = undefined;
      return value;
    }
    for (;;) {
      const u = 2 * random.uniform() - 1;
      const v = 2 * random.uniform() - 1;
      const square = u * u + v * v;
      if (square >= 1 || square === 0) continue;
      const factor = Math.sqrt((-2 * naturalLog(square)) / square);
      kept = v * factor;
      return u * factor;
    }
  };
}

/** The same, with draws beyond two deviations made again. */
export function truncatedNormalDraws(random: Random): () => number {
  const draw = normalDraws(random);
  return () => {
    for (;;) {
      const value = draw();
      if (Math.abs(value) <= 2) return value;
    }
  };
}

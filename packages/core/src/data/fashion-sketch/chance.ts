import type { Random } from "../../base/random.js";

/** A uniformly distributed number in [low, high). */
export function between(random: Random, low: number, high: number): number {
  return low + (high - low) * (random.uint32() / 0x100000000);
}

/** True with the given probability. */
export function chance(random: Random, probability: number): boolean {
  return random.uint32() < probability * 0x100000000;
}

/** One of several equally likely choices. */
export function pick<const T>(random: Random, choices: readonly [T, ...T[]]): T {
  return choices[random.below(choices.length)]!;
}

/** A tone that differs from `tone` by `least` to `most`, lighter or darker as far as there is room. */
export function contrasting(random: Random, tone: number, least: number, most: number): number {
  const difference = between(random, least, most);
  const lighter = tone + difference <= 1;
  const darker = tone - difference >= 0.05;
  if (lighter && darker) return chance(random, 0.5) ? tone + difference : tone - difference;
  return lighter ? tone + difference : Math.max(tone - difference, 0.05);
}

/** The tone of the same cloth in shadow: in a seam, fold or crease. */
export function shadowOf(tone: number): number {
  return Math.max(tone - 0.25, 0.05);
}

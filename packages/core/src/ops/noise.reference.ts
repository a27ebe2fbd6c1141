import { philox, randomKey } from "../base/random.js";

/** Which draw a twin makes. */
interface Draw {
  readonly seed: number;
  readonly layer: number;
  readonly step: number;
  readonly sample: number;
}

function block({ seed, layer, step, sample }: Draw, index: number): Uint32Array {
  const words = new Uint32Array(4);
  philox(words, [index, sample, step, layer], randomKey(seed, "noise"));
  return words;
}

/** The plain twin of the normal numbers of a sample's elements. */
export function normalReference(draw: Draw, count: number): number[] {
  return Array.from({ length: count }, (_, element) => {
    const words = block(draw, Math.floor(element / 4));
    const pair = element % 4 < 2 ? 0 : 2;
    const radius = Math.sqrt(-2 * Math.log((words[pair]! + 1) / 2 ** 32));
    const angle = (2 * Math.PI * words[pair + 1]!) / 2 ** 32;
    return radius * (element % 2 === 0 ? Math.cos(angle) : Math.sin(angle));
  });
}

/** The plain twin: what a sample is multiplied by. */
export function dropSampleReference(draw: Draw, rate: number): number {
  return block(draw, 0)[0]! / 2 ** 32 >= rate ? 1 / (1 - rate) : 0;
}

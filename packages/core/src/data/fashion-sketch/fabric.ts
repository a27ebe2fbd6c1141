import type { Random } from "../../base/random.js";
import { type Canvas, SIZE } from "./canvas.js";
import { between, chance, pick } from "./chance.js";

/** The pattern of a cloth. */
export type Fabric = "plain" | "stripes" | "lines" | "check" | "print" | "melange" | "blocks";

/** Weaves a fabric into all the cloth on the canvas, darkening it by the pattern. */
export function weave(canvas: Canvas, random: Random, fabric: Fabric): void {
  if (fabric === "plain") return;
  const depth = between(random, 0.2, 0.5);
  const pattern = patterns[fabric](random);
  for (let y = 0; y < SIZE; y++) {
    for (let x = 0; x < SIZE; x++) {
      const index = y * SIZE + x;
      if (canvas.cloth[index]! > 0) canvas.tone[index]! *= 1 - depth * pattern(x, y);
    }
  }
}

/** The share of the darker thread at a pixel, 0..1. */
type Pattern = (x: number, y: number) => number;

const patterns: Record<Exclude<Fabric, "plain">, (random: Random) => Pattern> = {
  stripes(random) {
    const wave = stripe(random, 2.5, 7);
    const slant = between(random, -0.12, 0.12);
    return (x, y) => wave(y + slant * x);
  },
  lines(random) {
    const wave = stripe(random, 2.5, 5);
    const slant = between(random, -0.08, 0.08);
    return (x, y) => wave(x + slant * y);
  },
  check(random) {
    const across = stripe(random, 3, 6);
    const down = stripe(random, 3, 6);
    return (x, y) => (across(x) + down(y)) / 2;
  },
  print(random) {
    const cells = lattice(random);
    const spread = between(random, 1.3, 2.6);
    const level = between(random, 0.4, 0.65);
    return (x, y) => Math.min(Math.max((cells(x / spread, y / spread) - level) * 5 + 0.5, 0), 1);
  },
  melange(random) {
    const cells = lattice(random);
    return (x, y) => cells(x, y);
  },
  blocks(random) {
    const border = between(random, 8, 20);
    const below = chance(random, 0.5);
    return (_, y) => {
      const part = Math.min(Math.max(y - border + 0.5, 0), 1);
      return below ? part : 1 - part;
    };
  },
};

/** A soft-edged wave with a random period and phase along one axis. */
function stripe(random: Random, shortest: number, longest: number): (at: number) => number {
  const period = between(random, shortest, longest);
  const phase = between(random, 0, 1);
  const dark = between(random, -0.3, 0.3);
  return (at) => {
    const turns = at / period + phase;
    const triangle = Math.abs(2 * (turns - Math.floor(turns)) - 1) * 2 - 1;
    return Math.min(Math.max(0.5 + 1.2 * (triangle + dark), 0), 1);
  };
}

/** A smooth random surface, 0..1, with one bump per unit, for coordinates 0 … 30. */
function lattice(random: Random): (x: number, y: number) => number {
  const side = 32;
  const bytes = new Uint8Array(side * side);
  for (let index = 0; index < bytes.length; index += 4) {
    const draw = random.uint32();
    bytes[index] = draw;
    bytes[index + 1] = draw >>> 8;
    bytes[index + 2] = draw >>> 16;
    bytes[index + 3] = draw >>> 24;
  }
  return (x, y) => {
    const column = Math.floor(x);
    const row = Math.floor(y);
    const partX = x - column;
    const partY = y - row;
    const corner = row * side + column;
    const above = bytes[corner]! * (1 - partX) + bytes[corner + 1]! * partX;
    const below = bytes[corner + side]! * (1 - partX) + bytes[corner + side + 1]! * partX;
    return (above * (1 - partY) + below * partY) / 255;
  };
}

/** One of some fabrics half of the time, otherwise plain. */
export function someFabric(random: Random, fabrics: readonly [Fabric, ...Fabric[]]): Fabric {
  return chance(random, 0.5) ? pick(random, fabrics) : "plain";
}

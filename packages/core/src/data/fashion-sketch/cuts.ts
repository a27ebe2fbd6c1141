import type { Random } from "../../base/random.js";
import type { Cut } from "./bodice.js";
import { between } from "./chance.js";

/** The cut of an ordinary top, which each garment then changes. */
export function topCut(random: Random): Cut {
  const chest = between(random, 0.46, 0.62);
  return {
    top: -0.95,
    bottom: between(random, 0.72, 0.98),
    neck: between(random, 0.17, 0.26),
    neckDepth: between(random, 0.1, 0.2),
    neckline: "round",
    shoulder: chest - between(random, 0, 0.07),
    slope: between(random, 0.08, 0.2),
    chest,
    waist: chest - between(random, -0.02, 0.1),
    waistAt: between(random, 0.1, 0.4),
    hem: chest + between(random, -0.05, 0.06),
    hemDrop: between(random, -0.02, 0.04),
    sleeveLength: 0,
    sleeveSpread: 0,
    cuff: 0,
  };
}

/** The part of a cut that describes the sleeves. */
export type SleeveCut = Pick<Cut, "sleeveLength" | "sleeveSpread" | "cuff">;

/** Sleeves that stick out and end above the elbow. */
export function shortSleeves(random: Random): SleeveCut {
  return {
    sleeveLength: between(random, 0.26, 0.55),
    sleeveSpread: between(random, 0.55, 1.3),
    cuff: between(random, 0.15, 0.22),
  };
}

/** Sleeves that hang down beside the torso to the wrist. */
export function longSleeves(random: Random): SleeveCut {
  return {
    sleeveLength: between(random, 1.1, 1.5),
    sleeveSpread: between(random, 0.08, 0.34),
    cuff: between(random, 0.09, 0.15),
  };
}

import type { Random } from "../../base/random.js";
import type { Canvas } from "./canvas.js";
import { between, chance, contrasting, shadowOf } from "./chance.js";
import { someFabric, weave } from "./fabric.js";
import { band, Path, rectangle } from "./path.js";

/** Draws trousers: a waistband and two legs with a gap between them, straight, tapered or flared. */
export function drawTrouser(canvas: Canvas, random: Random): void {
  const tone = between(random, 0.2, 1);
  const line = contrasting(random, tone, 0.12, 0.35);
  const waist = between(random, 0.22, 0.34);
  const shape: Shape = {
    waist,
    hip: waist + between(random, 0.02, 0.1),
    crotch: between(random, -0.5, -0.3),
    apart: between(random, 0.03, 0.16),
    ankle: between(random, 0.13, 0.28),
    bottom: between(random, 0.85, 1),
  };
  const { hip, crotch, apart, ankle, bottom } = shape;
  canvas.fill(leg(shape, 0), tone);
  // The legs of a real pair never hang in exactly the same way.
  canvas.fill(leg(shape, between(random, -0.05, 0.06)).flipped(), tone);
  weave(canvas, random, someFabric(random, ["melange", "lines", "print", "check", "blocks"]));
  canvas.dye(band(0, crotch - 0.35, 0, crotch, 0.06), shadowOf(tone), 0.6);
  if (chance(random, 0.7)) canvas.dye(rectangle(-0.5, -1, 0.5, between(random, -0.9, -0.84)), line);
  if (chance(random, 0.5)) {
    const pocket = new Path(hip * 0.55, -0.88).curve(hip * 0.6, -0.72, hip, -0.7).stroke(0.06);
    canvas.dye(pocket, line, 0.8);
    canvas.dye(pocket.flipped(), line, 0.8);
  }
  if (chance(random, 0.4)) {
    const crease = new Path(hip * 0.6, crotch).line(apart + ankle / 2, bottom).stroke(0.07);
    canvas.dye(crease, line, 0.5);
    canvas.dye(crease.flipped(), line, 0.5);
  }
  if (chance(random, 0.2)) canvas.dye(rectangle(-1, bottom - 0.12, 1, 1.1), line, 0.8);
}

interface Shape {
  readonly waist: number;
  readonly hip: number;
  /** The height at which the legs separate. */
  readonly crotch: number;
  /** The height at which they end. */
  readonly bottom: number;
  /** Half the gap between the legs at the bottom. */
  readonly apart: number;
  /** The width of one leg at the bottom. */
  readonly ankle: number;
}

/** The right leg with its half of the waist, its end moved outwards by `swing`. It slightly overlaps the left leg. */
function leg({ waist, hip, crotch, bottom, apart, ankle }: Shape, swing: number): Path {
  return new Path(-0.01, -0.97)
    .line(waist, -0.97)
    .curve(hip, -0.75, hip, crotch)
    .curve(apart + ankle * 0.95, 0.2, apart + ankle + swing, bottom)
    .line(apart + swing, bottom)
    .curve(apart * 0.9, 0.2, -0.01, crotch);
}

import type { Random } from "../../base/random.js";
import { type Cut, drawBodice } from "./bodice.js";
import type { Canvas } from "./canvas.js";
import { between, chance, contrasting, pick, shadowOf } from "./chance.js";
import type { SleeveCut } from "./cuts.js";
import { someFabric, weave } from "./fabric.js";
import { band, Path } from "./path.js";

/** Draws a dress: a narrow top, a waist, a skirt down to the edge of the frame; straps, short or long sleeves, or none. */
export function drawDress(canvas: Canvas, random: Random): void {
  const tone = between(random, 0.25, 1);
  const line = contrasting(random, tone, 0.15, 0.45);
  const sleeves = pick(random, ["straps", "none", "none", "short", "long"]);
  const chest = between(random, 0.26, 0.38);
  const waistAt = between(random, -0.3, 0);
  const flare = pick(random, [between(random, -0.04, 0.06), between(random, 0.08, 0.32)]);
  const cut: Cut = {
    top: sleeves === "straps" ? -0.68 : -0.97,
    bottom: between(random, 0.88, 1),
    neck: between(random, 0.12, 0.2),
    neckDepth: between(random, 0.08, 0.3),
    neckline: chance(random, 0.4) ? "pointed" : "round",
    shoulder: chest - between(random, 0, 0.06),
    slope: sleeves === "straps" ? 0.02 : between(random, 0.06, 0.14),
    chest,
    waist: chest - between(random, 0.05, 0.12),
    waistAt,
    hem: Math.max(chest + flare, 0.2),
    hemDrop: between(random, -0.03, 0.05),
    ...sleevesOf(random, sleeves),
  };
  if (sleeves === "straps") {
    const strap = band(cut.neck, -0.98, cut.neck + 0.05, -0.6, between(random, 0.06, 0.12));
    canvas.fill(strap, tone);
    canvas.fill(strap.flipped(), tone);
  }
  drawBodice(canvas, cut, tone);
  weave(canvas, random, someFabric(random, ["print", "print", "stripes", "check", "blocks"]));
  if (chance(random, 0.6)) {
    canvas.dye(band(-0.6, waistAt, 0.6, waistAt, between(random, 0.06, 0.14)), line, 0.9);
  }
  if (flare > 0.08 && chance(random, 0.7)) drawPleats(canvas, random, cut, shadowOf(tone));
}

/** Sleeves that are slimmer than those of tops. */
function sleevesOf(random: Random, kind: "straps" | "none" | "short" | "long"): SleeveCut {
  switch (kind) {
    case "short":
      return { sleeveLength: between(random, 0.2, 0.45), sleeveSpread: between(random, 0.4, 1), cuff: 0.13 };
    case "long":
      return {
        sleeveLength: between(random, 0.7, 1.25),
        sleeveSpread: between(random, 0.15, 0.35),
        cuff: 0.08,
      };
    default:
      return { sleeveLength: 0, sleeveSpread: 0, cuff: 0 };
  }
}

/** Draws folds that fan out from the waist. */
function drawPleats(canvas: Canvas, random: Random, cut: Cut, tone: number): void {
  const count = 2 + random.below(3);
  for (let pleat = 0; pleat < count; pleat++) {
    const across = ((pleat + 0.5) / count) * 2 - 1;
    const fold = new Path(across * cut.waist, cut.waistAt + 0.1).line(across * cut.hem, cut.bottom);
    canvas.dye(fold.stroke(0.06), tone, 0.7);
  }
}

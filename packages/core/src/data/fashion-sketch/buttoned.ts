import type { Random } from "../../base/random.js";
import { type Cut, drawBodice } from "./bodice.js";
import type { Canvas } from "./canvas.js";
import { between, chance, contrasting, shadowOf } from "./chance.js";
import { longSleeves, shortSleeves, topCut } from "./cuts.js";
import { someFabric, weave } from "./fabric.js";
import { band, ellipse, Path, rectangle } from "./path.js";

/** Below every hem: details that reach down to here end with the cloth. */
const HEM = 1.15;

/** Draws a coat: wide and long with long sleeves, open or buttoned all the way down; lapels, large buttons, pockets, a belt. */
export function drawCoat(canvas: Canvas, random: Random): void {
  const tone = between(random, 0.2, 0.95);
  const line = contrasting(random, tone, 0.25, 0.5);
  const base = topCut(random);
  const wide = between(random, 0, 0.05);
  const cut: Cut = {
    ...base,
    ...longSleeves(random),
    chest: base.chest + wide,
    hem: base.hem + wide + between(random, 0, 0.1),
    bottom: between(random, 0.82, 1),
    neckDepth: between(random, 0.08, 0.14),
    cuff: between(random, 0.11, 0.17),
  };
  drawBodice(canvas, cut, tone);
  weave(canvas, random, someFabric(random, ["melange", "melange", "check", "print", "lines"]));
  const lapelEnd = cut.top + between(random, 0.45, 0.85);
  if (chance(random, 0.35)) drawOpenFront(canvas, random, cut.top, lapelEnd, line);
  else drawClosedFront(canvas, random, cut, lapelEnd, line);
  const lapel = new Path(0.02, lapelEnd)
    .line(cut.neck + 0.02, cut.top - 0.04)
    .line(cut.neck + between(random, 0.1, 0.18), cut.top + 0.12)
    .line(cut.neck + between(random, 0.02, 0.14), cut.top + 0.32);
  const lapelTone = chance(random, 0.5) ? line : shadowOf(tone);
  canvas.fill(lapel, lapelTone);
  canvas.fill(lapel.flipped(), lapelTone);
  if (chance(random, 0.35)) {
    canvas.dye(band(-cut.chest, cut.waistAt, cut.chest, cut.waistAt, between(random, 0.09, 0.14)), line, 0.8);
  }
  if (chance(random, 0.6)) {
    const pocket = band(0.2, cut.bottom - 0.45, 0.4, cut.bottom - between(random, 0.4, 0.55), 0.07);
    canvas.dye(pocket, line, 0.9);
    canvas.dye(pocket.flipped(), line, 0.9);
  }
}

/** Draws the clothes underneath, which show between the two halves. */
function drawOpenFront(canvas: Canvas, random: Random, top: number, lapelEnd: number, tone: number): void {
  const gap = between(random, 0.06, 0.13);
  const opening = new Path(0, top)
    .line(gap, lapelEnd)
    .line(gap * 1.3, HEM)
    .mirror();
  canvas.dye(opening, tone);
}

/** Draws a line down the middle with two rows of buttons. */
function drawClosedFront(canvas: Canvas, random: Random, cut: Cut, lapelEnd: number, tone: number): void {
  canvas.dye(band(0, cut.top, 0, HEM, between(random, 0.07, 0.1)), tone);
  const apart = between(random, 0.12, 0.2);
  const size = between(random, 0.045, 0.065);
  const count = 2 + random.below(3);
  for (let button = 0; button < count; button++) {
    const y = lapelEnd + 0.08 + (button * (cut.bottom - lapelEnd - 0.2)) / count;
    canvas.dye(ellipse(apart, y, size), tone);
    canvas.dye(ellipse(-apart, y, size), tone);
  }
}

/** Draws a shirt: a turned-down collar with two points, a placket with small buttons, long or short sleeves, often checked. */
export function drawShirt(canvas: Canvas, random: Random): void {
  const tone = between(random, 0.3, 1);
  const line = contrasting(random, tone, 0.3, 0.55);
  const cut: Cut = {
    ...topCut(random),
    ...(chance(random, 0.7) ? longSleeves(random) : shortSleeves(random)),
    neckDepth: between(random, 0.1, 0.18),
    hemDrop: between(random, 0, 0.12),
  };
  drawBodice(canvas, cut, tone);
  weave(canvas, random, someFabric(random, ["check", "check", "lines", "print", "stripes"]));
  const placket = between(random, 0.08, 0.12);
  const end = chance(random, 0.75) ? HEM : between(random, 0, 0.3);
  const plain = contrasting(random, tone, 0.02, 0.12);
  canvas.dye(rectangle(-placket, cut.top, placket, end), plain, 0.8);
  const gap = between(random, 0.17, 0.24);
  for (let y = cut.top + 0.3; y < Math.min(end, cut.bottom); y += gap) {
    canvas.dye(ellipse(0, y, 0.055), line);
  }
  const reach = between(random, 0.22, 0.34);
  const collar = new Path(0.01, cut.top + cut.neckDepth + 0.04)
    .line(cut.neck, cut.top - 0.06)
    .line(cut.neck + 0.1, cut.top + 0.04)
    .line(cut.neck * 0.8, cut.top + reach);
  canvas.fill(collar, line);
  canvas.fill(collar.flipped(), line);
  if (chance(random, 0.4)) {
    const height = between(random, -0.45, -0.3);
    canvas.dye(rectangle(0.17, height, 0.38, height + 0.22), plain, 0.9);
    canvas.dye(band(0.17, height, 0.38, height, 0.06), line, 0.8);
  }
}

import type { Canvas } from "./canvas.js";
import { shadowOf } from "./chance.js";
import { Path } from "./path.js";

/** The cut of the part that covers arms and torso, shared by tops and dresses. Lengths in garment units, widths as halves. */
export interface Cut {
  /** Height of the sides of the neck; heights grow downwards. */
  readonly top: number;
  /** Height of the hem. */
  readonly bottom: number;
  readonly neck: number;
  readonly neckDepth: number;
  readonly neckline: "round" | "pointed";
  readonly shoulder: number;
  /** How far the end of the shoulder is below the neck. */
  readonly slope: number;
  readonly chest: number;
  readonly waist: number;
  readonly waistAt: number;
  readonly hem: number;
  /** How much lower the hem hangs in the middle than at its corners. */
  readonly hemDrop: number;
  /** 0 for no sleeves. */
  readonly sleeveLength: number;
  /** Units outwards per unit downwards; 0 hangs straight. */
  readonly sleeveSpread: number;
  readonly cuff: number;
}

/** The height at which sleeve and torso separate. */
function armpit(cut: Cut): number {
  return cut.top + cut.slope + 0.42;
}

/** The outline of the torso. */
function torso(cut: Cut): Path {
  const low = cut.top + cut.neckDepth;
  const pull = cut.neckline === "round" ? 1 : 0.5;
  return new Path(0, low)
    .curve(cut.neck * pull, pull === 1 ? low : (low + cut.top) / 2, cut.neck, cut.top)
    .line(cut.shoulder, cut.top + cut.slope)
    .curve(cut.chest * 0.93, cut.top + cut.slope + 0.2, cut.chest, armpit(cut))
    .curve(cut.waist, cut.waistAt, cut.hem, cut.bottom)
    .curve(cut.hem * 0.6, cut.bottom + cut.hemDrop, 0, cut.bottom + cut.hemDrop)
    .mirror();
}

/** The end of the right sleeve: the cuff's outer and inner corners, and the direction from shoulder to wrist. */
function wrist(cut: Cut) {
  const length = Math.sqrt(cut.sleeveSpread * cut.sleeveSpread + 1);
  const alongX = cut.sleeveSpread / length;
  const alongY = 1 / length;
  const endX = (cut.shoulder + cut.chest) / 2 + alongX * cut.sleeveLength;
  const endY = (cut.top + cut.slope + armpit(cut)) / 2 + alongY * cut.sleeveLength;
  return {
    alongX,
    alongY,
    outerX: endX + alongY * cut.cuff,
    outerY: endY - alongX * cut.cuff,
    innerX: endX - alongY * cut.cuff,
    innerY: endY + alongX * cut.cuff,
  };
}

/** The outline of the right sleeve. It starts slightly inside the torso, which is drawn over it. */
function sleeve(cut: Cut): Path {
  const { alongX, alongY, outerX, outerY, innerX, innerY } = wrist(cut);
  const topX = cut.shoulder - 0.04;
  const topY = cut.top + cut.slope - 0.01;
  const bend = cut.sleeveLength * 0.3;
  return new Path(topX, topY)
    .curve(topX + alongX * bend + alongY * 0.1, topY + alongY * bend - alongX * 0.1, outerX, outerY)
    .line(innerX, innerY)
    .line(cut.chest - 0.03, armpit(cut));
}

/** The last `height` units of the right sleeve, slightly wider than the sleeve. */
export function cuffBand(cut: Cut, height: number): Path {
  const { alongX, alongY, outerX, outerY, innerX, innerY } = wrist(cut);
  return new Path(outerX + 0.04, outerY)
    .line(innerX - 0.04, innerY)
    .line(innerX - 0.04 - alongX * height, innerY - alongY * height)
    .line(outerX + 0.04 - alongX * height, outerY - alongY * height);
}

/** Draws sleeves and torso in one tone, with dark seams between them and a gap below the armpits. */
export function drawBodice(canvas: Canvas, cut: Cut, tone: number): void {
  if (cut.sleeveLength > 0) {
    const arm = sleeve(cut);
    canvas.fill(arm, tone);
    canvas.fill(arm.flipped(), tone);
  }
  canvas.fill(torso(cut), tone);
  if (cut.sleeveLength > 0) {
    const seam = new Path(cut.shoulder - 0.03, cut.top + cut.slope)
      .curve(cut.chest * 0.93, cut.top + cut.slope + 0.2, cut.chest, armpit(cut))
      .stroke(0.07);
    const air = new Path(cut.chest, armpit(cut))
      .curve(cut.waist + 0.03, cut.waistAt, cut.hem + 0.06, cut.bottom)
      .line(cut.hem, cut.bottom)
      .curve(cut.waist - 0.02, cut.waistAt, cut.chest - 0.02, armpit(cut));
    canvas.dye(seam, shadowOf(tone), 0.6);
    canvas.dye(seam.flipped(), shadowOf(tone), 0.6);
    canvas.cut(air);
    canvas.cut(air.flipped());
  }
}

import type { Random } from "../../base/random.js";
import type { Canvas } from "./canvas.js";
import { between, chance, contrasting, pick } from "./chance.js";
import { someFabric, weave } from "./fabric.js";
import { band, Path } from "./path.js";

/** Draws a sandal: a flat, wedged or high-heeled sole, and straps with empty space between them for the foot. */
export function drawSandal(canvas: Canvas, random: Random): void {
  const tone = between(random, 0.35, 1);
  const soleTone = chance(random, 0.6) ? contrasting(random, tone, 0.1, 0.4) : tone;
  const kind = pick(random, ["flat", "flat", "thong", "wedge", "heel"]);
  const lift = heelLift(random, kind);
  const thick = kind === "heel" ? between(random, 0.05, 0.09) : between(random, 0.07, 0.15);
  const ground = 0.25 + lift * 0.5 + between(random, 0, 0.12);
  const heelY = ground - thick - lift;
  const ballY = ground - thick;
  const soleTop = new Path(-0.97, ballY)
    .line(-0.4, ballY)
    .curve(0.05, ballY, 0.4, heelY + lift * 0.25)
    .line(0.92, heelY);
  const width = chance(random, 0.25) ? between(random, 0.17, 0.25) : between(random, 0.08, 0.15);
  drawStraps(canvas, random, { kind, tone, width, ballY, heelY });
  weave(canvas, random, someFabric(random, ["melange", "print"]));
  if (kind === "wedge") {
    canvas.fill(soleTop.line(0.9, ground).line(-0.9, ground), soleTone);
    return;
  }
  canvas.fill(soleTop.stroke(thick + 0.03), soleTone);
  if (kind === "heel") {
    const tip = between(random, 0.03, 0.1);
    canvas.fill(
      new Path(0.66, heelY + 0.06)
        .line(0.95, heelY)
        .curve(0.84, (heelY + ground) / 2, 0.84 + tip, ground)
        .line(0.84 - tip, ground),
      soleTone,
    );
  }
}

type Kind = "flat" | "thong" | "wedge" | "heel";

/** How much higher the heel is than the ball of the foot. */
function heelLift(random: Random, kind: Kind): number {
  switch (kind) {
    case "flat":
      return 0.04;
    case "thong":
      return 0;
    case "wedge":
      return between(random, 0.2, 0.45);
    case "heel":
      return between(random, 0.45, 0.85);
  }
}

interface Straps {
  readonly kind: Kind;
  readonly tone: number;
  readonly width: number;
  /** Height of the sole under the ball of the foot. */
  readonly ballY: number;
  /** Height of the sole under the heel. */
  readonly heelY: number;
}

/** Draws one or two straps over the toes, and one for the heel: a loop around the ankle, or a slope to the instep. */
function drawStraps(canvas: Canvas, random: Random, straps: Straps): void {
  const { kind, tone, width, ballY, heelY } = straps;
  const arch = between(random, 0.28, 0.42);
  if (kind === "thong") {
    canvas.fill(new Path(-0.6, ballY).curve(-0.4, ballY - arch, 0.15, heelY).stroke(width), tone);
    canvas.fill(new Path(-0.6, ballY).curve(-0.15, ballY - arch * 1.3, 0.35, heelY).stroke(width), tone);
    return;
  }
  const overToes = 1 + random.below(2);
  for (let strap = 0; strap < overToes; strap++) {
    const x = -0.8 + strap * between(random, 0.26, 0.34);
    canvas.fill(
      new Path(x, ballY).curve(x + 0.2, ballY - arch - 0.12, x + 0.42, ballY - 0.02).stroke(width),
      tone,
    );
  }
  const ankleY = heelY - between(random, 0.3, 0.48);
  if (chance(random, 0.85)) {
    canvas.fill(new Path(0.9, heelY).curve(0.96, ankleY + 0.15, 0.86, ankleY).stroke(width), tone);
    canvas.fill(new Path(0.9, ankleY).curve(0.55, ankleY - 0.1, 0.2, ankleY + 0.05).stroke(width), tone);
    if (chance(random, 0.6)) canvas.fill(band(0.24, ankleY + 0.02, 0.34, heelY + 0.05, width), tone);
    if (chance(random, 0.5)) canvas.fill(band(0.24, ankleY + 0.04, -0.3, ballY - 0.1, width), tone);
  } else {
    canvas.fill(band(-0.35, ballY, 0.3, heelY - 0.25, width), tone);
    canvas.fill(band(0.3, heelY - 0.25, 0.5, heelY, width), tone);
  }
}

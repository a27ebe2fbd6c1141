import type { Random } from "../../base/random.js";
import type { Canvas } from "./canvas.js";
import { between, chance, contrasting, pick, shadowOf } from "./chance.js";
import { someFabric, weave } from "./fabric.js";
import { band, ellipse, Path, rectangle } from "./path.js";

/** Draws a sneaker: toes to the left, a thick flat sole, laces over the instep, stripes on the side. */
export function drawSneaker(canvas: Canvas, random: Random): void {
  const tone = between(random, 0.2, 1);
  const line = contrasting(random, tone, 0.2, 0.5);
  const soleTone = chance(random, 0.7) ? contrasting(random, tone, 0.15, 0.5) : tone;
  const ground = between(random, 0.36, 0.46);
  const sole = ground - between(random, 0.1, 0.2);
  const top = sole - (chance(random, 0.2) ? between(random, 0.75, 1) : between(random, 0.48, 0.7));
  const toe = between(random, 0.2, 0.3);
  const tongue = between(random, -0.02, 0.14);
  const upper = new Path(-0.93, sole)
    .curve(-0.98, sole - toe, -0.6, sole - toe - 0.02)
    .curve(-0.3, sole - toe - 0.04, tongue - 0.1, top + 0.06)
    .line(tongue, top)
    .curve(0.4, top + between(random, 0.14, 0.26), 0.72, top + 0.08)
    .line(0.86, top)
    .curve(0.8, sole - 0.2, 0.92, sole);
  canvas.fill(upper, tone);
  weave(canvas, random, someFabric(random, ["melange", "print", "blocks", "lines"]));
  if (chance(random, 0.3)) canvas.dye(ellipse(-0.85, sole, 0.3, 0.26), line);
  drawSideMark(canvas, random, sole, top, line);
  const laces = 3 + random.below(2);
  for (let lace = 0; lace < laces; lace++) {
    const at = (lace + 0.5) / laces;
    const x = -0.5 + at * (tongue + 0.38);
    const y = sole - toe + at * (top - sole + toe + 0.1);
    canvas.dye(band(x - 0.04, y - 0.08, x + 0.13, y + 0.1, 0.07), line);
  }
  const tread = new Path(-0.96, sole - 0.02)
    .line(0.93, sole - 0.02)
    .curve(1, ground, 0.86, ground)
    .line(-0.8, ground)
    .curve(-1, ground, -0.96, sole - 0.02);
  canvas.fill(tread, soleTone);
}

/** Draws the maker's mark on a sneaker's side. */
function drawSideMark(canvas: Canvas, random: Random, sole: number, top: number, tone: number): void {
  const middle = (sole + top) / 2;
  switch (pick(random, ["swoosh", "stripes", "heel", "none"])) {
    case "swoosh":
      canvas.dye(new Path(-0.25, sole - 0.1).curve(0, sole, 0.6, middle).stroke(0.1), tone);
      break;
    case "stripes":
      for (let stripe = 0; stripe < 3; stripe++) {
        const x = -0.05 + stripe * 0.17;
        canvas.dye(band(x, middle - 0.05, x + 0.12, sole, 0.07), tone);
      }
      break;
    case "heel":
      canvas.dye(rectangle(0.62, top - 0.1, 1, sole), tone);
      break;
    case "none":
      break;
  }
}

/** Draws an ankle boot: toes to the left, a shaft above the ankle, often a heel; a gusset, zip, laces or strap. */
export function drawBoot(canvas: Canvas, random: Random): void {
  const tone = between(random, 0.2, 1);
  const line = contrasting(random, tone, 0.15, 0.45);
  const soleTone = chance(random, 0.6) ? contrasting(random, tone, 0.15, 0.45) : tone;
  const ground = between(random, 0.58, 0.76);
  const heel = between(random, 0.08, 0.34);
  const plate = ground - between(random, 0.06, 0.12);
  const top = ground - between(random, 1.05, 1.5);
  const front = between(random, -0.02, 0.22);
  const back = between(random, 0.74, 0.9);
  const instep = plate - heel * 0.5 - between(random, 0.42, 0.55);
  const raised = plate - heel;
  const upper = new Path(-0.94, plate)
    .curve(-1, plate - 0.3, -0.6, plate - between(random, 0.3, 0.38))
    .curve(front - 0.15, instep + 0.05, front, instep - 0.2)
    .line(front - between(random, 0, 0.06), top)
    .line(back, top + between(random, -0.05, 0.08))
    .curve(0.72, raised - 0.45, 0.9, raised - 0.02)
    .line(0.4, raised + 0.02)
    .curve(0, plate, -0.3, plate);
  canvas.fill(upper, tone);
  weave(canvas, random, someFabric(random, ["melange", "print", "blocks"]));
  drawFastening(canvas, random, { front, back, top, instep, raised, line });
  const thin = ground - plate;
  canvas.fill(
    new Path(-0.93, plate - 0.01)
      .line(-0.25, plate - 0.01)
      .curve(0.05, plate, 0.4, raised)
      .line(0.9, raised)
      .line(0.9, raised + thin)
      .line(0.42, raised + thin)
      .curve(0.05, ground, -0.25, ground)
      .line(-0.85, ground),
    soleTone,
  );
  const heelFront = between(random, 0.42, 0.72);
  canvas.fill(
    new Path(heelFront - 0.04, raised).line(0.9, raised).line(0.88, ground).line(heelFront, ground),
    soleTone,
  );
}

/** The position and tone of a boot's shaft; `instep` is the height of its bend, `raised` that of the top of the heel. */
interface Shaft {
  readonly front: number;
  readonly back: number;
  readonly top: number;
  readonly instep: number;
  readonly raised: number;
  readonly line: number;
}

/** Draws the fastening of a boot. */
function drawFastening(canvas: Canvas, random: Random, shaft: Shaft): void {
  const { front, back, top, instep, raised, line } = shaft;
  const middle = (front + back) / 2;
  switch (pick(random, ["gusset", "zip", "laces", "strap", "none"])) {
    case "gusset":
      canvas.dye(
        new Path(middle - 0.16, top - 0.1).line(middle + 0.16, top - 0.1).line(middle, instep + 0.1),
        line,
      );
      break;
    case "zip":
      canvas.dye(band(middle + 0.1, top - 0.1, middle + 0.05, raised - 0.05, 0.07), line);
      break;
    case "laces":
      for (let y = top + 0.12; y < instep; y += 0.17) {
        canvas.dye(band(front - 0.1, y, front + 0.18, y + 0.06, 0.07), line);
      }
      break;
    case "strap":
      canvas.dye(band(front - 0.2, instep, back + 0.1, instep + between(random, -0.1, 0.1), 0.11), line);
      canvas.dye(rectangle(middle, instep - 0.09, middle + 0.12, instep + 0.09), shadowOf(line));
      break;
    case "none":
      break;
  }
  if (chance(random, 0.4)) {
    canvas.dye(rectangle(front - 0.3, top - 0.1, 1, top + between(random, 0.06, 0.2)), line);
  }
}

import type { Random } from "../../base/random.js";
import type { Canvas } from "./canvas.js";
import { between, chance, contrasting, pick } from "./chance.js";
import { someFabric, weave } from "./fabric.js";
import { band, ellipse, Path, rectangle } from "./path.js";

/** Draws a bag: a boxy or soft body, perhaps with handles or a shoulder strap; a flap, zip, pocket or buckle. */
export function drawBag(canvas: Canvas, random: Random): void {
  const tone = between(random, 0.2, 1);
  const line = contrasting(random, tone, 0.15, 0.5);
  const carry = pick(random, ["handle", "handle", "handles", "strap", "none"]);
  const bottom = between(random, 0.6, 0.9);
  const top = carry === "none" ? between(random, -0.75, -0.3) : between(random, -0.35, 0.1);
  const topHalf = between(random, 0.5, 0.9);
  const bottomHalf = Math.min(topHalf + between(random, -0.15, 0.2), 0.95);
  const round = between(random, 0.04, 0.25);
  drawCarrier(canvas, random, carry, { top, half: topHalf, tone: chance(random, 0.6) ? tone : line });
  const body = new Path(0, top)
    .line(topHalf - round, top)
    .curve(topHalf, top, topHalf + (bottomHalf - topHalf) * 0.3, top + round)
    .line(bottomHalf, bottom - round)
    .curve(bottomHalf, bottom, bottomHalf - round, bottom)
    .line(0, bottom)
    .mirror();
  canvas.fill(body, tone);
  weave(canvas, random, someFabric(random, ["melange", "check", "print", "blocks", "lines"]));
  const height = bottom - top;
  switch (pick(random, ["flap", "pointed", "zip", "pocket", "none"])) {
    case "flap":
      canvas.dye(rectangle(-1, top - 0.05, 1, top + height * between(random, 0.3, 0.55)), line, 0.8);
      break;
    case "pointed":
      canvas.dye(
        new Path(0, top + height * 0.6)
          .line(topHalf, top + 0.1)
          .line(topHalf, top - 0.1)
          .mirror(),
        line,
        0.8,
      );
      break;
    case "zip":
      canvas.dye(band(-topHalf * 0.85, top + 0.12, topHalf * 0.85, top + 0.12, 0.08), line);
      break;
    case "pocket": {
      const half = between(random, 0.25, 0.45);
      canvas.dye(rectangle(-half, top + height * 0.45, half, bottom - 0.1), line, 0.6);
      break;
    }
    case "none":
      break;
  }
  if (chance(random, 0.6)) {
    const y = top + height * between(random, 0.3, 0.55);
    canvas.dye(ellipse(0, y, between(random, 0.06, 0.12)), contrasting(random, line, 0.25, 0.5));
  }
  if (chance(random, 0.4)) canvas.dye(band(-1, bottom - 0.06, 1, bottom - 0.06, 0.1), line, 0.7);
}

type Carry = "handle" | "handles" | "strap" | "none";

/** Draws the handles or the strap. They come first, so that the body hides where they are sewn on. */
function drawCarrier(
  canvas: Canvas,
  random: Random,
  carry: Carry,
  bag: { readonly top: number; readonly half: number; readonly tone: number },
): void {
  const { top, half, tone } = bag;
  const width = between(random, 0.07, 0.13);
  switch (carry) {
    case "handle":
    case "handles": {
      const reach = half * between(random, 0.35, 0.75);
      const high = Math.max(top - between(random, 0.4, 0.75), -0.95);
      const arcs = carry === "handle" ? 1 : 2;
      for (let arc = 0; arc < arcs; arc++) {
        const wide = reach * (1 - 0.25 * arc);
        const peak = Math.min(high + 0.18 * arc, top - 0.15);
        const handle = new Path(-wide, top + 0.05)
          .curve(-wide, peak, 0, peak)
          .curve(wide, peak, wide, top + 0.05);
        canvas.fill(handle.stroke(width), tone);
      }
      break;
    }
    case "strap": {
      const peak = between(random, -0.97, -0.75);
      const strap = new Path(-half * 0.92, top + 0.05)
        .curve(-half * 0.6, peak, between(random, -0.15, 0.15), peak)
        .curve(half * 0.6, peak, half * 0.92, top + 0.05);
      canvas.fill(strap.stroke(width * 0.8), tone);
      break;
    }
    case "none":
      break;
  }
}

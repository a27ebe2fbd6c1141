import type { Random } from "../../base/random.js";
import { type Cut, cuffBand, drawBodice } from "./bodice.js";
import type { Canvas } from "./canvas.js";
import { between, chance, contrasting, pick } from "./chance.js";
import { longSleeves, shortSleeves, topCut } from "./cuts.js";
import { someFabric, weave } from "./fabric.js";
import { ellipse, Path, rectangle } from "./path.js";

/** Draws a T-shirt or top: short sleeves or none, a closed front, often a print on the chest. */
export function drawTshirt(canvas: Canvas, random: Random): void {
  const tone = between(random, 0.25, 1);
  const trim = contrasting(random, tone, 0.12, 0.4);
  const sleeves = chance(random, 0.85) ? shortSleeves(random) : { sleeveLength: 0, sleeveSpread: 0, cuff: 0 };
  const cut: Cut = {
    ...topCut(random),
    ...sleeves,
    neckDepth: between(random, 0.12, 0.34),
    neckline: chance(random, 0.25) ? "pointed" : "round",
  };
  drawBodice(canvas, cut, tone);
  weave(canvas, random, someFabric(random, ["stripes", "print", "melange", "blocks"]));
  if (chance(random, 0.4)) drawChestPrint(canvas, random, tone);
  if (chance(random, 0.6)) drawNeckband(canvas, cut, trim);
}

/** Draws a pullover: long sleeves, a closed front, a ribbed neck, cuffs and hem. */
export function drawPullover(canvas: Canvas, random: Random): void {
  const tone = between(random, 0.25, 1);
  const rib = contrasting(random, tone, 0.08, 0.3);
  const collar = pick(random, ["crew", "crew", "v", "turtle", "hood"]);
  const cut: Cut = {
    ...topCut(random),
    ...longSleeves(random),
    neckDepth: collar === "v" ? between(random, 0.3, 0.5) : between(random, 0.1, 0.18),
    neckline: collar === "v" ? "pointed" : "round",
  };
  const raised = between(random, 0.04, 0.1);
  if (collar === "hood") canvas.fill(ellipse(0, cut.top + 0.08, cut.neck + 0.16, 0.2), rib);
  drawBodice(canvas, cut, tone);
  weave(canvas, random, someFabric(random, ["stripes", "stripes", "melange", "print", "blocks"]));
  if (collar === "turtle") {
    canvas.fill(rectangle(-cut.neck, cut.top - raised, cut.neck, cut.top + cut.neckDepth + 0.04), rib);
  } else if (collar !== "hood") {
    drawNeckband(canvas, cut, rib);
  }
  if (chance(random, 0.35)) drawChestPrint(canvas, random, tone);
  const ribHeight = between(random, 0.08, 0.16);
  canvas.dye(rectangle(-cut.hem, cut.bottom - ribHeight, cut.hem, cut.bottom + 0.1), rib);
  const cuff = cuffBand(cut, ribHeight);
  canvas.dye(cuff, rib);
  canvas.dye(cuff.flipped(), rib);
}

/** Draws the ribbed edge of a neckline. */
function drawNeckband(canvas: Canvas, cut: Cut, tone: number): void {
  const low = cut.top + cut.neckDepth + 0.03;
  const edge = new Path(cut.neck + 0.03, cut.top);
  if (cut.neckline === "round") {
    edge.curve(cut.neck, low, 0, low).curve(-cut.neck, low, -cut.neck - 0.03, cut.top);
  } else {
    edge.line(0, low).line(-cut.neck - 0.03, cut.top);
  }
  canvas.dye(edge.stroke(0.1), tone);
}

/** Draws a picture or a line of letters on the chest. */
function drawChestPrint(canvas: Canvas, random: Random, clothTone: number): void {
  const tone = contrasting(random, clothTone, 0.25, 0.6);
  const y = between(random, -0.45, -0.1);
  const width = between(random, 0.12, 0.32);
  switch (pick(random, ["letters", "square", "disc", "badge"])) {
    case "letters": {
      const step = between(random, 0.11, 0.16);
      for (let x = -width; x <= width; x += step) {
        canvas.dye(rectangle(x - 0.03, y, x + 0.04, y + between(random, 0.1, 0.18)), tone);
      }
      break;
    }
    case "square":
      canvas.dye(rectangle(-width, y, width, y + between(random, 0.25, 0.5)), tone);
      canvas.dye(ellipse(0, y + 0.15, width * 0.45), clothTone);
      break;
    case "disc":
      canvas.dye(ellipse(0, y + 0.1, width), tone);
      break;
    case "badge":
      canvas.dye(ellipse(between(random, 0.18, 0.28), y - 0.05, 0.07), tone);
      break;
  }
}

import type { Random } from "../../base/random.js";
import { type Canvas, PIXELS, SIZE } from "./canvas.js";
import { between } from "./chance.js";

/** How many cells the coarse grid has along each side, from which folds are interpolated. */
const FOLD_CELLS = 6;

// Scratch memory, overwritten for every image.
const soft = new Float64Array(PIXELS);
const rows = new Float64Array(PIXELS);
const heights = new Float64Array((FOLD_CELLS + 1) * (FOLD_CELLS + 1));

/** Lights the garment (darker or lighter rims, folds, one side in the light), adds grain and writes the bytes to `out`. */
export function develop(canvas: Canvas, random: Random, out: Uint8Array): void {
  const { tone, cloth } = canvas;
  blur(cloth, rows, soft);
  for (let index = 0; index < heights.length; index++) heights[index] = between(random, -1, 1);
  const rim = between(random, -0.25, 0.6);
  const fold = between(random, 0.02, 0.16);
  const lampX = between(random, -0.12, 0.12) / SIZE;
  const lampY = between(random, -0.12, 0.12) / SIZE;
  const grain = between(random, 0.01, 0.07) / 255;
  let bytes = 0;
  for (let y = 0; y < SIZE; y++) {
    for (let x = 0; x < SIZE; x++) {
      const index = y * SIZE + x;
      bytes = x % 4 === 0 ? random.uint32() : bytes >>> 8;
      const covered = cloth[index]!;
      if (covered === 0) {
        out[index] = 0;
        continue;
      }
      const light =
        1 - rim * (1 - soft[index]!) + fold * foldAt(x, y) + lampX * (x - SIZE / 2) + lampY * (y - SIZE / 2);
      const noise = grain * ((bytes & 0xff) * 2 - 255) * covered;
      const value = tone[index]! * light + noise;
      out[index] = Math.round(255 * Math.min(Math.max(value, 0), 1));
    }
  }
}

/** The height of the folds at a pixel, interpolated bilinearly in the coarse grid. */
function foldAt(x: number, y: number): number {
  const gridX = (x * FOLD_CELLS) / SIZE;
  const gridY = (y * FOLD_CELLS) / SIZE;
  const column = Math.floor(gridX);
  const row = Math.floor(gridY);
  const partX = gridX - column;
  const partY = gridY - row;
  const corner = row * (FOLD_CELLS + 1) + column;
  const above = heights[corner]! * (1 - partX) + heights[corner + 1]! * partX;
  const below = heights[corner + FOLD_CELLS + 1]! * (1 - partX) + heights[corner + FOLD_CELLS + 2]! * partX;
  return above * (1 - partY) + below * partY;
}

/** The mean over 5 × 5 pixels, first along rows, then along columns; pixels outside count as 0. */
function blur(from: Float64Array, halfway: Float64Array, to: Float64Array): void {
  for (let pass = 0; pass < 2; pass++) {
    const source = pass === 0 ? from : halfway;
    const target = pass === 0 ? halfway : to;
    const step = pass === 0 ? 1 : SIZE;
    const across = pass === 0 ? SIZE : 1;
    for (let lane = 0; lane < SIZE; lane++) {
      const start = lane * across;
      let sum = source[start]! + source[start + step]!;
      for (let place = 0; place < SIZE; place++) {
        if (place + 2 < SIZE) sum += source[start + (place + 2) * step]!;
        if (place > 2) sum -= source[start + (place - 3) * step]!;
        target[start + place * step] = sum / 5;
      }
    }
  }
}

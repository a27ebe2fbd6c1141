import { readFileSync } from "node:fs";
import { fontFiles } from "../base/fonts-node.js";
import { FontAdvances } from "./font-advances.js";
import { drawnWidth } from "./png.js";

const fonts = new Map<number, FontAdvances>();
/** Widths of text that the bundled font cannot write. */
const drawn = new Map<string, number>();

/**
 * Width in pixels of one line of text in the bundled font, a little more where letters stand closer together than
 * their own widths; of letters that it does not have, as they are drawn.
 *
 * @param size of the font, in pixels
 * @param weight 600 for semi-bold; any other is regular
 */
export function textWidth(text: string, size: number, weight: number = 400): number {
  const font = fontOf(weight === 600 ? 600 : 400);
  let ems = 0;
  for (const character of text) {
    const advance = font.of(character);
    if (advance === undefined) return widthAsDrawn(text, size, weight);
    ems += advance;
  }
  return ems * size;
}

function fontOf(weight: 400 | 600): FontAdvances {
  const known = fonts.get(weight);
  if (known) return known;
  const file = fontFiles().find((candidate) => candidate.weight === weight)!;
  const font = new FontAdvances(readFileSync(file.path));
  fonts.set(weight, font);
  return font;
}

function widthAsDrawn(text: string, size: number, weight: number): number {
  const key = `${weight} ${size} ${text}`;
  const width = drawn.get(key) ?? drawnWidth(text, size, weight);
  drawn.set(key, width);
  return width;
}

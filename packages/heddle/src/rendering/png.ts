import { createRequire } from "node:module";
import { drawable } from "@heddle/core/internal/figures/drawable.js";
import { escapeXml } from "@heddle/core/internal/figures/sheet.js";
import { fontFamily } from "@heddle/core/internal/figures/theme.js";
import { fontFiles } from "./fonts.js";

type Resvg = typeof import("@resvg/resvg-js");

let loaded: Resvg | undefined;

/** The renderer, loaded when the first figure is drawn, so that a program that draws none starts fast. */
function resvg(): Resvg {
  // A CommonJS package with a native part: `require` keeps callers that measure text synchronous.
  loaded ??= createRequire(import.meta.url)("@resvg/resvg-js") as Resvg;
  return loaded;
}

function fontOptions(text: string) {
  return {
    // The bundled font holds the Latin letters; class names in other scripts need the fonts of the system.
    loadSystemFonts: /[^\P{Letter}\p{Script=Latin}]/u.test(text),
    fontFiles: fontFiles().map(({ path }) => path),
    defaultFontFamily: fontFamily,
    sansSerifFamily: fontFamily,
  };
}

/**
 * Draws an SVG document as a PNG file, with the bundled font and without a browser.
 *
 * @param svg a whole SVG document with its width and height
 * @param zoom pixels of the picture for each of the SVG; 2 suits most screens
 */
export function svgToPng(svg: string, zoom = 2): Uint8Array {
  const { Resvg } = resvg();
  const picture = new Resvg(svg, {
    font: fontOptions(svg),
    fitTo: { mode: "zoom", value: zoom },
    // The same as `image-rendering: pixelated`, which resvg does not know.
    imageRendering: 1,
  });
  return new Uint8Array(picture.render().asPng());
}

const widths = new Map<string, number>();

/** Width in pixels of one line of text in the bundled font, as {@link svgToPng} draws it. */
export function textWidth(text: string, size: number, weight: number = 400): number {
  const drawn = drawable(text);
  const key = `${weight} ${size} ${drawn}`;
  const known = widths.get(key);
  if (known !== undefined) return known;
  const { Resvg } = resvg();
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"><text font-family="${fontFamily}" font-size="${size}" font-weight="${weight}">${escapeXml(drawn)}</text></svg>`;
  const box = new Resvg(svg, { font: fontOptions(drawn) }).getBBox();
  // The box holds the ink alone: the gap before the first letter stands in for the one after the last.
  const width = box === undefined ? 0 : box.width + 2 * box.x;
  widths.set(key, width);
  return width;
}

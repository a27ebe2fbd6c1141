import { createRequire } from "node:module";
import { fontFamily, fontFiles } from "./fonts.js";

type Resvg = typeof import("@resvg/resvg-js");

let loaded: Resvg | undefined;

/** The renderer, loaded when the first figure is drawn: commands that draw nothing must start fast. */
function resvg(): Resvg {
  // A CommonJS package with a native part: `require` lets callers that measure text stay synchronous.
  loaded ??= createRequire(import.meta.url)("@resvg/resvg-js") as Resvg;
  return loaded;
}

function fontOptions(text: string) {
  return {
    // The bundled font holds the Latin letters; class names in other scripts need what the system has.
    loadSystemFonts: /[^\P{Letter}\p{Script=Latin}]/u.test(text),
    fontFiles: fontFiles().map(({ path }) => path),
    defaultFontFamily: fontFamily,
    sansSerifFamily: fontFamily,
  };
}

/**
 * Draws an SVG as PNG, with the bundled font and no browser.
 *
 * @param svg a whole SVG document that gives its width and height
 * @param zoom pixels of the picture for one of the SVG; 2 suits screens of today
 */
export function svgToPng(svg: string, zoom = 2): Uint8Array {
  const { Resvg } = resvg();
  const picture = new Resvg(svg, {
    font: fontOptions(svg),
    fitTo: { mode: "zoom", value: zoom },
    // Pictures within figures are pixels: resvg knows no `image-rendering: pixelated`, but this.
    imageRendering: 1,
  });
  return new Uint8Array(picture.render().asPng());
}

const widths = new Map<string, number>();

/** Width in pixels of one line of text in the bundled font, as {@link svgToPng} draws it. */
export function textWidth(text: string, size: number, weight: number = 400): number {
  const key = `${weight} ${size} ${text}`;
  const known = widths.get(key);
  if (known !== undefined) return known;
  const { Resvg } = resvg();
  const escaped = escapeXml(text);
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"><text font-family="${fontFamily}" font-size="${size}" font-weight="${weight}">${escaped}</text></svg>`;
  const box = new Resvg(svg, { font: fontOptions(text) }).getBBox();
  // The box holds the ink: the gap before the first letter stands for the one after the last.
  const width = box === undefined ? 0 : box.width + 2 * box.x;
  widths.set(key, width);
  return width;
}

/** Text for the inside of an XML element or a quoted attribute. */
export function escapeXml(text: string): string {
  return (
    text
      .replaceAll("&", "&amp;")
      .replaceAll("<", "&lt;")
      .replaceAll(">", "&gt;")
      .replaceAll('"', "&quot;")
      // biome-ignore lint/suspicious/noControlCharactersInRegex: XML forbids them, even escaped
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, "�")
  );
}

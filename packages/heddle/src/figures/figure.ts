import { svgToPng } from "./png.js";
import { dark, light, type Theme } from "./theme.js";

/** A finished figure: the files of a run folder, and what a report shows. */
export interface Figure {
  /** Name of its files, without the extension: `accuracy-by-epoch`. */
  readonly name: string;
  readonly title: string;
  /** What it shows, in words, for those who cannot see it. */
  readonly alt: string;
  /** On light paper, with an opaque background. */
  readonly svg: string;
  /** The same on a dark screen. */
  readonly darkSvg: string;
  /** The light one, two pixels for one. */
  readonly png: Uint8Array;
}

/** Draws a figure in both themes. `draw` returns a whole SVG document. */
export async function makeFigure(
  about: Pick<Figure, "name" | "title" | "alt">,
  draw: (theme: Theme) => string | Promise<string>,
): Promise<Figure> {
  const svg = await draw(light);
  return { ...about, svg, darkSvg: await draw(dark), png: svgToPng(svg) };
}

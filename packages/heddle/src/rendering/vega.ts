import type { ChartSpec } from "@heddle/core/internal/figures/chart.js";
import type { TopLevelSpec } from "vega-lite";
import { textWidth } from "./png.js";

/** The part of Vega's scene graph that measures text; its typings omit it. */
interface TextMetrics {
  width(item: { fontSize?: number; fontWeight?: number | string }, text: unknown): number;
}

let libraries: Promise<{ vega: typeof import("vega"); lite: typeof import("vega-lite") }> | undefined;

/** Vega takes a quarter of a second to load, so it is loaded only when the first chart is drawn. */
function load() {
  libraries ??= Promise.all([import("vega"), import("vega-lite")]).then(([vega, lite]) => {
    // Without a canvas Vega guesses 0.8 em a letter, and places everything next to text too far away.
    const { textMetrics } = vega as unknown as { textMetrics: TextMetrics };
    textMetrics.width = (item, text) =>
      textWidth(String(text ?? ""), item.fontSize ?? 11, item.fontWeight === 600 ? 600 : 400);
    return { vega, lite };
  });
  return libraries;
}

/** A screen reader has nothing to read in a group of no marks, which Vega names as a graphic all the same. */
function withoutEmptyGraphics(svg: string): string {
  return svg.replace(/<g [^>]*role="graphics-[^>]*?(?:\/>|><\/g>)/g, "");
}

/** Draws a chart as a whole SVG document, without a DOM. */
export async function chartSvg(spec: ChartSpec): Promise<string> {
  const { vega, lite } = await load();
  const compiled = lite.compile(spec as unknown as TopLevelSpec).spec;
  const view = new vega.View(vega.parse(compiled), { renderer: "none", logLevel: vega.Warn });
  try {
    return withoutEmptyGraphics(await view.toSVG());
  } finally {
    view.finalize();
  }
}

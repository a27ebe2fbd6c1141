import type { Config, TopLevelSpec } from "vega-lite";
import { textWidth } from "./png.js";
import { fontStack, type Theme, textSizes } from "./theme.js";

/** The part of Vega's scene graph that measures text; its typings leave it out. */
interface TextMetrics {
  width(item: { fontSize?: number; fontWeight?: number | string }, text: unknown): number;
}

let libraries: Promise<{ vega: typeof import("vega"); lite: typeof import("vega-lite") }> | undefined;

/** Vega takes a quarter of a second to load: wait for it when the first chart is drawn, not before. */
function load() {
  libraries ??= Promise.all([import("vega"), import("vega-lite")]).then(([vega, lite]) => {
    // Without a canvas Vega guesses 0.8 em a letter, and places what stands beside text too far away.
    const { textMetrics } = vega as unknown as { textMetrics: TextMetrics };
    textMetrics.width = (item, text) =>
      textWidth(String(text ?? ""), item.fontSize ?? 11, item.fontWeight === 600 ? 600 : 400);
    return { vega, lite };
  });
  return libraries;
}

/** Draws a Vega-Lite specification as a whole SVG document, without a DOM. */
export async function renderSpec(spec: TopLevelSpec, theme: Theme): Promise<string> {
  const { vega, lite } = await load();
  const compiled = lite.compile(spec, { config: configOf(theme) }).spec;
  const view = new vega.View(vega.parse(compiled), { renderer: "none", logLevel: vega.Warn });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}

/** The looks that all charts share. */
function configOf(theme: Theme): Config {
  return {
    background: theme.background,
    font: fontStack,
    padding: 16,
    view: { stroke: null },
    title: {
      anchor: "start",
      frame: "group",
      color: theme.ink,
      fontSize: textSizes.title,
      fontWeight: 600,
      subtitleColor: theme.muted,
      subtitleFontSize: textSizes.label,
      subtitlePadding: 6,
      offset: 16,
    },
    axis: {
      domain: false,
      ticks: false,
      gridColor: theme.line,
      labelColor: theme.muted,
      labelFontSize: textSizes.label,
      labelPadding: 8,
      titleColor: theme.muted,
      titleFontSize: textSizes.label,
      titleFontWeight: 400,
      titlePadding: 10,
    },
    axisX: { grid: false },
    // Room for `0.05` and `97.5%` alike: charts beside each other line up.
    axisY: { minExtent: 44 },
    text: { fontSize: textSizes.label, color: theme.ink },
  };
}

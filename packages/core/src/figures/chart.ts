import { fontStack, type Theme, textSizes } from "./theme.js";

/** What a figure is called and what it shows. */
export interface FigureAbout {
  /** Name of its files, without the extension: `accuracy-by-epoch`. */
  readonly name: string;
  readonly title: string;
  /** What it shows, in words, for those who cannot see it. */
  readonly alt: string;
}

/**
 * A chart that Vega-Lite draws: on a page with `vega-embed`, in Node to an SVG file.
 *
 * @example
 * const chart = accuracyByEpoch(history);
 * await vegaEmbed("#accuracy", chart.spec(matchMedia("(prefers-color-scheme: dark)").matches ? dark : light));
 */
export interface Chart extends FigureAbout {
  /** The specification in the colours of a theme, its data and configuration included. */
  spec(theme: Theme): ChartSpec;
}

/** A Vega-Lite specification (https://vega.github.io/vega-lite/docs/spec.html): plain JSON. */
export interface ChartSpec {
  readonly $schema: string;
  readonly [property: string]: unknown;
}

/** A specification in the look that all charts share. */
export function chartSpec(theme: Theme, spec: Readonly<Record<string, unknown>>): ChartSpec {
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    config: configFor(theme),
    ...spec,
  };
}

function configFor(theme: Theme) {
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
    // Room for `0.05` and `97.5%` alike: charts side by side line up.
    axisY: { minExtent: 44 },
    text: { fontSize: textSizes.label, color: theme.ink },
  };
}

import { drawableData } from "./drawable.js";
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

/**
 * Names for a chart to look up by their position. Names come from files and may be anything, so Vega sees numbers
 * wherever it would keep a text as the key of an object or as part of an expression.
 *
 * @param list what the names are called in the expression: `classes`
 */
export function lookUp(list: string, names: readonly (string | readonly string[])[]) {
  return {
    /** For the `params` of the specification. */
    param: { name: list, value: names },
    /** For an axis or a legend whose values are positions. */
    labelExpr: `${list}[datum.value]`,
  };
}

/** The parts of a specification that differ between charts. */
interface ChartParts {
  readonly title: string | { readonly text: string; readonly subtitle?: string | readonly string[] };
  readonly params?: readonly object[];
  readonly [property: string]: unknown;
}

/** A specification in the look that all charts share. */
export function chartSpec(theme: Theme, { title, params = [], ...spec }: ChartParts): ChartSpec {
  const { text, subtitle = [] } = typeof title === "string" ? { text: title } : title;
  const lines = typeof subtitle === "string" ? [subtitle] : subtitle;
  // Vega would look even a title up among the properties of an object: one that is `constructor` stops it.
  const titles = lookUp("titles", [text, lines]);
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    config: configFor(theme),
    title: { text: { expr: "titles[0]" }, ...(lines.length > 0 && { subtitle: { expr: "titles[1]" } }) },
    ...drawableData({ params: [titles.param, ...params], ...spec }),
  };
}

function configFor(theme: Theme) {
  return {
    background: theme.background,
    font: fontStack,
    padding: 20,
    view: { stroke: null },
    title: {
      anchor: "start",
      // From the edge of the whole drawing, like the titles of sheets.
      frame: "bounds",
      color: theme.ink,
      fontSize: textSizes.title,
      fontWeight: 600,
      subtitleColor: theme.muted,
      subtitleFontSize: textSizes.label,
      subtitlePadding: 6,
      subtitleLineHeight: textSizes.label + 4,
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

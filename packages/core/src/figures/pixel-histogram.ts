import { formatPercent } from "../base/format.js";
import { checkOptions } from "../base/known-options.js";
import { anyText, pair } from "../base/rules.js";
import { type Chart, type ChartSpec, chartSpec, lookUp } from "./chart.js";
import { legendOf } from "./legend.js";
import type { Theme } from "./theme.js";

/** How often values occur in one channel of a split. */
export interface SplitHistogram {
  /** `Training`, `Test`. */
  readonly split: string;
  /** The share of the pixels in each bin, 0 … 1. */
  readonly shares: readonly number[];
}

/** Options of {@link pixelHistogram}. */
export interface PixelHistogramOptions {
  /** Name of the figure's files: `pixel-histogram-red`. */
  readonly name: string;
  readonly title: string;
  /** Where the first bin begins and the last one ends, in the units of the pixels. */
  readonly range: readonly [low: number, high: number];
}

/**
 * A chart of how often pixel values occur, a line for each split. The axis is logarithmic, because a background of one
 * value would press everything else flat.
 */
export function pixelHistogram(splits: readonly SplitHistogram[], options: PixelHistogramOptions): Chart {
  checkOptions("Pixel histogram", options, {
    name: anyText,
    title: anyText,
    range: pair,
  });
  const { name, title, range } = options;
  const [low, high] = range;
  const rows = splits.flatMap(({ shares }, split) =>
    shares.flatMap((share, bin) => {
      const width = (high - low) / shares.length;
      // An empty bin has no place on a logarithmic axis.
      if (share === 0) return [];
      return [{ split, share, start: low + bin * width, end: low + (bin + 1) * width }];
    }),
  );
  const alt = `Histogram of pixel values from ${low} to ${high}. ${splits.map(describe(range)).join(" ")}`;
  return { name, title, alt, spec: (theme) => specOf({ title, rows, splits, range }, theme) };
}

function describe([low, high]: readonly [number, number]) {
  return ({ split, shares }: SplitHistogram) => {
    const most = Math.max(...shares);
    const bin = shares.indexOf(most);
    const edge = (at: number) => Number((low + (at * (high - low)) / shares.length).toPrecision(4));
    return `${split}: most frequent from ${edge(bin)} to ${edge(bin + 1)}, ${formatPercent(most, 1)} of the pixels.`;
  };
}

function specOf(
  {
    title,
    rows,
    splits,
    range: [low, high],
  }: {
    readonly title: string;
    readonly rows: readonly { split: number; share: number; start: number; end: number }[];
    readonly splits: readonly SplitHistogram[];
    readonly range: readonly [low: number, high: number];
  },
  theme: Theme,
): ChartSpec {
  const least = Math.min(...rows.map(({ share }) => share));
  const floor = Math.min(0.1, 10 ** Math.floor(Math.log10(least) + 1e-9));
  const names = lookUp(
    "splits",
    splits.map(({ split }) => split),
  );
  return chartSpec(theme, {
    title,
    width: 344,
    height: 224,
    params: [names.param],
    data: { values: rows },
    mark: { type: "rule" },
    encoding: {
      x: {
        field: "start",
        type: "quantitative",
        title: "Pixel value",
        scale: { domain: [low, Math.max(high, low + 1e-6)], nice: false, zero: false },
        axis: { tickCount: 6 },
      },
      x2: { field: "end" },
      // The first split is wider: it can still be seen beneath the second where both agree.
      strokeWidth: { condition: { test: "datum.split === 0", value: 5 }, value: 2 },
      y: {
        field: "share",
        type: "quantitative",
        title: "Share of the pixels (logarithmic)",
        scale: { type: "log", domain: [floor, 1], nice: false },
        axis: { format: "~%", values: powersOfTen(floor) },
      },
      color: {
        field: "split",
        type: "nominal",
        scale: { domain: splits.map((_, index) => index), range: [theme.training, theme.test] },
        legend: {
          ...legendOf(theme),
          labelExpr: names.labelExpr,
          symbolType: "stroke",
          symbolStrokeWidth: 3,
        },
      },
    },
  });
}

/** From `least`, a power of ten, to 1. */
function powersOfTen(least: number): number[] {
  const values: number[] = [];
  for (let exponent = Math.round(Math.log10(least)); exponent <= 0; exponent++) values.push(10 ** exponent);
  return values;
}

import { checkOptions } from "../base/known-options.js";
import { anyFunction, anyText, finite, pair } from "../base/rules.js";
import { type Chart, type ChartSpec, chartSpec, lookUp } from "./chart.js";
import { type Theme, textSizes } from "./theme.js";
import { roundTicks } from "./ticks.js";

const WIDTH = 300;
const ROW = 30;

/** Longer labels are set in two lines. */
const LABEL_LENGTH = 20;

/** A row: a mean with its interval, and the values that it is the mean of. */
export interface IntervalRow {
  readonly label: string;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  /** One for each seed. */
  readonly values: readonly number[];
  /** Drawn in the second colour. Default false. */
  readonly marked?: boolean;
}

/** Options of {@link intervalPlot}. */
export interface IntervalPlotOptions {
  /** Name of the figure's files: `test-accuracy-by-regime`. */
  readonly name: string;
  readonly title: string;
  /** What the points and bars are: `Means with 95% intervals; dots are seeds`. */
  readonly subtitle: string;
  /** The axis with its unit: `Test accuracy (%)`. */
  readonly axis: string;
  /** A value as text for its label. */
  readonly format: (value: number) => string;
  /**
   * Where a line crosses all rows, such as 0 for differences.
   *
   * @defaultValue no line
   */
  readonly rule?: number;
  /**
   * Values that the axis must not exceed.
   *
   * @defaultValue no limits
   */
  readonly limits?: readonly [number, number];
}

/**
 * A chart of means with their intervals, a row for each, in the order given; the single values are small dots.
 *
 * @example
 * const rows = [{ label: "L2", mean: 91.2, low: 90.9, high: 91.5, values: [91.1, 91.3] }];
 * intervalPlot(rows, { name: "test-accuracy", title: "Test accuracy", … });
 */
export function intervalPlot(rows: readonly IntervalRow[], options: IntervalPlotOptions): Chart {
  checkOptions("Interval plot", options, {
    name: anyText,
    title: anyText,
    subtitle: anyText,
    axis: anyText,
    format: anyFunction,
    rule: finite,
    limits: pair,
  });
  const { name, title, format } = options;
  const sentences = rows.map(
    ({ label, mean, low, high }) => `${label} ${format(mean)} (${format(low)} to ${format(high)})`,
  );
  const alt = `${title}, mean and interval of each: ${sentences.join("; ")}.`;
  return { name, title, alt, spec: (theme) => specOf(rows, options, theme) };
}

function specOf(
  rows: readonly IntervalRow[],
  { title, subtitle, axis, format, rule, limits = [-Infinity, Infinity] }: IntervalPlotOptions,
  theme: Theme,
): ChartSpec {
  const extent = rows.flatMap(({ low, high, values }) => [low, high, ...values]);
  if (rule !== undefined) extent.push(rule);
  const ticks = roundTicks(Math.min(...extent), Math.max(...extent), 5, limits);
  const colour = ({ marked = false }: IntervalRow) => (marked ? theme.training : theme.test);
  const labels = lookUp(
    "labels",
    rows.map(({ label }) => inLines(label)),
  );
  const y = {
    field: "row",
    type: "ordinal",
    scale: { domain: rows.map((_, index) => index) },
    title: null,
    axis: {
      labelExpr: labels.labelExpr,
      labelColor: theme.ink,
      labelLineHeight: textSizes.label + 1,
      grid: true,
    },
  };
  const x = (field: string) => ({
    field,
    type: "quantitative",
    scale: { domain: ticks.domain, nice: false, zero: false },
    axis: {
      title: { expr: "axes[0]" },
      values: ticks.values,
      format: `.${ticks.decimals}f`,
      grid: true,
      labelFlush: false,
    },
  });
  const drawn = rows.map((row, index) => ({
    row: index,
    mean: row.mean,
    low: row.low,
    high: row.high,
    colour: colour(row),
    text: format(row.mean),
  }));
  const dots = rows.flatMap((row, index) =>
    row.values.map((value) => ({ row: index, mean: value, colour: colour(row) })),
  );
  const color = { field: "colour", type: "nominal", scale: null };
  return chartSpec(theme, {
    title: { text: title, subtitle },
    width: WIDTH,
    height: { step: ROW },
    params: [labels.param, lookUp("axes", [axis]).param],
    layer: [
      ...(rule === undefined
        ? []
        : [
            {
              data: { values: [{ at: rule }] },
              mark: { type: "rule", color: theme.muted, strokeWidth: 1.5 },
              encoding: { x: x("at") },
            },
          ]),
      {
        data: { values: drawn },
        mark: { type: "rule", strokeWidth: 2.5, strokeCap: "round", clip: true },
        encoding: { x: x("low"), x2: { field: "high" }, y, color },
      },
      {
        data: { values: dots },
        mark: { type: "point", shape: "circle", filled: true, size: 14, opacity: 0.55, yOffset: 8 },
        encoding: { x: x("mean"), y, color },
      },
      {
        data: { values: drawn },
        mark: { type: "point", shape: "circle", filled: true, size: 70, opacity: 1 },
        encoding: { x: x("mean"), y, color },
      },
      {
        data: { values: drawn },
        // In a column of their own, where no interval crosses them.
        mark: { type: "text", align: "left", baseline: "middle", fontWeight: 600, x: WIDTH + 10 },
        encoding: { y, text: { field: "text" }, color },
      },
    ],
  });
}

/** The lines of a label: the second line of a long one begins before its last plus. */
function inLines(label: string): readonly string[] {
  const at = label.lastIndexOf("+ ");
  return label.length <= LABEL_LENGTH || at < 0 ? [label] : [label.slice(0, at), label.slice(at)];
}

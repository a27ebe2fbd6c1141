import type { TopLevelSpec } from "vega-lite";
import { type Figure, makeFigure } from "./figure.js";
import { type Theme, textSizes } from "./theme.js";
import { roundTicks } from "./ticks.js";
import { renderSpec } from "./vega.js";

const WIDTH = 300;
const ROW = 30;

/** Longer labels are set in two lines. */
const LABEL_LENGTH = 20;

/** One row: a mean, the interval that it is known to, and the values behind it. */
export interface IntervalRow {
  readonly label: string;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  /** One a seed. */
  readonly values: readonly number[];
  /** Drawn in the second colour. Default false. */
  readonly marked?: boolean;
}

export interface IntervalPlotOptions {
  /** Name of its files: `test-accuracy-by-regime`. */
  readonly name: string;
  readonly title: string;
  /** What the points and bars are: `Means with 95% intervals; dots are seeds`. */
  readonly subtitle: string;
  /** The axis with its unit: `Test accuracy (%)`. */
  readonly axis: string;
  /** A value as its label has it. */
  readonly format: (value: number) => string;
  /** A line across all rows, such as 0 for differences. */
  readonly rule?: number;
  /** Values that the axis must not pass. */
  readonly limits?: readonly [number, number];
}

/**
 * Means with their intervals, a row each, in the order given; the values behind them as small dots.
 *
 * @example
 * const rows = [{ label: "L2", mean: 91.2, low: 90.9, high: 91.5, values: [91.1, 91.3] }];
 * const figure = await intervalPlot(rows, { name: "test-accuracy", title: "Test accuracy", … });
 */
export function intervalPlot(rows: readonly IntervalRow[], options: IntervalPlotOptions): Promise<Figure> {
  const { name, title, format } = options;
  const said = rows.map(
    ({ label, mean, low, high }) => `${label} ${format(mean)} (${format(low)} to ${format(high)})`,
  );
  const alt = `${title}, mean and interval of each: ${said.join("; ")}.`;
  return makeFigure({ name, title, alt }, (theme) => renderSpec(specOf(rows, options, theme), theme));
}

function specOf(
  rows: readonly IntervalRow[],
  { title, subtitle, axis, format, rule, limits = [-Infinity, Infinity] }: IntervalPlotOptions,
  theme: Theme,
): TopLevelSpec {
  const ends = rows.flatMap(({ low, high, values }) => [low, high, ...values]);
  if (rule !== undefined) ends.push(rule);
  const ticks = roundTicks(Math.min(...ends), Math.max(...ends), 5, limits);
  const colour = ({ marked = false }: IntervalRow) => (marked ? theme.training : theme.test);
  const y = {
    field: "label",
    type: "nominal" as const,
    sort: rows.map(({ label }) => inLines(label)),
    title: null,
    axis: {
      labelExpr: "split(datum.label, '|')",
      labelColor: theme.ink,
      labelLineHeight: textSizes.label + 1,
      grid: true,
    },
  };
  const x = (field: string) => ({
    field,
    type: "quantitative" as const,
    title: axis,
    scale: { domain: [...ticks.domain], nice: false, zero: false },
    axis: { values: [...ticks.values], format: `.${ticks.decimals}f`, grid: true, labelFlush: false },
  });
  const drawn = rows.map((row) => ({
    ...{ label: inLines(row.label), mean: row.mean, low: row.low, high: row.high },
    ...{ colour: colour(row), text: format(row.mean) },
  }));
  const dots = rows.flatMap((row) =>
    row.values.map((value) => ({ label: inLines(row.label), mean: value, colour: colour(row) })),
  );
  const color = { field: "colour", type: "nominal" as const, scale: null };
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    title: { text: title, subtitle },
    width: WIDTH,
    height: { step: ROW },
    layer: [
      ...(rule === undefined
        ? []
        : [
            {
              data: { values: [{ at: rule }] },
              mark: { type: "rule" as const, color: theme.muted, strokeWidth: 1.5 },
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
  };
}

/** A long label with the sign at which it is broken: behind the last plus. */
function inLines(label: string): string {
  const at = label.lastIndexOf("+ ");
  return label.length <= LABEL_LENGTH || at < 0 ? label : `${label.slice(0, at)}|${label.slice(at)}`;
}

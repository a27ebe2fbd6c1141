import { formatPercent, groupDigits } from "../base/format.js";
import { checkOptions } from "../base/known-options.js";
import { anyText } from "../base/rules.js";
import type { ClassScores } from "../evaluate/index.js";
import { type Chart, type ChartSpec, chartSpec, lookUp } from "./chart.js";
import { type Theme, textSizes } from "./theme.js";
import { roundTicks } from "./ticks.js";

const WIDTH = 300;
const ROW = 24;

/** A chart of more classes would be metres high. */
const MOST_ROWS = 100;

const series = ["Precision", "Recall", "F1"] as const;

/**
 * A chart of precision, recall and F1 of each class, as points on one line per class. A score that is undefined has none.
 * Of more than 100 classes it shows the 100 with the lowest F1, and says so.
 *
 * @param options.subject named in the title: `Fashion-MNIST, test images`
 */
export function classScoresChart(
  scores: readonly ClassScores[],
  options: { readonly subject: string },
): Chart {
  checkOptions("Class scores", options, { subject: anyText });
  const title = `Scores of each class, ${options.subject}`;
  const known = scores.filter((of): of is ClassScores & { f1: number } => of.f1 !== null);
  const shown =
    scores.length <= MOST_ROWS ? scores : [...known].sort((a, b) => a.f1 - b.f1).slice(0, MOST_ROWS);
  const subtitle =
    shown.length < scores.length
      ? `The ${shown.length} lowest F1 of ${groupDigits(scores.length)} classes`
      : undefined;
  const worst = known.reduce((low, of) => (of.f1 < low.f1 ? of : low), known[0]!);
  const alt = `Precision, recall and F1 of ${scores.length} classes. The lowest F1 is that of ${worst.name}, ${formatPercent(worst.f1, 1)}.`;
  return {
    name: "scores-by-class",
    title,
    alt,
    spec: (theme) => specOf({ text: title, ...(subtitle && { subtitle }) }, shown, theme),
  };
}

function specOf(
  title: { readonly text: string; readonly subtitle?: string },
  scores: readonly ClassScores[],
  theme: Theme,
): ChartSpec {
  const classes = lookUp(
    "classes",
    scores.map(({ name }) => name),
  );
  const points = scores.flatMap(({ precision, recall, f1 }, place) =>
    [precision, recall, f1].flatMap((value, index) =>
      value === null ? [] : [{ place, value, series: series[index]! }],
    ),
  );
  const values = points.map(({ value }) => value);
  const ticks = roundTicks(Math.min(...values), Math.max(...values), 5, [0, 1]);
  const y = {
    field: "place",
    type: "ordinal",
    scale: { domain: scores.map((_, place) => place) },
    title: "Class",
    axis: { labelExpr: classes.labelExpr, labelLimit: 140 },
  };
  const x = {
    type: "quantitative",
    title: "Score",
    scale: { domain: ticks.domain, nice: false, zero: false },
    axis: {
      values: ticks.values,
      format: `.${Math.max(0, ticks.decimals - 2)}%`,
      grid: true,
      labelFlush: false,
    },
  };
  const legend = {
    title: null,
    orient: "top",
    labelColor: theme.ink,
    labelFontSize: textSizes.label,
  };
  return chartSpec(theme, {
    title,
    width: WIDTH,
    height: { step: ROW },
    params: [classes.param],
    data: { values: points },
    layer: [
      {
        mark: { type: "rule", color: theme.line, strokeWidth: 3 },
        encoding: {
          y,
          x: { field: "value", aggregate: "min", ...x },
          x2: { field: "value", aggregate: "max" },
        },
      },
      {
        mark: { type: "point", filled: true, size: 60, opacity: 1 },
        encoding: {
          y,
          x: { field: "value", ...x },
          // F1 lies between the other two: it is drawn last, on top of them.
          order: { field: "series", sort: "descending" },
          shape: {
            field: "series",
            type: "nominal",
            sort: [...series],
            scale: { domain: [...series], range: ["triangle-right", "triangle-left", "circle"] },
            legend,
          },
          color: {
            field: "series",
            type: "nominal",
            scale: { domain: [...series], range: [theme.training, theme.muted, theme.test] },
            legend,
          },
        },
      },
    ],
  });
}

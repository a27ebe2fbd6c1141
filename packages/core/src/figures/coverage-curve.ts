import { formatPercent } from "../base/format.js";
import { checkOptions } from "../base/known-options.js";
import { anyText } from "../base/rules.js";
import type { CoveragePoint } from "../evaluate/index.js";
import { type Chart, type ChartSpec, chartSpec } from "./chart.js";
import type { Theme } from "./theme.js";
import { roundTicks } from "./ticks.js";

const WIDTH = 344;
const HEIGHT = 224;

/**
 * A chart of accuracy by coverage: the share of right answers among the surest, as more and more are counted.
 *
 * @param points from the surest answers to all, at least one
 * @param options.subject named in the title: `Fashion-MNIST, test images`
 */
export function coverageCurve(
  points: readonly CoveragePoint[],
  options: { readonly subject: string },
): Chart {
  checkOptions("Coverage curve", options, { subject: anyText });
  const title = `Accuracy by coverage, ${options.subject}`;
  const all = points.at(-1)!;
  const half = points.find(({ coverage }) => coverage >= 0.5) ?? all;
  const alt = `Line chart: of the surest ${formatPercent(half.coverage, 0)} of the images ${formatPercent(half.accuracy)} are right, of all ${formatPercent(all.accuracy)}.`;
  return { name: "accuracy-by-coverage", title, alt, spec: (theme) => specOf(title, points, theme) };
}

function specOf(title: string, points: readonly CoveragePoint[], theme: Theme): ChartSpec {
  const all = points.at(-1)!;
  const accuracies = points.map(({ accuracy }) => accuracy);
  const ticks = roundTicks(Math.min(...accuracies), Math.max(...accuracies), 6, [0, 1]);
  const x = {
    field: "coverage",
    type: "quantitative",
    title: "Coverage: share of the images answered, surest first",
    scale: { domain: [0, 1] },
    axis: { values: [0, 0.2, 0.4, 0.6, 0.8, 1], format: ".0%", labelFlush: false },
  };
  const y = {
    field: "accuracy",
    type: "quantitative",
    title: "Accuracy of the answers",
    scale: { domain: ticks.domain, nice: false, zero: false },
    axis: { values: ticks.values, format: `.${Math.max(0, ticks.decimals - 2)}%` },
  };
  return chartSpec(theme, {
    title,
    width: WIDTH,
    height: HEIGHT,
    layer: [
      {
        data: { values: [...points] },
        mark: { type: "line", strokeWidth: 2.25, color: theme.test, strokeJoin: "round", strokeCap: "round" },
        encoding: { x, y },
      },
      {
        data: { values: [all] },
        mark: { type: "point", filled: true, size: 36, color: theme.test, opacity: 1 },
        encoding: { x, y },
      },
      {
        data: { values: [{ ...all, label: `all ${formatPercent(all.accuracy, 1)}` }] },
        mark: { type: "text", align: "left", dx: 10, fontWeight: 600, color: theme.test },
        encoding: { x, y, text: { field: "label" } },
      },
    ],
  });
}

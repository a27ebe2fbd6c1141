import { checkOptions } from "../base/known-options.js";
import { anyText } from "../base/rules.js";
import { type Chart, type ChartSpec, chartSpec } from "./chart.js";
import type { Theme } from "./theme.js";
import { roundTicks } from "./ticks.js";

const WIDTH = 480;
const HEIGHT = 264;

/** The result of a learning rate range test. */
export interface LearningRateCurve {
  readonly points: readonly {
    readonly learningRate: number;
    readonly loss: number;
    readonly smoothedLoss: number;
  }[];
  readonly steepest: number;
  readonly edge: number;
  readonly suggested: number;
}

/**
 * A chart of the loss over the learning rate in a range test, with the rates that it suggests.
 *
 * @param about `title`, such as the names of model and dataset
 */
export function learningRateCurve(curve: LearningRateCurve, about: { readonly title: string }): Chart {
  checkOptions("Learning rate curve", about, { title: anyText });
  const title = `Loss over learning rate, ${about.title}`;
  const rates = markers(curve).map(({ name, rate }) => `${name} ${formatRate(rate)}`);
  const alt = `Line chart, loss over learning rate: ${rates.join(", ")}.`;
  return { name: "lr-find", title, alt, spec: (theme) => specOf(curve, title, theme) };
}

/** `0.0031`, `3.1e-6`. */
export function formatRate(rate: number): string {
  return rate >= 1e-4 && rate < 1000 ? String(Number(rate.toPrecision(2))) : rate.toExponential(1);
}

function markers({ steepest, edge, suggested }: LearningRateCurve) {
  return [
    { name: "Suggested", rate: suggested },
    { name: "Steepest", rate: steepest },
    { name: "Edge of divergence", rate: edge },
  ];
}

function specOf(curve: LearningRateCurve, title: string, theme: Theme): ChartSpec {
  const { points } = curve;
  const smooth = points.map(({ smoothedLoss }) => smoothedLoss);
  const low = Math.min(...smooth);
  // A diverging loss leaves the frame: what matters is where it falls.
  const high = Math.min(Math.max(...smooth), low + 1.35 * (Math.max(...smooth.slice(0, 20)) - low));
  const ticks = roundTicks(low, high, 6);
  const [first, last] = [points[0]!.learningRate, points.at(-1)!.learningRate];
  const powers: number[] = [];
  for (let power = Math.ceil(Math.log10(first) - 1e-9); power <= Math.log10(last) + 1e-9; power++)
    powers.push(Number(`1e${power}`));
  const x = {
    field: "learningRate",
    type: "quantitative",
    title: "Learning rate (logarithmic)",
    scale: { type: "log", domain: [first, last], nice: false },
    axis: { values: powers, format: "~g", labelFlush: false, labelOverlap: false },
  };
  const y = (field: string) => ({
    field,
    type: "quantitative",
    title: "Loss of a step's batch",
    scale: { domain: ticks.domain, nice: false, zero: false },
    axis: { values: ticks.values, format: `.${ticks.decimals}f` },
  });
  // All labels on one side, each rule ending at its label, below the labels that reach over it: nothing crosses.
  const sorted = markers(curve).sort((a, b) => a.rate - b.rate);
  const left = Math.log(sorted.at(-1)!.rate / first) > 0.6 * Math.log(last / first);
  const marks = (left ? sorted.reverse() : sorted).map(({ name, rate }, index) => ({
    learningRate: rate,
    label: `${name} ${formatRate(rate)}`,
    at: ticks.domain[1] - (index + 0.5) * 0.075 * (ticks.domain[1] - ticks.domain[0]),
    foot: ticks.domain[0],
  }));
  // Kept within the frame: a loss of 1e30 has no place in a drawing, not even clipped.
  const framed = (field: "loss" | "smoothedLoss") => {
    const rows = points.filter((point) => field !== "loss" || point.loss <= ticks.domain[1]);
    return rows.map((point) => ({
      learningRate: point.learningRate,
      [field]: Math.min(ticks.domain[1], Math.max(ticks.domain[0], point[field])),
    }));
  };
  return chartSpec(theme, {
    title,
    width: WIDTH,
    height: HEIGHT,
    layer: [
      {
        data: { values: framed("loss") },
        mark: { type: "point", filled: true, size: 9, opacity: 0.45, color: theme.muted },
        encoding: { x, y: y("loss") },
      },
      {
        data: { values: marks },
        mark: { type: "rule", color: theme.muted, strokeDash: [3, 3] },
        encoding: { x, y: y("at"), y2: { field: "foot" } },
      },
      {
        data: { values: framed("smoothedLoss") },
        mark: { type: "line", strokeWidth: 2.25, color: theme.training },
        encoding: { x, y: y("smoothedLoss") },
      },
      {
        data: { values: marks },
        mark: { type: "text", align: left ? "right" : "left", dx: left ? -6 : 6, fontWeight: 600 },
        encoding: { x, y: y("at"), text: { field: "label" } },
      },
    ],
  });
}

import type { TopLevelSpec } from "vega-lite";
import { type Figure, makeFigure } from "./figure.js";
import type { Theme } from "./theme.js";
import { roundTicks } from "./ticks.js";
import { renderSpec } from "./vega.js";

const WIDTH = 480;
const HEIGHT = 264;

/** What a learning rate range test found. */
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
 * The loss over the learning rate of a range test, with the rates that it points to.
 *
 * @param about `title`, such as the model's and the dataset's names
 */
export function learningRateCurve(
  curve: LearningRateCurve,
  about: { readonly title: string },
): Promise<Figure> {
  const title = `Loss over learning rate, ${about.title}`;
  const rates = markers(curve).map(({ name, rate }) => `${name} ${formatRate(rate)}`);
  const alt = `Line chart, loss over learning rate: ${rates.join(", ")}.`;
  const draw = (theme: Theme) => renderSpec(spec(curve, title, theme), theme);
  return makeFigure({ name: "lr-find", title, alt }, draw);
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

function spec(curve: LearningRateCurve, title: string, theme: Theme): TopLevelSpec {
  const { points } = curve;
  const smooth = points.map(({ smoothedLoss }) => smoothedLoss);
  const low = Math.min(...smooth);
  // A diverging loss leaves the frame: where it falls is what is looked at.
  const high = Math.min(Math.max(...smooth), low + 1.35 * (Math.max(...smooth.slice(0, 20)) - low));
  const ticks = roundTicks(low, high, 6);
  const [first, last] = [points[0]!.learningRate, points.at(-1)!.learningRate];
  const powers: number[] = [];
  for (let power = Math.ceil(Math.log10(first) - 1e-9); power <= Math.log10(last) + 1e-9; power++)
    powers.push(Number(`1e${power}`));
  const x = {
    field: "learningRate",
    type: "quantitative" as const,
    title: "Learning rate (logarithmic)",
    scale: { type: "log" as const, domain: [first, last], nice: false },
    axis: { values: powers, format: "~g", labelFlush: false, labelOverlap: false },
  };
  const y = (field: string) => ({
    field,
    type: "quantitative" as const,
    title: "Loss of a step's batch",
    scale: { domain: [...ticks.domain], nice: false, zero: false },
    axis: { values: [...ticks.values], format: `.${ticks.decimals}f` },
  });
  // All labels on one side. Each rule ends at its label, those that a label reaches over below it: nothing crosses.
  const sorted = markers(curve).sort((a, b) => a.rate - b.rate);
  const left = Math.log(sorted.at(-1)!.rate / first) > 0.6 * Math.log(last / first);
  const marks = (left ? sorted.reverse() : sorted).map(({ name, rate }, index) => ({
    learningRate: rate,
    label: `${name} ${formatRate(rate)}`,
    at: ticks.domain[1] - (index + 0.5) * 0.075 * (ticks.domain[1] - ticks.domain[0]),
    foot: ticks.domain[0],
  }));
  // Within the frame: a loss of 1e30 has no place in a drawing, not even cut off.
  const framed = (field: "loss" | "smoothedLoss") => {
    const rows = points.filter((point) => field !== "loss" || point.loss <= ticks.domain[1]);
    return rows.map((point) => ({
      ...{ learningRate: point.learningRate },
      [field]: Math.min(ticks.domain[1], Math.max(ticks.domain[0], point[field])),
    }));
  };
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
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
  };
}

import { checkOptions } from "../base/known-options.js";
import { anyFunction, anyText } from "../base/rules.js";
import { type Chart, type ChartSpec, chartSpec, lookUp } from "./chart.js";
import type { Theme } from "./theme.js";
import { epochAxis, roundTicks, type Ticks } from "./ticks.js";

const WIDTH = 300;
const HEIGHT = 340;

/** Between the labels at the ends of the curves. */
const LABEL_PIXELS = 16;

/** How much of the height the second half of all epochs fills at least. */
const SMALLEST_SHARE = 0.2;

/** How far right of the last points the labels begin; thin lines lead to them. */
const LEADER_PIXELS = 26;

/** Curves of one group have one colour; dashes tell them apart. */
const DASHES = [
  [1, 0],
  [7, 3],
  [2, 2.5],
  [9, 3, 2, 3],
  [4, 4],
  [12, 4],
  [1.5, 4],
];

/** A curve by epoch. */
export interface OverlaidCurve {
  readonly label: string;
  /** The group that it belongs to, which decides its colour. */
  readonly group: "first" | "second";
  readonly points: readonly { readonly epoch: number; readonly value: number }[];
}

/** Options of {@link overlaidCurves}. */
export interface OverlaidCurvesOptions {
  /** Name of the figure's files: `training-loss-by-epoch`. */
  readonly name: string;
  readonly title: string;
  /** What the colours mean. */
  readonly subtitle: string;
  /** The axis with its unit. */
  readonly axis: string;
  /** A value as text for its label. */
  readonly format: (value: number) => string;
}

/**
 * A chart of many trainings on top of each other, named at their ends. Where the second half of all epochs would fill less
 * than a fifth of the height, the axis begins at its lowest value, so that the ends can be told apart; an arrow at the lower
 * end marks each value below it.
 */
export function overlaidCurves(curves: readonly OverlaidCurve[], options: OverlaidCurvesOptions): Chart {
  checkOptions("Overlaid curves", options, {
    name: anyText,
    title: anyText,
    subtitle: anyText,
    axis: anyText,
    format: anyFunction,
  });
  const { name, title, format } = options;
  const ends = curves.map(({ label, points }) => `${label} ${format(points.at(-1)?.value ?? Number.NaN)}`);
  const ticks = ticksOf(curves);
  const note = noteOnCut(curves, ticks, format);
  const alt = [`Line chart, ${title}. At the end: ${ends.join("; ")}.`, ...note].join(" ");
  return { name, title, alt, spec: (theme) => specOf(curves, options, { ticks, note }, theme) };
}

function ticksOf(curves: readonly OverlaidCurve[]): Ticks {
  const valuesOf = (from: (points: OverlaidCurve["points"]) => OverlaidCurve["points"]) =>
    curves.flatMap(({ points }) => from(points).map(({ value }) => value));
  const all = valuesOf((points) => points);
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const late = Math.min(...valuesOf((points) => points.slice(Math.floor(points.length / 2))));
  return roundTicks(high - late < SMALLEST_SHARE * (high - low) ? late : low, high, 6);
}

/** A sentence on the values below the axis; nothing where there are none. */
function noteOnCut(
  curves: readonly OverlaidCurve[],
  { domain: [low] }: Ticks,
  format: OverlaidCurvesOptions["format"],
): readonly string[] {
  const values = curves.flatMap(({ points }) => points.map(({ value }) => value));
  const lowest = Math.min(...values);
  return lowest < low ? [`Arrows mark values below the axis, down to ${format(lowest)}.`] : [];
}

function specOf(
  curves: readonly OverlaidCurve[],
  { title, subtitle, axis, format }: OverlaidCurvesOptions,
  { ticks, note }: { readonly ticks: Ticks; readonly note: readonly string[] },
  theme: Theme,
): ChartSpec {
  const last = Math.max(1, ...curves.flatMap(({ points }) => points.map(({ epoch }) => epoch)));
  const colour = ({ group }: OverlaidCurve) => (group === "first" ? theme.training : theme.test);
  const dashes = dashesOf(curves);
  const rows = curves.flatMap(({ points }, series) => points.map((point) => ({ ...point, series })));
  const series = {
    field: "series",
    type: "nominal",
    scale: { domain: curves.map((_, index) => index), range: curves.map(colour) },
    legend: null,
  };
  const strokeDash = {
    field: "series",
    type: "nominal",
    scale: { domain: curves.map((_, index) => index), range: dashes },
    legend: null,
  };
  const x = epochAxis(1, last);
  const y = {
    field: "value",
    type: "quantitative",
    scale: { domain: ticks.domain, nice: false, zero: false },
    axis: { title: { expr: "axes[0]" }, values: ticks.values, format: `.${ticks.decimals}f` },
  };
  const ends = endsOf(curves, ticks, x.scale.domain, format);
  return chartSpec(theme, {
    title: { text: title, subtitle: [subtitle, ...note] },
    width: WIDTH,
    height: HEIGHT,
    params: [lookUp("axes", [axis]).param],
    layer: [
      {
        data: { values: rows },
        mark: { type: "line", strokeWidth: 1.75, strokeJoin: "round", clip: true },
        encoding: { x, y, color: series, strokeDash },
      },
      {
        // Not clipped, which would halve those at the ends of the axis.
        data: { values: rows.filter(({ value }) => value >= ticks.domain[0]) },
        mark: { type: "point", shape: "circle", filled: true, size: 12, opacity: 1 },
        encoding: { x, y, color: series },
      },
      {
        data: {
          values: rows
            .filter(({ value }) => value < ticks.domain[0])
            .map((row) => ({ ...row, value: ticks.domain[0] })),
        },
        mark: { type: "point", shape: "triangle-down", filled: true, size: 45, opacity: 1, yOffset: 4 },
        encoding: { x, y, color: series },
      },
      {
        data: { values: ends },
        mark: { type: "line", strokeWidth: 0.75, opacity: 0.5 },
        encoding: { x: { ...x, field: "at" }, y, color: series },
      },
      {
        data: { values: ends.filter(({ text }) => text !== "") },
        mark: { type: "text", align: "left", baseline: "middle", dx: 3 },
        encoding: { x: { ...x, field: "at" }, y, color: series, text: { field: "text" } },
      },
    ],
  });
}

/** For each curve two points joined by a thin line: its end, and its label on the right. */
function endsOf(
  curves: readonly OverlaidCurve[],
  { domain }: Ticks,
  [first, end]: readonly [number, number],
  format: (value: number) => string,
) {
  const perPixel = (domain[1] - domain[0]) / HEIGHT;
  const labels = curves
    .flatMap(({ label, points }, series) => {
      const end = points.at(-1);
      if (end === undefined) return [];
      const from = Math.max(domain[0], end.value);
      return [{ series, epoch: end.epoch, from, to: from, text: `${label} ${format(end.value)}` }];
    })
    .sort((a, b) => a.from - b.from);
  spread(labels, LABEL_PIXELS * perPixel);
  // Beyond the end of the axis; its scale extends.
  const right = end + (LEADER_PIXELS * (end - first)) / WIDTH;
  return labels.flatMap(({ series, epoch, from, to, text }) => [
    { series, at: epoch, value: from, text: "" },
    { series, at: right, value: to, text },
  ]);
}

/** The dashes of each curve, different within a group. */
function dashesOf(curves: readonly OverlaidCurve[]): number[][] {
  const used = { first: 0, second: 0 };
  return curves.map(({ group }) => DASHES[used[group]++ % DASHES.length]!);
}

/**
 * Moves labels, sorted from low to high, apart by as little as possible: labels that touch become a block centred on the
 * mean of their places.
 */
function spread(labels: { from: number; to: number }[], apart: number): void {
  const blocks: { centre: number; members: { from: number; to: number }[] }[] = [];
  for (const label of labels) {
    let block = { centre: label.from, members: [label] };
    for (let below = blocks.at(-1); below !== undefined; below = blocks.at(-1)) {
      const between = block.centre - below.centre;
      const reach = ((block.members.length + below.members.length) / 2) * apart;
      if (between >= reach) break;
      blocks.pop();
      const members = [...below.members, ...block.members];
      block = { centre: members.reduce((sum, { from }) => sum + from, 0) / members.length, members };
    }
    blocks.push(block);
  }
  for (const { centre, members } of blocks) {
    members.forEach((member, index) => {
      member.to = centre + (index - (members.length - 1) / 2) * apart;
    });
  }
}

import type uPlot from "uplot";
import type { Curves } from "../state/curves";
import { words } from "../words";

/** The points of both curves over one row of epochs; null where only the other curve has a point. */
export interface ChartRows {
  readonly epochs: readonly number[];
  readonly training: readonly (number | null)[];
  readonly test: readonly (number | null)[];
  /** A little above the largest value. */
  readonly highest: number;
}

/** Brings two curves onto one axis. */
export function chartRows({ training, test }: Curves, value: "accuracy" | "loss"): ChartRows {
  const points = [
    ...training.map((point) => ({ epoch: point.epoch, training: point[value], test: null })),
    ...test.map((point) => ({ epoch: point.epoch, training: null, test: point[value] })),
  ].sort((a, b) => a.epoch - b.epoch);
  const largest = Math.max(0, ...training.map((point) => point[value]), ...test.map((point) => point[value]));
  return {
    epochs: points.map(({ epoch }) => epoch),
    training: points.map((point) => point.training),
    test: points.map((point) => point.test),
    highest: largest > 0 ? 1.05 * largest : 1,
  };
}

/** So many points at most are marked; more would hide their line. */
const MOST_MARKED = 30;

function shownPoints(values: uPlot.AlignedData[number] | undefined): boolean {
  return [...(values ?? [])].filter((value) => typeof value === "number").length <= MOST_MARKED;
}

/** How a curve is drawn, in the page's present colours. */
export function chartOptions(
  holder: HTMLElement,
  { value, epochs }: { readonly value: "accuracy" | "loss"; readonly epochs: number },
): uPlot.Options {
  const style = getComputedStyle(holder);
  const colour = (name: string) => style.getPropertyValue(`--${name}`).trim();
  const font = `12px ${style.fontFamily}`;
  const axis = {
    stroke: colour("muted"),
    font,
    grid: { stroke: colour("chart-line"), width: 1 },
    ticks: { show: false },
  };
  const format = (number: number) =>
    value === "accuracy" ? words.percent(number, 0) : String(Number(number.toFixed(3)));
  return {
    width: holder.clientWidth,
    height: 208,
    legend: { show: false },
    cursor: { drag: { x: false, y: false }, points: { size: 8 } },
    scales: { x: { time: false, range: [0, 1.02 * epochs] }, y: { auto: false } },
    axes: [
      {
        ...axis,
        values: (_, marks) => marks.map((mark) => (Number.isInteger(mark) ? String(mark) : "")),
        size: 32,
      },
      { ...axis, values: (_, marks) => marks.map(format), size: 48 },
    ],
    series: [
      {},
      { stroke: colour("training"), width: 2, spanGaps: true, points: { show: false } },
      {
        stroke: colour("test"),
        width: 2,
        dash: [6, 4],
        spanGaps: true,
        points: { show: ({ data }) => shownPoints(data[2]), size: 7, fill: colour("card") },
      },
    ],
  };
}

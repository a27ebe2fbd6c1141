import { formatPercent } from "../base/format.js";
import { checkOptions } from "../base/known-options.js";
import { anyText, oneOf } from "../base/rules.js";
import type { EpochLogs, History } from "../callbacks/history.js";
import { type Chart, type ChartSpec, chartSpec } from "./chart.js";
import type { Theme } from "./theme.js";
import { epochAxis, roundTicks, type Ticks } from "./ticks.js";

const WIDTH = 344;
const HEIGHT = 224;

/** Options of {@link accuracyByEpoch} and {@link lossByEpoch}. */
export interface CurveOptions {
  /**
   * Name of the second line: `Test` when the test set was the validation data of `fit`.
   *
   * @defaultValue `"Test"`
   */
  readonly validationName?: "Test" | "Validation";
  /**
   * Named in the title, so that a figure explains itself.
   *
   * @defaultValue no name
   */
  readonly dataset?: string;
}

interface Curve {
  readonly name: string;
  readonly colour: "training" | "test";
  readonly points: readonly { readonly epoch: number; readonly value: number }[];
}

/**
 * A chart of training and test accuracy by epoch. Training is the running accuracy, with dropout on, as Keras prints it.
 *
 * @example
 * const chart = accuracyByEpoch(history);
 * chart.name; // accuracy-by-epoch
 */
export function accuracyByEpoch(history: History, options: CurveOptions = {}): Chart {
  checkOptions("Chart of accuracy", options, {
    validationName: oneOf("Test", "Validation"),
    dataset: anyText,
  });
  const curves = curvesOf(history, "accuracy", "valAccuracy", options);
  const values = valuesOf(curves, [0, 1]);
  const ticks = roundTicks(Math.min(...values), Math.max(...values), 6, [0, 1]);
  const decimals = Math.max(0, ticks.decimals - 2);
  return chart("accuracy-by-epoch", "Accuracy", options.dataset, curves, ticks, {
    axis: `.${decimals}%`,
    value: (accuracy) => formatPercent(accuracy, 1),
  });
}

/** A chart of training and test loss by epoch. Training is the running loss, with dropout on and penalties included. */
export function lossByEpoch(history: History, options: CurveOptions = {}): Chart {
  checkOptions("Chart of loss", options, { validationName: oneOf("Test", "Validation"), dataset: anyText });
  const curves = curvesOf(history, "loss", "valLoss", options);
  // From zero: a loss is a distance to nothing, and a cut axis would exaggerate its fall.
  const ticks = roundTicks(0, Math.max(...valuesOf(curves, [0, 1])), 6);
  return chart("loss-by-epoch", "Loss", options.dataset, curves, ticks, {
    axis: ticks.domain[1] < 1000 ? `.${ticks.decimals}f` : "~e",
    value: (loss) => (loss < 1000 ? loss.toFixed(3) : loss.toExponential(2)),
  });
}

function curvesOf(
  { epochs }: History,
  training: "accuracy" | "loss",
  validation: "valAccuracy" | "valLoss",
  { validationName = "Test" }: CurveOptions,
): readonly Curve[] {
  const pointsOf = (field: typeof training | typeof validation) =>
    // A loss that overflowed has no place on the axis.
    epochs
      .map((logs: EpochLogs) => ({ epoch: logs.epoch, value: logs[field] ?? Number.NaN }))
      .filter(({ value }) => Number.isFinite(value));
  const curves: readonly Curve[] = [
    { name: "Training", colour: "training", points: pointsOf(training) },
    { name: validationName, colour: "test", points: pointsOf(validation) },
  ];
  return curves.filter(({ points }) => points.length > 0);
}

/** Every value of the curves, or `fallback` when there are none. */
function valuesOf(curves: readonly Curve[], fallback: readonly number[]): readonly number[] {
  const values = curves.flatMap(({ points }) => points.map(({ value }) => value));
  return values.length > 0 ? values : fallback;
}

interface Formats {
  /** d3 format of the axis labels. */
  readonly axis: string;
  /** The last value of a curve, as text for its label. */
  readonly value: (value: number) => string;
}

function chart(
  name: string,
  quantity: string,
  dataset: string | undefined,
  curves: readonly Curve[],
  ticks: Ticks,
  formats: Formats,
): Chart {
  const suffix = dataset === undefined ? "by epoch" : `by epoch, ${dataset}`;
  const title = `${quantity} ${suffix}`;
  const ends = curves.map(({ name, points }) => {
    const { epoch, value } = points.at(-1)!;
    return `${name.toLowerCase()} ${formats.value(value)} after epoch ${epoch}`;
  });
  const alt = `Line chart, ${quantity.toLowerCase()} ${suffix}: ${ends.length > 0 ? ends.join(", ") : "no epoch yet"}.`;
  return { name, title, alt, spec: (theme) => specOf(title, quantity, curves, ticks, formats, theme) };
}

function specOf(
  title: string,
  quantity: string,
  curves: readonly Curve[],
  ticks: Ticks,
  formats: Formats,
  theme: Theme,
): ChartSpec {
  const epochs = curves.flatMap(({ points }) => points.map(({ epoch }) => epoch));
  const first = epochs.length > 0 ? Math.min(...epochs) : 1;
  const last = epochs.length > 0 ? Math.max(...epochs) : 1;
  const rows = curves.flatMap(({ name, points }) => points.map((point) => ({ ...point, series: name })));
  const color = {
    field: "series",
    type: "nominal",
    scale: { domain: curves.map(({ name }) => name), range: curves.map(({ colour }) => theme[colour]) },
    legend: null,
  };
  const x = epochAxis(first, last);
  const y = {
    field: "value",
    type: "quantitative",
    title: quantity,
    scale: { domain: ticks.domain, nice: false, zero: false },
    axis: { values: ticks.values, format: formats.axis },
  };
  return chartSpec(theme, {
    title,
    width: WIDTH,
    height: HEIGHT,
    layer: [
      {
        data: { values: rows },
        mark: { type: "line", strokeWidth: 2.25, strokeJoin: "round", strokeCap: "round" },
        encoding: { x, y, color },
      },
      {
        data: { values: rows },
        mark: { type: "point", shape: "circle", filled: true, size: last - first < 40 ? 30 : 6, opacity: 1 },
        encoding: { x, y, color },
      },
      {
        data: { values: endLabels(curves, ticks, formats) },
        mark: { type: "text", align: "left", baseline: "middle", dx: 10, fontWeight: 600, lineHeight: 15 },
        encoding: { x, y, color, text: { field: "label" } },
      },
    ],
  });
}

/** The names of the curves next to their last points, moved apart where they would touch. */
function endLabels(curves: readonly Curve[], { domain }: Ticks, formats: Formats) {
  const perPixel = (domain[1] - domain[0]) / HEIGHT;
  const apart = 17 * perPixel;
  const labels = curves
    .map(({ name, points }) => ({ series: name, ...points.at(-1)! }))
    .map((label) => ({ ...label, label: `${label.series} ${formats.value(label.value)}` }))
    .sort((a, b) => a.value - b.value);
  const [lower, upper] = labels;
  if (lower === undefined || upper === undefined) return labels;
  const overlap = Math.max(0, apart - (upper.value - lower.value));
  return [
    { ...lower, value: lower.value - overlap / 2 },
    { ...upper, value: upper.value + overlap / 2 },
  ];
}

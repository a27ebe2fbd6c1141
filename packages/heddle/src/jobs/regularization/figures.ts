import type { MeanInterval } from "@heddle/core/internal/evaluate/mean-interval.js";
import { type IntervalRow, intervalPlot } from "@heddle/core/internal/figures/interval-plot.js";
import { overlaidCurves } from "@heddle/core/internal/figures/overlaid-curves.js";
import { drawFigure } from "../../rendering/draw-figure.js";
import { titleOf } from "./regimes.js";
import type { RegimeResult } from "./results.js";
import { points } from "./verdict.js";

const percent = (value: number) => value.toFixed(2).replace("-", "−");
const COLOURS = "Orange: the dense layer reads all of the convolution's output; blue: a quarter";

/**
 * Draws test accuracy, gap and differences by regime, and curves by epoch.
 *
 * @throws AbortedError on `signal`
 */
export async function regimeFigures(results: readonly RegimeResult[], dataset: string, signal: AbortSignal) {
  const seeds = results[0]?.seeds.length ?? 0;
  const subtitle = `Means of ${seeds} seeds with 95% intervals; each dot is a seed`;
  const accuracy = await drawFigure(
    intervalPlot(
      results.map((result) => rowOf(result, result.test, result.testAccuracies)),
      {
        name: "test-accuracy-by-regime",
        title: `Test accuracy by regime, ${dataset}`,
        subtitle,
        axis: "Test accuracy (%)",
        format: percent,
        limits: [0, 100],
      },
    ),
    signal,
  );
  const gaps = results.map((result) => {
    const values = result.trainAccuracies.map((train, index) => train - result.testAccuracies[index]!);
    return rowOf(result, result.gap, values);
  });
  const gap = await drawFigure(
    intervalPlot(gaps, {
      name: "generalization-gap-by-regime",
      title: `Generalization gap by regime, ${dataset}`,
      subtitle: `Training minus test accuracy, ${seeds} seeds, 95% intervals`,
      axis: "Gap (percentage points)",
      format: percent,
      rule: 0,
    }),
    signal,
  );
  const reference = results.find(({ difference }) => difference === undefined);
  const compared = results.flatMap((result) => {
    const { difference, testAccuracies } = result;
    if (!difference) return [];
    const values = testAccuracies.map((value, index) => value - reference!.testAccuracies[index]!);
    return [rowOf(result, difference, values)];
  });
  const differences = await drawFigure(
    intervalPlot(compared, {
      name: "difference-by-regime",
      title: "Test accuracy against pooling + dropout",
      subtitle: `Seed by seed, ${seeds} seeds, 95% intervals`,
      axis: "Difference (percentage points)",
      format: (value) => points(value / 100),
      rule: 0,
    }),
    signal,
  );
  return { accuracy, gap, differences, ...(await curveFigures(results, dataset, signal)) };
}

async function curveFigures(results: readonly RegimeResult[], dataset: string, signal: AbortSignal) {
  const curvesOf = (field: "accuracy" | "valAccuracy") =>
    results.map((result) => ({
      label: titleOf(result.regime, result.label),
      group: isLarge(result) ? ("first" as const) : ("second" as const),
      points: result.curve.map((row) => ({ epoch: row.epoch, value: 100 * row[field] })),
    }));
  const validation = await drawFigure(
    overlaidCurves(curvesOf("valAccuracy"), {
      name: "validation-accuracy-by-epoch",
      title: `Validation accuracy by epoch, ${dataset}`,
      subtitle: COLOURS,
      axis: "Accuracy on held-out images (%)",
      format: percent,
    }),
    signal,
  );
  const training = await drawFigure(
    overlaidCurves(curvesOf("accuracy"), {
      name: "training-accuracy-by-epoch",
      title: `Training accuracy by epoch, ${dataset}`,
      subtitle: COLOURS,
      axis: "Accuracy while training (%)",
      format: percent,
    }),
    signal,
  );
  return { training, validation };
}

/** In percent, as people read accuracies. */
function rowOf(result: RegimeResult, of: MeanInterval, values: readonly number[]): IntervalRow {
  return {
    label: titleOf(result.regime, result.label),
    mean: 100 * of.mean,
    low: 100 * of.low,
    high: 100 * of.high,
    values: values.map((value) => 100 * value),
    marked: isLarge(result),
  };
}

/** Whether the dense layer reads all of the second convolution's output. */
function isLarge({ regime }: RegimeResult): boolean {
  return regime.network.downsampling === "none";
}

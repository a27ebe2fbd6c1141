import { HeddleError } from "../base/errors.js";
import { groupDigits } from "../base/format.js";
import { checkOptions } from "../base/known-options.js";
import { anyText, oneOf } from "../base/rules.js";
import { type Chart, type ChartSpec, chartSpec, lookUp } from "./chart.js";
import { readableOn, sequentialScale } from "./colour-scale.js";
import { type Theme, textSizes } from "./theme.js";

/** The most classes that {@link confusionMatrix} draws: of more, nobody could read the names or the cells. */
export const MOST_CLASSES_IN_A_MATRIX = 200;

/** Options of {@link confusionMatrix}. */
export interface ConfusionMatrixOptions {
  /** @defaultValue `"Confusion matrix"` */
  readonly title?: string;
  /**
   * What is written in the cells: shares of the true class in percent (`rates`), or numbers of images (`counts`).
   *
   * @defaultValue `"rates"`
   */
  readonly show?: "rates" | "counts";
}

/**
 * A heat map of what each class was taken for: a row holds the images of one class, a cell their share in percent or
 * their number. The colour grows with the square root of the share, so that rare confusions can be seen.
 *
 * @param counts `[true class][predicted class]`: numbers of images
 * @param classNames in the order of the labels
 * @throws HeddleError when `counts` is not square, or there is no class or more than 200
 */
export function confusionMatrix(
  counts: readonly (readonly number[])[],
  classNames: readonly string[],
  options: ConfusionMatrixOptions = {},
): Chart {
  checkOptions("Confusion matrix", options, { title: anyText, show: oneOf("rates", "counts") });
  const classes = classNames.length;
  if (classes === 0 || counts.length !== classes || counts.some((row) => row.length !== classes)) {
    throw new HeddleError({
      who: "Confusion matrix",
      expected: `${classes} rows of ${classes} counts, a row and a column for each class`,
      received: `${counts.length} rows of ${[...new Set(counts.map((row) => row.length))].join(", ")}`,
      next: "Pass counts[true class][predicted class].",
    });
  }
  if (classes > MOST_CLASSES_IN_A_MATRIX) {
    throw new HeddleError({
      who: "Confusion matrix",
      expected: `at most ${MOST_CLASSES_IN_A_MATRIX} classes`,
      received: groupDigits(classes),
      next: "Show the confusedPairs of evaluateClassifier in a table.",
    });
  }
  const title = options.title ?? "Confusion matrix";
  const { show = "rates" } = options;
  const cells = cellsOf(counts, show);
  const titles = {
    text: title,
    subtitle: show === "rates" ? "Share of each true class, in percent" : "Number of images",
  };
  const name = show === "rates" ? "confusion-matrix" : "confusion-matrix-counts";
  return {
    name,
    title,
    alt: describe(cells, counts, classNames),
    spec: (theme) => heatMapSpec(titles, cells, classNames, theme),
  };
}

interface Cell {
  readonly truth: number;
  readonly predicted: number;
  /** Share of the true class, 0..1. */
  readonly rate: number;
  /** The share in percent or the number of images; empty for none. */
  readonly text: string;
}

function cellsOf(counts: readonly (readonly number[])[], show: "rates" | "counts"): readonly Cell[] {
  return counts.flatMap((row, truth) => {
    const total = row.reduce((sum, count) => sum + count, 0);
    return row.map((count, predicted) => {
      const rate = total > 0 ? count / total : 0;
      const text = show === "rates" ? percent(rate) : count === 0 ? "" : String(count);
      return { truth, predicted, rate, text };
    });
  });
}

/** `92`, `1.3`, `<0.1`, and nothing for zero. */
function percent(rate: number): string {
  if (rate === 0) return "";
  if (rate < 0.0005) return "<0.1";
  return (rate * 100).toFixed(rate < 0.0995 ? 1 : 0);
}

function describe(
  cells: readonly Cell[],
  counts: readonly (readonly number[])[],
  classNames: readonly string[],
): string {
  const images = counts.flat().reduce((sum, count) => sum + count, 0);
  const worst = cells
    .filter(({ truth, predicted, rate }) => truth !== predicted && rate > 0)
    .sort((a, b) => b.rate - a.rate)[0];
  const about = `Heat map of the true and the predicted class of ${groupDigits(images)} images`;
  if (worst === undefined) return `${about}: none was confused.`;
  return `${about}. Most often confused: ${percent(worst.rate)}% of ${classNames[worst.truth]} were taken for ${classNames[worst.predicted]}.`;
}

function heatMapSpec(
  title: { readonly text: string; readonly subtitle: string },
  cells: readonly Cell[],
  classNames: readonly string[],
  theme: Theme,
): ChartSpec {
  const side = Math.max(28, 44 - Math.max(0, classNames.length - 10));
  const classes = lookUp("classes", classNames);
  const scale = sequentialScale(theme, 0, 1);
  const coloured = cells.map((cell) => {
    const [red, green, blue] = scale.colour(Math.sqrt(cell.rate));
    return { ...cell, colour: `rgb(${red}, ${green}, ${blue})`, ink: readableOn([red, green, blue]) };
  });
  return chartSpec(theme, {
    title,
    width: { step: side },
    height: { step: side },
    params: [classes.param],
    data: { values: coloured },
    encoding: {
      x: {
        field: "predicted",
        type: "ordinal",
        title: "Predicted class",
        axis: { labelExpr: classes.labelExpr, labelAngle: -40, labelLimit: 140 },
      },
      y: {
        field: "truth",
        type: "ordinal",
        title: "True class",
        axis: { labelExpr: classes.labelExpr, labelLimit: 140 },
      },
    },
    layer: [
      {
        mark: { type: "rect", stroke: theme.background, strokeWidth: 2, cornerRadius: 3 },
        encoding: {
          color: { field: "colour", type: "nominal", scale: null },
        },
      },
      {
        mark: { type: "text", fontSize: textSizes.small },
        encoding: {
          text: { field: "text" },
          color: { field: "ink", type: "nominal", scale: null },
        },
      },
    ],
  });
}

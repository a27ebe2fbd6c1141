import { formatPercent, groupDigits } from "../base/format.js";
import { type Chart, type ChartSpec, chartSpec } from "./chart.js";
import { legendOf } from "./legend.js";
import { type Theme, textSizes } from "./theme.js";

/** Images of each class in one split. */
export interface SplitCounts {
  /** `Training`, `Test`. */
  readonly split: string;
  /** In the order of the classes. */
  readonly perClass: readonly number[];
}

/**
 * A bar chart of how the images of each split spread over the classes, the splits side by side.
 *
 * @param splits one or two: shares are of all images of a split, so that splits of different sizes compare
 * @example
 * classBalance([{ split: "Training", perClass: [60, 40] }, { split: "Test", perClass: [6, 4] }], ["cat", "dog"]);
 */
export function classBalance(
  splits: readonly SplitCounts[],
  classNames: readonly string[],
  options: { readonly dataset?: string } = {},
): Chart {
  const title = options.dataset === undefined ? "Class balance" : `Class balance, ${options.dataset}`;
  const rows = splits.flatMap(({ split, perClass }) => {
    const images = perClass.reduce((sum, count) => sum + count, 0);
    return perClass.map((count, label) => ({
      split,
      label,
      count: groupDigits(count),
      share: images === 0 ? 0 : count / images,
    }));
  });
  const alt = `Bar chart of each class's share of the images. ${splits.map(describe(classNames)).join(" ")}`;
  return {
    name: "class-balance",
    title,
    alt,
    spec: (theme) => specOf(title, rows, splits, classNames, theme),
  };
}

function describe(classNames: readonly string[]) {
  return ({ split, perClass }: SplitCounts) => {
    const images = perClass.reduce((sum, count) => sum + count, 0);
    const name = (count: number) => {
      const share = images === 0 ? 0 : count / images;
      return `${formatPercent(share, 1)} ${classNames[perClass.indexOf(count)]}`;
    };
    return `${split}: from ${name(Math.min(...perClass))} to ${name(Math.max(...perClass))}.`;
  };
}

function specOf(
  title: string,
  rows: readonly { split: string; label: number; count: string; share: number }[],
  splits: readonly SplitCounts[],
  classNames: readonly string[],
  theme: Theme,
): ChartSpec {
  const names = splits.map(({ split }) => split);
  const largest = Math.max(0.01, ...rows.map(({ share }) => share));
  const y = {
    field: "label",
    type: "ordinal",
    title: "Class",
    // Two classes may have the same name: the label tells them apart.
    axis: { labelExpr: `${JSON.stringify(classNames)}[datum.value]`, labelLimit: 160 },
    scale: { paddingInner: 0.25 },
  };
  const yOffset = { field: "split", type: "nominal", sort: names };
  const x = {
    field: "share",
    type: "quantitative",
    title: "Share of the split's images",
    // Room for the counts at the ends of the bars.
    scale: { domain: [0, largest * 1.2], nice: false },
    axis: { format: ".0~%", grid: true, tickCount: 5 },
  };
  return chartSpec(theme, {
    title: { text: title, subtitle: "Numbers are images" },
    width: 344,
    height: { step: 15, for: "offset" },
    data: { values: rows },
    layer: [
      {
        mark: { type: "bar", cornerRadiusEnd: 2 },
        encoding: {
          x,
          y,
          yOffset,
          color: {
            field: "split",
            type: "nominal",
            scale: { domain: names, range: [theme.training, theme.test] },
            legend: legendOf(theme),
          },
        },
      },
      {
        mark: { type: "text", align: "left", dx: 5, fontSize: textSizes.small, color: theme.muted },
        encoding: { x, y, yOffset, text: { field: "count" } },
      },
    ],
  });
}

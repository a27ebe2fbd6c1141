import { formatPercent, groupDigits } from "../base/format.js";
import { checkOptions } from "../base/known-options.js";
import { anyText } from "../base/rules.js";
import { type Chart, type ChartSpec, chartSpec, lookUp } from "./chart.js";
import { legendOf } from "./legend.js";
import { type Theme, textSizes } from "./theme.js";

/** A chart of more classes shows only these many of the largest and of the smallest: it would be metres high. */
const MOST_ROWS = 100;
const AT_EACH_END = MOST_ROWS / 2;

/** Images of each class in one split. */
export interface SplitCounts {
  /** `Training`, `Test`. */
  readonly split: string;
  /** In the order of the classes. */
  readonly perClass: readonly number[];
}

/**
 * A bar chart of how the images of each split spread over the classes, the splits side by side. Of more than 100 classes
 * it shows the 50 with the most images in the first split and the 50 with the fewest, and says so.
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
  checkOptions("Class balance", options, { dataset: anyText });
  const title = options.dataset === undefined ? "Class balance" : `Class balance, ${options.dataset}`;
  const labels = shownLabels(splits[0]?.perClass ?? []);
  const rows = splits.flatMap(({ perClass }, split) => {
    const images = perClass.reduce((sum, count) => sum + count, 0);
    return labels.map((label, place) => {
      const count = perClass[label]!;
      return { split, place, count: groupDigits(count), share: images === 0 ? 0 : count / images };
    });
  });
  const alt = `Bar chart of each class's share of the images. ${splits.map(describe(classNames)).join(" ")}`;
  return {
    name: "class-balance",
    title,
    alt,
    spec: (theme) => specOf({ title, rows, splits, labels, classNames }, theme),
  };
}

/** All labels, or those at both ends where there are too many, the largest class first. */
function shownLabels(perClass: readonly number[]): readonly number[] {
  const labels = perClass.map((_, label) => label);
  if (labels.length <= MOST_ROWS) return labels;
  const sorted = labels.sort((a, b) => perClass[b]! - perClass[a]! || a - b);
  return [...sorted.slice(0, AT_EACH_END), ...sorted.slice(-AT_EACH_END)];
}

function describe(classNames: readonly string[]) {
  return ({ split, perClass }: SplitCounts) => {
    const images = perClass.reduce((sum, count) => sum + count, 0);
    const name = (count: number) => {
      const share = images === 0 ? 0 : count / images;
      return `${formatPercent(share, 1)} ${classNames[perClass.indexOf(count)]}`;
    };
    const smallest = perClass.reduce((least, count) => Math.min(least, count));
    const largest = perClass.reduce((most, count) => Math.max(most, count));
    return `${split}: from ${name(smallest)} to ${name(largest)}.`;
  };
}

interface Balance {
  readonly title: string;
  readonly rows: readonly { split: number; place: number; count: string; share: number }[];
  readonly splits: readonly SplitCounts[];
  /** Those of the rows, from top to bottom. */
  readonly labels: readonly number[];
  readonly classNames: readonly string[];
}

function specOf({ title, rows, splits, labels, classNames }: Balance, theme: Theme): ChartSpec {
  const classes = lookUp(
    "classes",
    labels.map((label) => classNames[label] ?? `class ${label}`),
  );
  const names = lookUp(
    "splits",
    splits.map(({ split }) => split),
  );
  const all = classNames.length;
  const some =
    all > labels.length
      ? `; the ${AT_EACH_END} largest and ${AT_EACH_END} smallest of ${groupDigits(all)} classes`
      : "";
  const largest = Math.max(0.01, ...rows.map(({ share }) => share));
  const y = {
    field: "place",
    type: "ordinal",
    title: "Class",
    axis: { labelExpr: classes.labelExpr, labelLimit: 160 },
    scale: { domain: labels.map((_, place) => place), paddingInner: 0.25 },
  };
  const inOrder = splits.map((_, index) => index);
  const yOffset = { field: "split", type: "ordinal", scale: { domain: inOrder } };
  const x = {
    field: "share",
    type: "quantitative",
    title: "Share of the split's images",
    // Room for the counts at the ends of the bars.
    scale: { domain: [0, largest * 1.2], nice: false },
    axis: { format: ".0~%", grid: true, tickCount: 5 },
  };
  return chartSpec(theme, {
    title: { text: title, subtitle: `Numbers are images${some}` },
    width: 344,
    height: { step: 15, for: "offset" },
    params: [classes.param, names.param],
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
            scale: { domain: inOrder, range: [theme.training, theme.test] },
            legend: { ...legendOf(theme), labelExpr: names.labelExpr },
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

import { HeddleError } from "../base/errors.js";
import { groupDigits } from "../base/format.js";
import { checkOptions } from "../base/known-options.js";
import { median } from "../base/median.js";
import { anyText, listOf, type Rule } from "../base/rules.js";
import { type Chart, type ChartSpec, chartSpec, lookUp } from "./chart.js";
import { type Theme, textSizes } from "./theme.js";

/** Options of {@link embeddingMap}. */
export interface EmbeddingMapOptions {
  readonly title: string;
  /** A line below the title. */
  readonly subtitle: string;
  readonly classNames: readonly string[];
  /** `[N]`: the class of each image. */
  readonly labels: ArrayLike<number>;
  /** `[N]`: the class that the model took it for. */
  readonly predicted: ArrayLike<number>;
}

const classNumbers: Rule = {
  expected: "a list of class numbers",
  accepts: (value) =>
    (Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView))) &&
    Array.prototype.every.call(value, Number.isInteger),
};

/** The names of more classes would cover the dots. */
const MOST_NAMES = 100;

/** Ten colours that the common colour blindnesses can tell apart, after Paul Tol's muted and light schemes. */
const palettes = {
  light: [
    "#332288",
    "#88ccee",
    "#44aa99",
    "#117733",
    "#999933",
    "#cfa85b",
    "#cc6677",
    "#882255",
    "#aa4499",
    "#7a7a7a",
  ],
  dark: [
    "#8f9bff",
    "#77ccee",
    "#44bb99",
    "#bbcc33",
    "#8f8f1f",
    "#eedd88",
    "#ee8866",
    "#ff6f91",
    "#ffaabb",
    "#b9b9b9",
  ],
} as const;

interface Point {
  readonly x: number;
  readonly y: number;
  readonly label: number;
  readonly wrong: boolean;
}

/**
 * A map of images: a dot for each, coloured by class, a cross where the model took it for another class, and the name of
 * each class in the middle of its dots; of more than 100 classes no names, which the subtitle says. The axes have no unit.
 *
 * @param points `[N, 2]`
 * @throws HeddleError when there is no point, or labels or predictions are missing
 */
export function embeddingMap(points: Float32Array, options: EmbeddingMapOptions): Chart {
  checkOptions("Embedding map", options, {
    title: anyText,
    subtitle: anyText,
    classNames: listOf("texts", anyText),
    labels: classNumbers,
    predicted: classNumbers,
  });
  const { title, labels, predicted } = options;
  const count = points.length / 2;
  if (count < 1 || labels.length !== count || predicted.length !== count) {
    throw new HeddleError({
      who: "Embedding map",
      expected: "a label and a prediction for each of at least one point",
      received: `${count} points, ${labels.length} labels, ${predicted.length} predictions`,
      next: "Correct the arrays.",
    });
  }
  const dots = Array.from(
    { length: count },
    (_, index): Point => ({
      x: points[2 * index]!,
      y: points[2 * index + 1]!,
      label: labels[index]!,
      wrong: labels[index] !== predicted[index],
    }),
  );
  const wrong = dots.filter((dot) => dot.wrong).length;
  const alt = `Map of ${groupDigits(count)} images in two dimensions, coloured by class; ${groupDigits(wrong)} crosses mark images that were taken for another class.`;
  return { name: "embedding-map", title, alt, spec: (theme) => specOf(dots, options, theme) };
}

function specOf(dots: readonly Point[], options: EmbeddingMapOptions, theme: Theme): ChartSpec {
  const { title, subtitle, classNames } = options;
  const nameOf = (label: number) => classNames[label] ?? `class ${label}`;
  const byLabel = new Map<number, Point[]>();
  for (const dot of dots) {
    const own = byLabel.get(dot.label);
    if (own === undefined) byLabel.set(dot.label, [dot]);
    else own.push(dot);
  }
  const domain = [...byLabel.keys()].sort((a, b) => a - b);
  const named = domain.length <= MOST_NAMES;
  const placeOf = new Map(domain.map((label, place) => [label, place]));
  const rows = dots.map((dot) => ({ ...dot, place: placeOf.get(dot.label)! }));
  const classes = lookUp("classes", named ? domain.map(nameOf) : []);
  const palette = palettes[theme.name];
  const range = domain.map((_, index) => palette[index % palette.length]!);
  const at = (field: "x" | "y") => ({
    field,
    type: "quantitative",
    scale: { zero: false, nice: false, padding: 12 },
  });
  const axis = { labels: false, grid: false, domain: true, domainColor: theme.line };
  const names = [...(named ? byLabel : [])].map(([label, own]) => ({
    name: nameOf(label),
    x: median(own.map(({ x }) => x)),
    y: median(own.map(({ y }) => y)),
  }));
  const color = {
    field: "place",
    type: "nominal",
    scale: { domain: domain.map((_, place) => place), range },
    legend: named ? legendOf(classes.labelExpr, theme) : null,
  };
  const place = {
    x: { ...at("x"), title: "First dimension (no unit)", axis },
    y: { ...at("y"), title: "Second dimension (no unit)", axis },
  };
  const crosses = {
    data: { values: rows.filter(({ wrong }) => wrong) },
    mark: {
      type: "point",
      shape: "cross",
      size: 44,
      filled: true,
      stroke: theme.ink,
      strokeWidth: 0.8,
      opacity: 0.95,
    },
    encoding: { ...place, color },
  };
  return chartSpec(theme, {
    title: {
      text: title,
      subtitle: named
        ? subtitle
        : `${subtitle}; ${groupDigits(domain.length)} classes, too many to name here`,
    },
    width: 620,
    height: 520,
    params: [classes.param],
    layer: [
      {
        data: { values: rows.filter(({ wrong }) => !wrong) },
        mark: { type: "circle", size: 16, opacity: 0.75 },
        encoding: { ...place, color },
      },
      ...(rows.some(({ wrong }) => wrong) ? [crosses] : []),
      ...[true, false].map((halo) => ({
        data: { values: names },
        mark: {
          type: "text",
          fontSize: textSizes.label,
          fontWeight: 600,
          color: theme.ink,
          ...(halo && {
            stroke: theme.background,
            strokeWidth: 4,
            strokeJoin: "round",
            opacity: 0.85,
          }),
        },
        encoding: { ...place, text: { field: "name" } },
      })),
    ],
  });
}

function legendOf(labelExpr: string, theme: Theme) {
  return {
    title: "Class",
    labelExpr,
    labelColor: theme.ink,
    titleColor: theme.muted,
    symbolSize: 80,
    symbolOpacity: 1,
  };
}

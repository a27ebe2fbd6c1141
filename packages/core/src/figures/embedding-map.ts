import { HeddleError } from "../base/errors.js";
import { groupDigits } from "../base/format.js";
import { median } from "../base/median.js";
import { type Chart, type ChartSpec, chartSpec } from "./chart.js";
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
  readonly name: string;
  readonly wrong: boolean;
}

/**
 * A map of images: a dot for each, coloured by class, a cross where the model took it for another class, and the name of
 * each class in the middle of its dots. The axes have no unit.
 *
 * @param points `[N, 2]`
 * @throws HeddleError when there is no point, or labels or predictions are missing
 */
export function embeddingMap(points: Float32Array, options: EmbeddingMapOptions): Chart {
  const { title, classNames, labels, predicted } = options;
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
      name: classNames[labels[index]!] ?? `class ${labels[index]}`,
      wrong: labels[index] !== predicted[index],
    }),
  );
  const wrong = dots.filter((dot) => dot.wrong).length;
  const alt = `Map of ${groupDigits(count)} images in two dimensions, coloured by class; ${groupDigits(wrong)} crosses mark images that were taken for another class.`;
  return { name: "embedding-map", title, alt, spec: (theme) => specOf(dots, options, theme) };
}

function specOf(dots: readonly Point[], options: EmbeddingMapOptions, theme: Theme): ChartSpec {
  const { title, subtitle, classNames } = options;
  const names = classNames.filter((name) => dots.some((dot) => dot.name === name));
  const others = [...new Set(dots.map(({ name }) => name))].filter((name) => !names.includes(name));
  const domain = [...names, ...others];
  const palette = palettes[theme.name];
  const range = domain.map((_, index) => palette[index % palette.length]!);
  const at = (field: "x" | "y") => ({
    field,
    type: "quantitative",
    scale: { zero: false, nice: false, padding: 12 },
  });
  const axis = { labels: false, grid: false, domain: true, domainColor: theme.line };
  const labels = domain.map((name) => {
    const own = dots.filter((dot) => dot.name === name);
    return { name, x: median(own.map(({ x }) => x)), y: median(own.map(({ y }) => y)) };
  });
  const place = {
    x: { ...at("x"), title: "First dimension (no unit)", axis },
    y: { ...at("y"), title: "Second dimension (no unit)", axis },
  };
  return chartSpec(theme, {
    title: { text: title, subtitle },
    width: 620,
    height: 520,
    layer: [
      {
        data: { values: dots.filter(({ wrong }) => !wrong) },
        mark: { type: "circle", size: 16, opacity: 0.75 },
        encoding: { ...place, color: colour(domain, range, theme) },
      },
      {
        data: { values: dots.filter(({ wrong }) => wrong) },
        mark: {
          type: "point",
          shape: "cross",
          size: 44,
          filled: true,
          stroke: theme.ink,
          strokeWidth: 0.8,
          opacity: 0.95,
        },
        encoding: { ...place, color: colour(domain, range, theme) },
      },
      ...[true, false].map((halo) => ({
        data: { values: labels },
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
        encoding: { ...place, text: { field: "name", type: "nominal" } },
      })),
    ],
  });
}

function colour(domain: readonly string[], range: readonly string[], theme: Theme) {
  return {
    field: "name",
    type: "nominal",
    scale: { domain, range },
    legend: {
      title: "Class",
      labelColor: theme.ink,
      titleColor: theme.muted,
      symbolSize: 80,
      symbolOpacity: 1,
    },
  };
}

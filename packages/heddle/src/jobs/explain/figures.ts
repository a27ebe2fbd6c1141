import { groupDigits } from "@heddle/core/internal/base/format.js";
import type {
  Embedding,
  FeatureMap,
  Filters,
  GradCam,
  Occlusion,
} from "@heddle/core/internal/explain/index.js";
import { tilesOf } from "@heddle/core/internal/explain/index.js";
import type { Chart } from "@heddle/core/internal/figures/chart.js";
import { embeddingMap } from "@heddle/core/internal/figures/embedding-map.js";
import { type OverlaidImage, type Overlay, overlayGrid } from "@heddle/core/internal/figures/overlay-grid.js";
import type { Sheet } from "@heddle/core/internal/figures/sheet.js";
import { tileSheet } from "@heddle/core/internal/figures/tile-sheet.js";
import { slug } from "@heddle/core/internal/records/run-ids.js";

/** The most filters, input channels or feature maps that one figure shows. */
const MOST = { filters: 32, inputs: 32, maps: 64 } as const;

/** The kernels of a convolution: a grid for one input channel, otherwise a column for each filter. */
export function filtersFigure(filters: Filters): Sheet {
  const { layer, weight, inputs, tiles, filters: count } = filters;
  const { height, width } = tiles;
  const name = `filters-${slug(weight)}`;
  const title = `Filters of ${weight}`;
  if (inputs === 1 || count === 1) {
    const shown = Math.min(tiles.count, 2 * MOST.filters);
    const values = tiles.values.subarray(0, shown * height * width);
    const subtitle = `${firstOf(shown, tiles.count)} kernels of ${height}×${width} pixels`;
    return tileSheet(
      { height, width, count: shown, values },
      { name, title, subtitle, columns: 8, quantity: "Weight" },
    );
  }
  const [across, down] = [Math.min(count, MOST.filters), Math.min(inputs, MOST.inputs)];
  const size = height * width;
  const values = new Float32Array(across * down * size);
  for (let input = 0; input < down; input++) {
    const from = input * count * size;
    values.set(tiles.values.subarray(from, from + across * size), input * across * size);
  }
  const subtitle = `${firstOf(across, count)} filters, each ${height}×${width} pixels of ${firstOf(down, inputs)} input channels`;
  return tileSheet(
    { height, width, count: across * down, values },
    {
      name,
      title,
      subtitle,
      columns: across,
      axes: { across: `Filter of ${layer}`, down: "Input channel" },
      quantity: "Weight",
    },
  );
}

/** What a layer makes of an image: a picture for each channel, or rows of numbers. */
export function featureMapFigure(map: FeatureMap, place: number): Sheet {
  const { layer, className, shape } = map;
  const tiles = tilesOf(map.values, shape, MOST.maps);
  const channels = shape.length === 3 ? shape[2]! : undefined;
  const subtitle =
    channels === undefined
      ? `${groupDigits(map.values.length)} values, row by row`
      : `${firstOf(tiles.count, channels)} ${channels === 1 ? "channel" : "channels"} of ${tiles.height}×${tiles.width}`;
  return tileSheet(tiles, {
    name: `feature-maps-${String(place).padStart(2, "0")}-${slug(layer)}`,
    title: `${layer} (${className})`,
    subtitle,
    columns: 8,
    quantity: "Activation",
  });
}

/** An image with its Grad-CAM and occlusion. */
export interface Explanation {
  readonly pixels: Uint8Array;
  readonly heading: string;
  readonly note: string;
  readonly cam: GradCam | undefined;
  readonly occlusion: Occlusion;
}

/** Images with Grad-CAM and occlusion on top. */
export function overlaysFigure(
  explanations: readonly Explanation[],
  options: {
    readonly name: string;
    readonly title: string;
    readonly shape: readonly [number, number, number];
    readonly side: number;
    readonly across?: number;
  },
): Sheet {
  const images = explanations.map(({ pixels, heading, note, cam, occlusion }): OverlaidImage => {
    const cams = cam
      ? [camOverlay("Grad-CAM", cam, cam.values), camOverlay("HiResCAM", cam, cam.elementwise)]
      : [];
    return { pixels, heading, note, overlays: [...cams, occlusionOverlay(occlusion)] };
  });
  const subtitle =
    "Orange speaks for the class, blue against it; each map is scaled to its own largest value.";
  return overlayGrid(images, { ...options, subtitle });
}

/** The map of images in a layer. */
export function embeddingFigure(
  { points, layer }: Embedding,
  images: {
    readonly classNames: readonly string[];
    readonly labels: ArrayLike<number>;
    readonly predicted: ArrayLike<number>;
  },
): Chart {
  const subtitle = `UMAP of ${layer}. A cross marks an image taken for another class.`;
  return embeddingMap(points, {
    ...images,
    title: `${groupDigits(points.length / 2)} test images as the last hidden layer sees them`,
    subtitle,
  });
}

/** Smaller drops are shown faintly, not stretched to the full colour. */
const LEAST_DROP = 0.05;

function occlusionOverlay({ values, height, width, probability, worst }: Occlusion): Overlay {
  const largest = values.reduce((top, value) => Math.max(top, Math.abs(value)), 0);
  const note = `${Math.round(100 * (worst.probability - probability))} points`.replace("-", "−");
  return { title: "Occlusion", values, height, width, limit: Math.max(LEAST_DROP, largest), note };
}

function camOverlay(title: string, { height, width }: GradCam, values: Float32Array): Overlay {
  const limit = values.reduce((top, value) => Math.max(top, value), 0);
  return { title, values, height, width, limit, note: limit > 0 ? "" : "nothing" };
}

/** `16`, or `the first 64 of 128`. */
function firstOf(shown: number, all: number): string {
  return shown === all ? String(all) : `the first ${shown} of ${all}`;
}

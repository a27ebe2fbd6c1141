import { featureMaps, filtersOf, gradCam, type Model, occlusion, Trace } from "@heddle/core";
import { tilesOf } from "@heddle/core/internal/explain/tiles.js";
import { inRange } from "@heddle/core/internal/pictures/in-range.js";
import type { PastWeights } from "./past-weights";
import type { Classified, Explained, FilterView, Hidden, LayerView, UnitAsk } from "./protocol-explain";
import { unitView } from "./unit-view";

/** So many channels of a layer are shown. */
const MOST_TILES = 32;

/** A picture as it was classified. */
export type Picture = Pick<Classified, "input" | "classes">;

/** What each layer makes of a picture, and where the model looks. @param ask a unit to take apart */
export async function explain(
  model: Model,
  picture: Picture,
  { ask, past }: { readonly ask: UnitAsk | undefined; readonly past: PastWeights | undefined },
): Promise<Explained> {
  const trace = await Trace.open(model, { threads: 1 });
  try {
    const image = imageOf(model, picture);
    const maps = await featureMaps(trace, image);
    const label = labelOf(model, picture);
    return {
      layers: maps.filter(({ unchanged }) => !unchanged).map(layerView),
      filters: firstFilters(model),
      unit: ask && unitView({ model, image, maps, past }, ask),
      gradCam: await looks(trace, image, label),
      label: picture.classes[0]!.label,
    };
  } finally {
    trace.close();
  }
}

/** How much the probability of the likeliest class drops where a part of the picture is hidden. */
export async function hide(model: Model, picture: Picture): Promise<Hidden> {
  const image = imageOf(model, picture);
  const { values, height, width, patch, probability, worst } = await occlusion(model, image, {
    label: labelOf(model, picture),
  });
  return {
    label: picture.classes[0]!.label,
    values,
    height,
    width,
    patch,
    probability,
    lowest: worst.probability,
  };
}

/** A picture as the model reads it. */
export function imageOf(model: Model, { input }: Pick<Picture, "input">) {
  return { ...input, images: inRange(input.images as Uint8Array, model.pictures?.range) };
}

/** The likeliest class by its number. */
function labelOf(model: Model, { classes }: Picture): number {
  return Math.max(0, model.classes?.indexOf(classes[0]!.label) ?? -1);
}

function layerView({
  layer,
  className,
  shape,
  values,
}: Awaited<ReturnType<typeof featureMaps>>[number]): LayerView {
  return { name: layer, className, shape: [...shape], tiles: tilesOf(values, shape, MOST_TILES) };
}

/** The kernels of the first convolution; undefined where there is none. */
function firstFilters(model: Model): FilterView | undefined {
  const [first] = filtersOf(model);
  if (!first) return undefined;
  const { className, tiles, filters, inputs } = first;
  const count = Math.min(tiles.count, MOST_TILES);
  const pixels = tiles.height * tiles.width;
  return {
    className,
    filters,
    inputs,
    tiles: { ...tiles, count, values: tiles.values.slice(0, count * pixels) },
  };
}

/** Where the model looks; undefined for one without a convolution. */
async function looks(
  trace: Trace,
  image: Parameters<typeof gradCam>[1],
  label: number,
): Promise<Explained["gradCam"]> {
  try {
    const [map] = await gradCam(trace, image, [label]);
    return map;
  } catch {
    return undefined;
  }
}

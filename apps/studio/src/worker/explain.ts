import { featureMaps, gradCam, type Model, Trace } from "@heddle/core";
import { tilesOf } from "@heddle/core/internal/explain/tiles.js";
import { inRange } from "@heddle/core/internal/pictures/in-range.js";
import type { Classified, Explained, LayerView } from "./protocol";

/** So many channels of a layer are shown. */
const MOST_TILES = 32;

/** What each layer makes of a picture, and where the model looks. */
export async function explain(
  model: Model,
  { input, classes }: Pick<Classified, "input" | "classes">,
): Promise<Explained> {
  const trace = await Trace.open(model, { threads: 1 });
  try {
    const image = { ...input, images: inRange(input.images as Uint8Array, model.pictures?.range) };
    const layers = (await featureMaps(trace, image)).filter(({ unchanged }) => !unchanged);
    const best = classes[0]!.label;
    const label = Math.max(0, model.classes?.indexOf(best) ?? -1);
    return { layers: layers.map(layerView), gradCam: await looks(trace, image, label), label: best };
  } finally {
    trace.close();
  }
}

function layerView({
  layer,
  className,
  shape,
  values,
}: Awaited<ReturnType<typeof featureMaps>>[number]): LayerView {
  return { name: layer, className, shape: [...shape], tiles: tilesOf(values, shape, MOST_TILES) };
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

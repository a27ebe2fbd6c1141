import { filtersOf, type Model } from "@heddle/core";
import type { FirstLayer } from "./protocol";

/** So many filters are shown, and fewer of large ones. */
const MOST_FILTERS = 64;
const MOST_VALUES = 2 ** 16;

/**
 * The weights of the first layer that looks at the picture, as small pictures: the filters of a convolution, or what a
 * dense layer weighs for each of its outputs. Undefined where they are no pictures.
 */
export function firstLayer(model: Model): FirstLayer | undefined {
  const layer = model.layers.find(({ weights }) => weights.length > 0);
  const [height, width, channels] = model.inputShape;
  const size = height! * width! * channels!;
  const kernel = layer?.weights[0];
  if (!layer || !kernel || channels === undefined) return undefined;
  const { name, className } = layer;
  if (kernel.shape.length === 2 && kernel.shape[0] === size) {
    const filters = shownOf(kernel.shape[1]!, size);
    const values = kernel.read();
    return {
      name,
      className,
      filters: kernel.shape[1]!,
      ...picturesOf({ height: height!, width: width!, channels, filters }, (pixel, channel, filter) => {
        return values[(pixel * channels + channel) * kernel.shape[1]! + filter]!;
      }),
    };
  }
  const own = filtersOf(model).find((one) => one.layer === name);
  if (!own) return undefined;
  const { tiles, inputs } = own;
  const pixels = tiles.height * tiles.width;
  const filters = shownOf(own.filters, pixels * inputs);
  return {
    name,
    className,
    filters: own.filters,
    ...picturesOf(
      { height: tiles.height, width: tiles.width, channels: inputs, filters },
      (pixel, channel, filter) => {
        return tiles.values[(channel * own.filters + filter) * pixels + pixel]!;
      },
    ),
  };
}

function shownOf(filters: number, size: number): number {
  return Math.min(filters, MOST_FILTERS, Math.max(8, Math.floor(MOST_VALUES / size)));
}

/** Pictures of weights: in colours where there are three channels, otherwise of their mean. */
function picturesOf(
  {
    height,
    width,
    channels,
    filters,
  }: Pick<FirstLayer, "height" | "width"> & { channels: number; filters: number },
  weightOf: (pixel: number, channel: number, filter: number) => number,
): Pick<FirstLayer, "height" | "width" | "channels" | "values"> {
  const shown = channels === 3 ? 3 : 1;
  const values = new Float32Array(filters * height * width * shown);
  let at = 0;
  for (let filter = 0; filter < filters; filter++) {
    for (let pixel = 0; pixel < height * width; pixel++) {
      if (shown === 3) {
        for (let channel = 0; channel < 3; channel++) values[at++] = weightOf(pixel, channel, filter);
        continue;
      }
      let sum = 0;
      for (let channel = 0; channel < channels; channel++) sum += weightOf(pixel, channel, filter);
      values[at++] = sum / channels;
    }
  }
  return { height, width, channels: shown, values };
}

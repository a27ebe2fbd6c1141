import { withChannels } from "../base/channels.js";
import { allocateShared, allocateSharedFloats } from "../base/memory.js";
import { sizeOf } from "../base/shape.js";
import type { Channels, ImageSet } from "./dataset.js";
import type { ImageShape } from "./image-shape.js";

/** The channels that hold the images of every split: colours if any has colours, opacity if any has opacity. */
export function commonChannels(shapes: readonly ImageShape[]): Channels {
  const colours = shapes.some(([, , channels]) => channels > 2) ? 3 : 1;
  const opacity = shapes.some(([, , channels]) => channels % 2 === 0) ? 1 : 0;
  return (colours + opacity) as Channels;
}

/**
 * Images from 0 to 255 with another number of channels: grey from colours, colours by repeating grey; see
 * {@link withChannels}.
 */
export function imagesWithChannels<Set extends Pick<ImageSet, "images" | "shape" | "count">>(
  set: Set,
  channels: number,
): Set {
  const [height, width, from] = set.shape;
  if (channels === from) return set;
  const own = sizeOf(set.shape);
  const size = height * width * channels;
  const images =
    set.images instanceof Uint8Array
      ? new Uint8Array(allocateShared(set.count * size))
      : allocateSharedFloats(set.count * size);
  for (let image = 0; image < set.count; image++) {
    // One at a time, because what shows through transparent parts is decided for each.
    const pixels = set.images.subarray(image * own, (image + 1) * own);
    images.set(withChannels(pixels, from, channels), image * size);
  }
  return { ...set, images, shape: [height, width, channels] };
}

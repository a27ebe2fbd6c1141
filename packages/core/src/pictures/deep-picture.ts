import type { RawPicture } from "./raw-picture.js";

/** A picture of 16-bit values, row by row, with the channels of a {@link RawPicture}. */
export interface DeepPicture {
  /** `[height, width, channels]`, 0..65535. */
  readonly data: Uint16Array;
  readonly width: number;
  readonly height: number;
}

/** Whether a picture has 16-bit values. */
export function isDeep(picture: RawPicture | DeepPicture): picture is DeepPicture {
  return picture.data instanceof Uint16Array;
}

/** How many bits the largest colour of a picture needs, from 8 to 16; opacity does not count. */
export function bitDepthOf({ data, width, height }: DeepPicture): number {
  const channels = data.length / (width * height);
  const colours = channels > 2 ? 3 : 1;
  let bits = 0;
  for (let at = 0; at < data.length; at += channels) {
    for (let colour = 0; colour < colours; colour++) bits |= data[at + colour]!;
  }
  return Math.max(8, 32 - Math.clz32(bits));
}

/** The highest eight of `bitDepth` bits of each colour; larger values become 255. Opacity always has 16 bits. */
export function toBytes({ data, width, height }: DeepPicture, bitDepth: number): RawPicture {
  const channels = data.length / (width * height);
  const opacity = channels % 2 === 0 ? channels - 1 : -1;
  const bytes = new Uint8Array(data.length);
  for (
    let at = 0, channel = 0;
    at < data.length;
    at++, channel = channel + 1 === channels ? 0 : channel + 1
  ) {
    bytes[at] = Math.min(255, data[at]! >> (channel === opacity ? 8 : bitDepth - 8));
  }
  return { data: bytes, width, height };
}

import { channelsOf, type RawPicture } from "./raw-picture.js";

/** The weights of the input pixels that make one output pixel. */
interface Taps {
  readonly first: number;
  readonly weights: readonly number[];
}

/**
 * Scales a picture: bilinear, and where it shrinks with a triangle as wide as the scale, so that every pixel counts (as
 * Pillow's `BILINEAR`). Colours are weighted by their opacity.
 */
export function resizePicture(picture: RawPicture, height: number, width: number): RawPicture {
  if (picture.height === height && picture.width === width) return picture;
  const channels = channelsOf(picture);
  const rows = taps(picture.height, height);
  const columns = taps(picture.width, width);
  const hasOpacity = channels % 2 === 0;
  // First each row to its new width, one row at a time, then the columns: [H, W', C].
  const line = new Float64Array(picture.width * channels);
  const narrow = new Float64Array(picture.height * width * channels);
  for (let row = 0; row < picture.height; row++) {
    const from = row * line.length;
    for (let at = 0; at < line.length; at++) line[at] = picture.data[from + at]!;
    if (hasOpacity) multiplyByOpacity(line, channels);
    columns.forEach(({ first, weights }, column) => {
      for (let channel = 0; channel < channels; channel++) {
        let sum = 0;
        for (let tap = 0; tap < weights.length; tap++) {
          sum += weights[tap]! * line[(first + tap) * channels + channel]!;
        }
        narrow[(row * width + column) * channels + channel] = sum;
      }
    });
  }
  const across = width * channels;
  const scaled = new Float64Array(height * across);
  rows.forEach(({ first, weights }, row) => {
    for (let tap = 0; tap < weights.length; tap++) {
      const from = (first + tap) * across;
      for (let at = 0; at < across; at++) scaled[row * across + at]! += weights[tap]! * narrow[from + at]!;
    }
  });
  if (hasOpacity) divideByOpacity(scaled, channels);
  return { data: Uint8Array.from(scaled, (value) => Math.min(255, Math.floor(value + 0.5))), width, height };
}

function taps(from: number, to: number): Taps[] {
  const scale = from / to;
  const reach = Math.max(1, scale);
  return Array.from({ length: to }, (_, index) => {
    const centre = (index + 0.5) * scale;
    const first = Math.max(0, Math.floor(centre - reach + 0.5));
    const end = Math.min(from, Math.floor(centre + reach + 0.5));
    const weights = Array.from({ length: end - first }, (_, tap) =>
      Math.max(0, 1 - Math.abs(first + tap + 0.5 - centre) / reach),
    );
    const sum = weights.reduce((total, weight) => total + weight, 0);
    return { first, weights: weights.map((weight) => weight / sum) };
  });
}

function multiplyByOpacity(values: Float64Array, channels: number): void {
  for (let at = 0; at < values.length; at += channels) {
    const opacity = values[at + channels - 1]! / 255;
    for (let channel = 0; channel < channels - 1; channel++) values[at + channel]! *= opacity;
  }
}

function divideByOpacity(values: Float64Array, channels: number): void {
  for (let at = 0; at < values.length; at += channels) {
    const opacity = values[at + channels - 1]! / 255;
    for (let channel = 0; channel < channels - 1; channel++) {
      values[at + channel] = opacity === 0 ? 0 : values[at + channel]! / opacity;
    }
  }
}

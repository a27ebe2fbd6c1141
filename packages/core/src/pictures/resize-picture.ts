import { channelsOf, type RawPicture } from "./raw-picture.js";

type Bytes = RawPicture["data"];

/** Weights are whole numbers with this many bits after the point: with bytes, their sums fit into 32 bits. */
const PRECISION = 22;
const HALF = 1 << (PRECISION - 1);

/** For each output position, the input positions that it is made of. */
interface Taps {
  /** `[outputs]`: the first input position. */
  readonly first: Int32Array;
  /** `[outputs]`: how many there are, at most `reach`. */
  readonly count: Int32Array;
  /** `[outputs, reach]`. */
  readonly weights: Int32Array;
  readonly reach: number;
}

/**
 * Scales a picture: bilinear, and where it shrinks with a triangle as wide as the scale, so that every pixel counts.
 * First rows, then columns, each rounded to bytes; colours are weighted by their opacity. The result is the same as that of
 * Pillow's `resize((width, height), Image.Resampling.BILINEAR)`.
 */
export function resizePicture(picture: RawPicture, height: number, width: number): RawPicture {
  const channels = channelsOf(picture);
  if (picture.height === height && picture.width === width) return picture;
  const hasOpacity = channels % 2 === 0;
  const narrow = scaleRows(picture, width, channels);
  const scaled = scaleColumns(narrow, picture.height, height, width * channels);
  if (hasOpacity) divideByOpacity(scaled, channels);
  return { data: scaled, width, height };
}

/** `[H, W, C]` to `[H, width, C]`, with colours multiplied by opacity. */
function scaleRows(picture: RawPicture, width: number, channels: number): Bytes {
  const { data, height } = picture;
  const length = picture.width * channels;
  const multiplied = channels % 2 === 0 ? new Uint8Array(length) : undefined;
  if (picture.width === width && !multiplied) return data;
  const taps = tapsOf(picture.width, width);
  const narrow = new Uint8Array(height * width * channels);
  for (let row = 0; row < height; row++) {
    let line: Bytes = data.subarray(row * length, (row + 1) * length);
    if (multiplied) {
      multiplyByOpacity(line, multiplied, channels);
      line = multiplied;
    }
    const target = row * width * channels;
    if (channels === 3) scaleColours(line, taps, narrow, target);
    else
      for (let channel = 0; channel < channels; channel++) {
        scaleChannel(line, taps, narrow, target + channel, channel, channels);
      }
  }
  return narrow;
}

/** One channel of a row. */
function scaleChannel(
  line: Bytes,
  { first, count, weights, reach }: Taps,
  narrow: Uint8Array,
  target: number,
  channel: number,
  channels: number,
): void {
  for (let output = 0; output < first.length; output++) {
    const own = output * reach;
    const end = own + count[output]!;
    let at = channels * first[output]! + channel;
    let sum = HALF;
    for (let tap = own; tap < end; tap++, at += channels) sum += Math.imul(weights[tap]!, line[at]!);
    narrow[target + channels * output] = sum >> PRECISION;
  }
}

/** All channels of a row of red, green and blue at once, because most large pictures are photos. */
function scaleColours(
  line: Bytes,
  { first, count, weights, reach }: Taps,
  narrow: Uint8Array,
  target: number,
): void {
  for (let output = 0; output < first.length; output++) {
    const own = output * reach;
    const end = own + count[output]!;
    let at = 3 * first[output]!;
    let red = HALF;
    let green = HALF;
    let blue = HALF;
    for (let tap = own; tap < end; tap++, at += 3) {
      const weight = weights[tap]!;
      red += Math.imul(weight, line[at]!);
      green += Math.imul(weight, line[at + 1]!);
      blue += Math.imul(weight, line[at + 2]!);
    }
    narrow[target + 3 * output] = red >> PRECISION;
    narrow[target + 3 * output + 1] = green >> PRECISION;
    narrow[target + 3 * output + 2] = blue >> PRECISION;
  }
}

/** `[from, across]` to `[height, across]`. */
function scaleColumns(narrow: Bytes, from: number, height: number, across: number): Bytes {
  if (from === height) return narrow;
  const { first, count, weights, reach } = tapsOf(from, height);
  const scaled = new Uint8Array(height * across);
  const sums = new Int32Array(across);
  for (let row = 0; row < height; row++) {
    sums.fill(HALF);
    for (let tap = 0; tap < count[row]!; tap++) {
      const weight = weights[row * reach + tap]!;
      const source = (first[row]! + tap) * across;
      for (let at = 0; at < across; at++) sums[at]! += Math.imul(weight, narrow[source + at]!);
    }
    for (let at = 0; at < across; at++) scaled[row * across + at] = sums[at]! >> PRECISION;
  }
  return scaled;
}

function tapsOf(from: number, to: number): Taps {
  const scale = from / to;
  const support = Math.max(1, scale);
  const reach = 2 * Math.ceil(support) + 1;
  const first = new Int32Array(to);
  const count = new Int32Array(to);
  const weights = new Int32Array(to * reach);
  for (let output = 0; output < to; output++) {
    const centre = (output + 0.5) * scale;
    const start = Math.max(0, Math.trunc(centre - support + 0.5));
    const end = Math.min(from, Math.trunc(centre + support + 0.5));
    const own = Array.from({ length: end - start }, (_, tap) =>
      Math.max(0, 1 - Math.abs((start + tap - centre + 0.5) * (1 / support))),
    );
    const sum = own.reduce((total, weight) => total + weight, 0);
    first[output] = start;
    count[output] = own.length;
    own.forEach((weight, tap) => {
      weights[output * reach + tap] = Math.trunc(0.5 + (weight / sum) * 2 ** PRECISION);
    });
  }
  return { first, count, weights, reach };
}

function multiplyByOpacity(line: Bytes, multiplied: Uint8Array, channels: number): void {
  for (let at = 0; at < line.length; at += channels) {
    const opacity = line[at + channels - 1]!;
    for (let channel = 0; channel < channels - 1; channel++) {
      const product = line[at + channel]! * opacity + 128;
      multiplied[at + channel] = ((product >> 8) + product) >> 8;
    }
    multiplied[at + channels - 1] = opacity;
  }
}

function divideByOpacity(data: Bytes, channels: number): void {
  for (let at = 0; at < data.length; at += channels) {
    const opacity = data[at + channels - 1]!;
    if (opacity === 0 || opacity === 255) continue;
    for (let channel = 0; channel < channels - 1; channel++) {
      data[at + channel] = Math.min(255, Math.trunc((255 * data[at + channel]!) / opacity));
    }
  }
}

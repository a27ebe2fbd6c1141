/**
 * Pixels with another number of channels: grey from colours, colours by repeating grey. Grey is ITU-R BT.601's luma, rounded
 * as Pillow rounds it; floats are not rounded. Transparent parts become white, or black behind a light thing, unless opacity
 * is kept.
 *
 * @param data `[pixels, from]` of one picture, 0..255
 * @param from how many values each pixel has, 1 to 4: grey or colours, with opacity if there are two or four
 * @returns `[pixels, to]`; `data` itself if there is nothing to change
 */
export function withChannels<Values extends Uint8Array | Uint8ClampedArray | Float32Array>(
  data: Values,
  from: number,
  to: number,
): Values | (Values extends Float32Array ? Float32Array : Uint8Array) {
  if (from === to) return data;
  const pixels = data.length / from;
  const isFloat = data instanceof Float32Array;
  const hasOpacity = from % 2 === 0;
  const keepsOpacity = to % 2 === 0;
  const colours = from > 2 ? 3 : 1;
  const ground = hasOpacity && !keepsOpacity ? groundOf(data, from) : 0;
  const result = isFloat ? new Float32Array(pixels * to) : new Uint8Array(pixels * to);
  const luma = isFloat ? exactGrey : grey;
  const round = isFloat ? (value: number) => value : Math.round;
  const colour = [0, 0, 0];
  for (let pixel = 0; pixel < pixels; pixel++) {
    const at = pixel * from;
    const opacity = hasOpacity ? data[at + from - 1]! : 255;
    for (let index = 0; index < 3; index++) {
      const value = data[at + (colours === 3 ? index : 0)]!;
      colour[index] =
        keepsOpacity || !hasOpacity ? value : round((opacity * value + (255 - opacity) * ground) / 255);
    }
    const target = pixel * to;
    if (to > 2) for (let index = 0; index < 3; index++) result[target + index] = colour[index]!;
    else result[target] = luma(colour[0]!, colour[1]!, colour[2]!);
    if (keepsOpacity) result[target + to - 1] = opacity;
  }
  return result as Values extends Float32Array ? Float32Array : Uint8Array;
}

function grey(red: number, green: number, blue: number): number {
  return (19595 * red + 38470 * green + 7471 * blue + 32768) >> 16;
}

function exactGrey(red: number, green: number, blue: number): number {
  return (19595 * red + 38470 * green + 7471 * blue) / 65536;
}

/** What shows through transparent parts: white, or black if what is drawn is light, which white would hide. */
function groundOf(data: Uint8Array | Uint8ClampedArray | Float32Array, channels: number): number {
  let visible = 0;
  let light = 0;
  let transparent = false;
  for (let at = 0; at < data.length; at += channels) {
    const opacity = data[at + channels - 1]!;
    if (opacity < 255) transparent = true;
    visible += opacity;
    const value = channels === 2 ? data[at]! : grey(data[at]!, data[at + 1]!, data[at + 2]!);
    light += opacity * value;
  }
  return transparent && light > 127 * visible ? 0 : 255;
}

/** Pixels from 0 to 255 in the range of values that a model takes; 0..255 unless it says another. */
export function inRange(
  pixels: Uint8Array | Float32Array,
  [black, white]: readonly [black: number, white: number] = [0, 255],
): Uint8Array | Float32Array {
  if (black === 0 && white === 255) return pixels;
  return Float32Array.from(pixels, (value) => black + (value * (white - black)) / 255);
}

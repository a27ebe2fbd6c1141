import type { Rgba } from "./colour-scale.js";

/** A picture of bytes: `[height, width, channels]`. */
export interface Pixels {
  readonly height: number;
  readonly width: number;
  /** 1 is grey; 3 are red, green and blue; 4 are these with opacity. */
  readonly channels: 1 | 3 | 4;
  readonly data: Uint8Array;
}

/** A picture made pixel by pixel. */
export function pixelsOf(
  height: number,
  width: number,
  colour: (row: number, column: number) => Rgba,
): Pixels {
  const data = new Uint8Array(4 * height * width);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) data.set(colour(row, column), 4 * (row * width + column));
  }
  return { height, width, channels: 4, data };
}

import type { Rgba } from "./colour-scale.js";
import { encodePng } from "./encode-png.js";

/** Pixels of a picture of its own size: `[height, width, 4]`, 0..255. */
export interface Pixels {
  readonly height: number;
  readonly width: number;
  readonly data: Uint8Array;
}

/** A picture pixel by pixel. */
export function pixelsOf(
  height: number,
  width: number,
  colour: (row: number, column: number) => Rgba,
): Pixels {
  const data = new Uint8Array(4 * height * width);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) data.set(colour(row, column), 4 * (row * width + column));
  }
  return { height, width, data };
}

/** An SVG image of pixels, enlarged without smoothing. */
export function svgImage(
  { height, width, data }: Pixels,
  box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number },
): string {
  const png = encodePng({ height, width, channels: 4, data });
  const place = `x="${box.x}" y="${box.y}" width="${box.width}" height="${box.height}"`;
  return `<image ${place} style="image-rendering:pixelated" preserveAspectRatio="none" href="data:image/png;base64,${png.toString("base64")}"/>`;
}

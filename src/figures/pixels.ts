import type { Rgba } from "./colour-scale.js";

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
export async function svgImage(
  { height, width, data }: Pixels,
  box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number },
): Promise<string> {
  const { default: sharp } = await import("sharp");
  const png = await sharp(data, { raw: { width, height, channels: 4 } })
    .png({ compressionLevel: 9 })
    .toBuffer();
  const place = `x="${box.x}" y="${box.y}" width="${box.width}" height="${box.height}"`;
  return `<image ${place} style="image-rendering:pixelated" preserveAspectRatio="none" href="data:image/png;base64,${png.toString("base64")}"/>`;
}

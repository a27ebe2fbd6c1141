import { HeddleError } from "@heddle/core/internal/base/errors.js";
import { overlayScale } from "./colour-scale.js";
import { type Figure, makeFigure } from "./figure.js";
import { shorten } from "./image-grid.js";
import { type Pixels, pixelsOf, svgImage } from "./pixels.js";
import { escapeXml, textWidth } from "./png.js";
import { fontStack, type Theme, textSizes } from "./theme.js";

/** A picture with numbers that lie over it. */
export interface Overlay {
  /** What is shown, below the picture: `Grad-CAM`. */
  readonly title: string;
  /** `[height, width]`, stretched over the picture; positive orange, negative blue. */
  readonly values: Float32Array;
  readonly height: number;
  readonly width: number;
  /** The absolute value of the full colour. */
  readonly limit: number;
  /** Behind the title: `−63 points`; nothing where it is empty. */
  readonly note: string;
}

/** An image with its overlays. */
export interface OverlaidImage {
  /** `[H, W, C]`, C = 1, 3 or 4. */
  readonly pixels: Uint8Array;
  /** Above the row: `Ankle boot`. */
  readonly heading: string;
  readonly note: string;
  readonly overlays: readonly Overlay[];
}

export interface OverlayGridOptions {
  readonly name: string;
  readonly title: string;
  /** A line below the title: what the colours stand for. */
  readonly subtitle: string;
  /** `[H, W, C]` of the images. */
  readonly shape: readonly [height: number, width: number, channels: number];
  /** Images with their overlays beside each other; 1 by default. */
  readonly columns?: number;
  /** Side of a picture in pixels; 116 by default. */
  readonly side?: number;
  /** Pictures of one image beside each other; all of them by default. */
  readonly across?: number;
}

const MARGIN = 20;
const TITLE_HEIGHT = 66;
const GAP = 10;
const BETWEEN = 34;
const HEADING = 42;
const NOTE = 24;
const BELOW = 16;

/**
 * Images, each beside itself with numbers over it: transparent at zero, orange above, blue below. Pixels are enlarged
 * without smoothing; a map smaller than the image is stretched over all of it.
 */
export async function overlayGrid(
  images: readonly OverlaidImage[],
  options: OverlayGridOptions,
): Promise<Figure> {
  const { name, title, shape } = options;
  const [height, width, channels] = shape;
  const size = height * width * channels;
  if (
    images.length === 0 ||
    ![1, 3, 4].includes(channels) ||
    images.some(({ pixels }) => pixels.length !== size)
  ) {
    throw new HeddleError({
      who: `Overlay grid "${name}"`,
      expected: `at least one image of ${shape.join("×")}, with 1, 3 or 4 channels`,
      received: `${images.length} of ${[...new Set(images.map(({ pixels }) => pixels.length))].join(", ")} values`,
      next: "Correct the images or the shape.",
    });
  }
  const shown = images.map(({ heading, overlays }) =>
    [heading, ...overlays.map((one) => `${one.title} ${one.note}`.trim())].join(", "),
  );
  return makeFigure({ name, title, alt: `${title}: ${shown.join("; ")}.` }, (theme) =>
    draw(images, options, theme),
  );
}

function draw(images: readonly OverlaidImage[], options: OverlayGridOptions, theme: Theme): string {
  const { title, subtitle, shape, side = 116 } = options;
  const columns = Math.min(options.columns ?? 1, images.length);
  const scale = side / Math.max(shape[0], shape[1]);
  const box = { width: shape[1] * scale, height: shape[0] * scale };
  const pictures = 1 + Math.max(...images.map(({ overlays }) => overlays.length));
  const across = Math.min(options.across ?? pictures, pictures);
  const lines = Math.ceil(pictures / across);
  const cardWidth = across * (side + GAP) - GAP;
  const cardHeight = HEADING + lines * (box.height + NOTE) + BELOW;
  const rows = Math.ceil(images.length / columns);
  const textWidths = [textWidth(title, textSizes.title, 600), textWidth(subtitle, textSizes.label)];
  const width = Math.ceil(2 * MARGIN + Math.max(columns * (cardWidth + BETWEEN) - BETWEEN, ...textWidths));
  const height = Math.ceil(2 * MARGIN + TITLE_HEIGHT + rows * cardHeight);
  const text = (
    x: number,
    y: number,
    content: string,
    style: { colour: string; size: number; bold?: boolean; room?: number },
  ) =>
    `<text x="${x}" y="${y}" fill="${style.colour}" font-size="${style.size}"${style.bold ? ' font-weight="600"' : ""}>${escapeXml(style.room === undefined ? content : shorten(content, style.room, style.size))}</text>`;
  const parts: string[] = [];
  for (const [index, image] of images.entries()) {
    const left = MARGIN + (index % columns) * (cardWidth + BETWEEN);
    const top = MARGIN + TITLE_HEIGHT + Math.floor(index / columns) * cardHeight;
    const ink = { colour: theme.ink, size: textSizes.label, bold: true, room: cardWidth };
    parts.push(text(left, top + 12, image.heading, ink));
    parts.push(
      text(left, top + 30, image.note, { colour: theme.muted, size: textSizes.small, room: cardWidth }),
    );
    const base = basePixels(image.pixels, shape);
    for (let at = 0; at <= image.overlays.length; at++) {
      const overlay = image.overlays[at - 1];
      const line = Math.floor(at / across);
      const y = top + HEADING + line * (box.height + NOTE);
      const place = { x: left + (at % across) * (side + GAP), y, ...box };
      parts.push(svgImage(base, place));
      if (overlay) parts.push(svgImage(overlayPixels(overlay), place));
      parts.push(
        `<rect x="${place.x - 0.5}" y="${place.y - 0.5}" width="${box.width + 1}" height="${box.height + 1}" fill="none" stroke="${theme.line}"/>`,
      );
      const [label, note] = overlay ? [overlay.title, overlay.note] : ["Image", ""];
      const small = { colour: theme.muted, size: textSizes.small, room: side + GAP - 2 };
      parts.push(text(place.x, place.y + box.height + 15, note ? `${label}: ${note}` : label, small));
    }
  }
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${fontStack}">`,
    `<rect width="${width}" height="${height}" fill="${theme.background}"/>`,
    text(MARGIN, MARGIN + 14, title, { colour: theme.ink, size: textSizes.title, bold: true }),
    text(MARGIN, MARGIN + 36, subtitle, { colour: theme.muted, size: textSizes.label }),
    ...parts,
    "</svg>",
  ].join("\n");
}

function basePixels(pixels: Uint8Array, [height, width, channels]: OverlayGridOptions["shape"]): Pixels {
  return pixelsOf(height, width, (row, column) => {
    const at = (row * width + column) * channels;
    const [red, green, blue, alpha] = [pixels[at]!, pixels[at + 1]!, pixels[at + 2]!, pixels[at + 3]!];
    if (channels === 1) return [red, red, red, 255];
    return [red, green, blue, channels === 4 ? alpha : 255];
  });
}

function overlayPixels({ values, height, width, limit }: Overlay): Pixels {
  const scale = overlayScale(limit);
  return pixelsOf(height, width, (row, column) => scale.colour(values[row * width + column]!));
}

import { HeddleError } from "../base/errors.js";
import { checkOptions } from "../base/known-options.js";
import { anyText, sizes, whole } from "../base/rules.js";
import { overlayScale } from "./colour-scale.js";
import { type Pixels, pixelsOf } from "./pixels.js";
import {
  type Box,
  type Sheet,
  type SheetItem,
  type SheetLayout,
  type SheetText,
  shorten,
  type TextWidth,
  titleText,
} from "./sheet.js";
import { type Theme, textSizes } from "./theme.js";

/** Numbers that lie over a picture. */
export interface Overlay {
  /** Shown below the picture: `Grad-CAM`. */
  readonly title: string;
  /** `[height, width]`, stretched over the picture; positive is orange, negative is blue. */
  readonly values: Float32Array;
  readonly height: number;
  readonly width: number;
  /** The absolute value of the full colour. */
  readonly limit: number;
  /** After the title: `−63 points`; may be empty. */
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

/** Options of {@link overlayGrid}. */
export interface OverlayGridOptions {
  /** Name of the figure's files: `where-it-looks`. */
  readonly name: string;
  readonly title: string;
  /** A line below the title: what the colours stand for. */
  readonly subtitle: string;
  /** `[H, W, C]` of the images. */
  readonly shape: readonly [height: number, width: number, channels: number];
  /**
   * Images with their overlays side by side.
   *
   * @defaultValue 1
   */
  readonly columns?: number;
  /**
   * Side of a picture in pixels.
   *
   * @defaultValue 116
   */
  readonly side?: number;
  /**
   * Pictures of one image side by side.
   *
   * @defaultValue all of them
   */
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
 * Images, each next to itself with numbers on top: transparent at zero, orange above, blue below. Pixels are enlarged
 * without smoothing; a map smaller than the image is stretched over all of it.
 *
 * @throws HeddleError when there is no image, or one is of a different size
 */
export function overlayGrid(images: readonly OverlaidImage[], options: OverlayGridOptions): Sheet {
  checkOptions("Overlay grid", options, {
    name: anyText,
    title: anyText,
    subtitle: anyText,
    shape: sizes(3),
    columns: whole(1),
    side: whole(1),
    across: whole(1),
  });
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
  const words = images.map(({ heading, overlays }) =>
    [heading, ...overlays.map((one) => `${one.title} ${one.note}`.trim())].join(", "),
  );
  return {
    name,
    title,
    alt: `${title}: ${words.join("; ")}.`,
    layout: (theme, textWidth) => overlayLayout(images, options, theme, textWidth),
  };
}

function overlayLayout(
  images: readonly OverlaidImage[],
  options: OverlayGridOptions,
  theme: Theme,
  textWidth: TextWidth,
): SheetLayout {
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
  const small = (text: string, x: number, y: number, room: number): SheetText => ({
    kind: "text",
    text: shorten(text, room, textWidth, textSizes.small),
    x,
    y,
    colour: theme.muted,
    size: textSizes.small,
  });
  const cards = images.flatMap(({ heading, note, pixels, overlays }, index): SheetItem[] => {
    const left = MARGIN + (index % columns) * (cardWidth + BETWEEN);
    const top = MARGIN + TITLE_HEIGHT + Math.floor(index / columns) * cardHeight;
    const image = imagePixels(pixels, shape);
    const placed = [undefined, ...overlays].flatMap((overlay, at): SheetItem[] => {
      const place: Box = {
        x: left + (at % across) * (side + GAP),
        y: top + HEADING + Math.floor(at / across) * (box.height + NOTE),
        ...box,
      };
      const caption = overlay ? [overlay.title, overlay.note].filter(Boolean).join(": ") : "Image";
      return [
        { kind: "picture", pixels: image, ...place },
        ...(overlay ? [{ kind: "picture", pixels: overlayPixels(overlay), ...place } as const] : []),
        {
          kind: "frame",
          x: place.x - 0.5,
          y: place.y - 0.5,
          width: box.width + 1,
          height: box.height + 1,
          colour: theme.line,
        },
        small(caption, place.x, place.y + box.height + 15, side + GAP - 2),
      ];
    });
    return [
      {
        kind: "text",
        text: shorten(heading, cardWidth, textWidth, textSizes.label),
        x: left,
        y: top + 12,
        colour: theme.ink,
        size: textSizes.label,
        weight: 600,
      },
      small(note, left, top + 30, cardWidth),
      ...placed,
    ];
  });
  const subtitleText: SheetText = {
    kind: "text",
    text: subtitle,
    x: MARGIN,
    y: MARGIN + 36,
    colour: theme.muted,
    size: textSizes.label,
  };
  return {
    width: Math.ceil(2 * MARGIN + Math.max(columns * (cardWidth + BETWEEN) - BETWEEN, ...textWidths)),
    height: Math.ceil(2 * MARGIN + TITLE_HEIGHT + rows * cardHeight),
    background: theme.background,
    groups: [[titleText(title, MARGIN, theme)], [subtitleText], ...cards.map((item) => [item])],
  };
}

function imagePixels(pixels: Uint8Array, [height, width, channels]: OverlayGridOptions["shape"]): Pixels {
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

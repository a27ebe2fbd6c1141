import { HeddleError } from "@heddle/core/internal/base/errors.js";
import type { ImageSet } from "@heddle/core/internal/data/dataset.js";
import { encodePng } from "./encode-png.js";
import { type Figure, makeFigure } from "./figure.js";
import { escapeXml, textWidth } from "./png.js";
import { type ShownImages, shownImages } from "./shown-images.js";
import { fontStack, type Theme, textSizes } from "./theme.js";

/** Side of a picture's box, the gaps beside and below it, and the margin of the figure, in pixels. */
const CELL = 84;
const GAP_X = 16;
const GAP_Y = 12;
const LABEL_HEIGHT = 24;
/** From one line of a label to the next. */
const LINE_HEIGHT = 15;
const MARGIN = 20;
const TITLE_HEIGHT = 38;

export interface ImageGridOptions {
  /** Name of the figure's files: `first-25`. */
  readonly name: string;
  readonly title: string;
  /** Pictures in a row. */
  readonly columns: number;
  /** The text below each picture, of one line or several; one for each, or none at all. */
  readonly labels?: readonly string[];
  /**
   * How one-channel pictures are toned. `stored`: 0 is black, 255 is white. `ink`: the larger the value, the
   * more ink, for drawings stored as light on black. Colour pictures are always as stored. Default `stored`.
   */
  readonly tone?: "stored" | "ink";
}

/**
 * A grid of pictures, their pixels enlarged without smoothing, a line of text below each.
 *
 * @param set the pictures, all of them: `[N, H, W, C]` with C = 1 … 4, bytes or floats
 * @example
 * const labels = [...first.labels].map((label) => dataset.classNames[label]!);
 * await imageGrid(first, { name: "first-25", title: "The first 25 training images", columns: 5, labels });
 */
export async function imageGrid(set: ImageSet, options: ImageGridOptions): Promise<Figure> {
  const { labels, columns, title, name } = options;
  const channels = set.shape[2];
  if (
    set.count < 1 ||
    columns < 1 ||
    ![1, 2, 3, 4].includes(channels) ||
    (labels && labels.length !== set.count)
  ) {
    throw new HeddleError({
      who: `Image grid "${name}"`,
      expected:
        "at least one picture of 1 to 4 channels, at least one column, and a label for each picture or none",
      received: `${set.count} pictures of ${channels} channels, ${columns} columns, ${labels?.length ?? "no"} labels`,
      next: "Correct the pictures or the options.",
    });
  }
  const drawn = shownImages(set);
  const shown = labels ? `: ${labels.join(", ").replaceAll("\n", " ")}` : "";
  return makeFigure({ name, title, alt: `${set.count} images in rows of ${columns}${shown}.` }, (theme) => {
    const pictures = Array.from({ length: set.count }, (_, index) =>
      encodePicture(drawn, index, options.tone, theme),
    );
    return gridSvg(pictures, set, options, theme);
  });
}

/** One picture as a PNG of its own size, as base64. */
export function encodePicture(
  { images, shape }: ShownImages,
  index: number,
  tone: ImageGridOptions["tone"],
  theme: Theme,
): string {
  const [height, width, channels] = shape;
  const size = height * width * channels;
  const pixels = images.subarray(index * size, (index + 1) * size);
  const inked = channels === 1 && tone === "ink" && theme.name === "light";
  const data = inked ? pixels.map((value) => 255 - value) : pixels;
  return encodePng({ height, width, channels: channels as 1 | 3 | 4, data }).toString("base64");
}

function gridSvg(
  pictures: readonly string[],
  set: ImageSet,
  options: ImageGridOptions,
  theme: Theme,
): string {
  const { labels, title } = options;
  const columns = Math.min(options.columns, pictures.length);
  const rows = Math.ceil(pictures.length / columns);
  const lines = Math.max(...(labels ?? []).map((label) => label.split("\n").length));
  const rowHeight = CELL + (labels ? LABEL_HEIGHT + (lines - 1) * LINE_HEIGHT : 0) + GAP_Y;
  const titleWidth = Math.ceil(textWidth(title, textSizes.title, 600));
  const width = 2 * MARGIN + Math.max(titleWidth, columns * CELL + (columns - 1) * GAP_X);
  const height = 2 * MARGIN + TITLE_HEIGHT + rows * rowHeight - GAP_Y;
  // A picture that is not square keeps its proportions within its box.
  const scale = CELL / Math.max(set.shape[0], set.shape[1]);
  const [pictureHeight, pictureWidth] = [set.shape[0] * scale, set.shape[1] * scale];
  const cells = pictures.map((png, index) => {
    const left = MARGIN + (index % columns) * (CELL + GAP_X);
    const top = MARGIN + TITLE_HEIGHT + Math.floor(index / columns) * rowHeight;
    const x = left + (CELL - pictureWidth) / 2;
    const y = top + (CELL - pictureHeight) / 2;
    const box = `x="${x}" y="${y}" width="${pictureWidth}" height="${pictureHeight}"`;
    const image = `<image ${box} style="image-rendering:pixelated" preserveAspectRatio="none" href="data:image/png;base64,${png}"/>`;
    const frame = `<rect x="${x - 0.5}" y="${y - 0.5}" width="${pictureWidth + 1}" height="${pictureHeight + 1}" fill="none" stroke="${theme.line}"/>`;
    const label = labels?.[index];
    if (label === undefined) return image + frame;
    const texts = label.split("\n").map((line, at) => {
      const text = escapeXml(shorten(line, CELL + GAP_X - 4));
      return `<text x="${left + CELL / 2}" y="${top + CELL + 17 + at * LINE_HEIGHT}" text-anchor="middle" fill="${theme.muted}" font-size="${textSizes.small}">${text}</text>`;
    });
    return image + frame + texts.join("");
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${fontStack}">`,
    `<rect width="${width}" height="${height}" fill="${theme.background}"/>`,
    `<text x="${MARGIN}" y="${MARGIN + 14}" fill="${theme.ink}" font-size="${textSizes.title}" font-weight="600">${escapeXml(title)}</text>`,
    ...cells,
    "</svg>",
  ].join("\n");
}

/** The text, cut with an ellipsis where it is wider than `limit` pixels. */
export function shorten(text: string, limit: number, size: number = textSizes.small): string {
  if (textWidth(text, size) <= limit) return text;
  const letters = [...text];
  while (letters.length > 1 && textWidth(`${letters.join("")}…`, size) > limit) letters.pop();
  return `${letters.join("").trimEnd()}…`;
}

import { HeddleError } from "@heddle/core/internal/base/errors.js";
import { rangeOf, type Tiles } from "@heddle/core/internal/explain/tiles.js";
import { type ColourScale, divergingScale, sequentialScale } from "./colour-scale.js";
import { type Figure, makeFigure } from "./figure.js";
import { type Pixels, pixelsOf, svgImage } from "./pixels.js";
import { escapeXml, textWidth } from "./png.js";
import { fontStack, type Theme, textSizes } from "./theme.js";

export interface TileSheetOptions {
  /** Name of the figure's files: `filters-conv2d`. */
  readonly name: string;
  readonly title: string;
  /** A line below the title: what a picture is. */
  readonly subtitle: string;
  /** Pictures in a row. */
  readonly columns: number;
  /** What counts up from left to right and from top to bottom, where the two mean something. */
  readonly axes?: { readonly across: string; readonly down: string };
  /** What the colours stand for, with its unit: `Weight`. */
  readonly quantity: string;
}

const MARGIN = 20;
const TITLE_HEIGHT = 62;
/** Room for an axis's name. */
const AXIS = 22;
/** The width that the pictures fill at most, and the largest pixel. */
const WIDTH = 640;
const LARGEST_PIXEL = 16;
/** The longest side of one picture, unless its pixels would be smaller than one. */
const LARGEST_TILE = 288;
const LEGEND = { width: 160, height: 10, space: 46 } as const;

/**
 * Many small pictures of numbers on one sheet, pixels enlarged without smoothing, all in one colour scale: blue to
 * orange about zero where numbers are negative, one hue from zero up where none is.
 *
 * @example
 * await tileSheet(filters.tiles, {
 *   name: "filters-conv2d", title: "Filters of conv2d", subtitle: "16 kernels of 3×3", columns: 8, quantity: "Weight",
 * });
 */
export async function tileSheet(tiles: Tiles, options: TileSheetOptions): Promise<Figure> {
  const { name, title, subtitle, columns } = options;
  if (tiles.values.length !== tiles.count * tiles.height * tiles.width || tiles.count < 1 || columns < 1) {
    throw new HeddleError({
      who: `Tile sheet "${name}"`,
      expected: "count × height × width values, at least one picture and one column",
      received: `${tiles.values.length} values for ${tiles.count} pictures of ${tiles.height}×${tiles.width}, ${columns} columns`,
      next: "Correct the pictures or the options.",
    });
  }
  const { low, high } = rangeOf(tiles.values);
  const alt = `${title}: ${subtitle}. Values from ${number(low)} to ${number(high)}.`;
  return makeFigure({ name, title, alt }, (theme) => {
    const scale =
      low < 0
        ? divergingScale(theme, Math.max(-low, high))
        : // A sheet of zeros alone has a scale too.
          sequentialScale(theme, 0, high > 0 ? high : 1);
    return draw(tiles, options, scale, theme);
  });
}

function draw(tiles: Tiles, options: TileSheetOptions, scale: ColourScale, theme: Theme): string {
  const { title, subtitle, axes, quantity } = options;
  const sheet = sheetOf(tiles, options.columns, scale);
  const largest = Math.min(LARGEST_PIXEL, LARGEST_TILE / Math.max(tiles.height, tiles.width));
  const pixel = Math.max(1, Math.floor(Math.min(largest, WIDTH / sheet.width)));
  const left = MARGIN + (axes ? AXIS : 0);
  const top = MARGIN + TITLE_HEIGHT + (axes ? AXIS : 0);
  const [drawnWidth, drawnHeight] = [sheet.width * pixel, sheet.height * pixel];
  const texts = [textWidth(title, textSizes.title, 600), textWidth(subtitle, textSizes.label)];
  const width = Math.ceil(
    Math.max(left + drawnWidth, MARGIN + LEGEND.width + 40, ...texts.map((text) => MARGIN + text)) + MARGIN,
  );
  const height = top + drawnHeight + LEGEND.space + MARGIN;
  const text = (x: number, y: number, content: string, more = "") =>
    `<text x="${x}" y="${y}" fill="${theme.muted}" font-size="${textSizes.label}"${more}>${escapeXml(content)}</text>`;
  const middle = top + drawnHeight / 2;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${fontStack}">`,
    `<rect width="${width}" height="${height}" fill="${theme.background}"/>`,
    `<text x="${MARGIN}" y="${MARGIN + 14}" fill="${theme.ink}" font-size="${textSizes.title}" font-weight="600">${escapeXml(title)}</text>`,
    text(MARGIN, MARGIN + 36, subtitle),
    ...(axes
      ? [
          text(left, top - 9, axes.across),
          text(
            0,
            0,
            axes.down,
            ` text-anchor="middle" transform="translate(${left - 9} ${middle}) rotate(-90)"`,
          ),
        ]
      : []),
    svgImage(sheet, { x: left, y: top, width: drawnWidth, height: drawnHeight }),
    legend(left, top + drawnHeight + 20, scale, quantity, theme),
    "</svg>",
  ].join("\n");
}

/** A bar of the colours with the numbers at its ends. */
function legend(x: number, y: number, scale: ColourScale, quantity: string, theme: Theme): string {
  const id = `scale-${theme.name}-${scale.stops.length}`;
  const stops = scale.stops.map(
    (colour, index) => `<stop offset="${index / (scale.stops.length - 1)}" stop-color="${colour}"/>`,
  );
  const text = (at: number, content: string, anchor: string) =>
    `<text x="${at}" y="${y + LEGEND.height + 15}" fill="${theme.muted}" font-size="${textSizes.small}" text-anchor="${anchor}">${escapeXml(content)}</text>`;
  return [
    `<defs><linearGradient id="${id}">${stops.join("")}</linearGradient></defs>`,
    `<rect x="${x}" y="${y}" width="${LEGEND.width}" height="${LEGEND.height}" fill="url(#${id})" stroke="${theme.line}"/>`,
    text(x, number(scale.low), "start"),
    text(x + LEGEND.width, number(scale.high), "end"),
    text(x + LEGEND.width / 2, quantity, "middle"),
  ].join("");
}

/** All pictures on one, a pixel apart where they are larger than one. */
function sheetOf(tiles: Tiles, wanted: number, scale: ColourScale): Pixels {
  const columns = Math.min(wanted, tiles.count);
  const rows = Math.ceil(tiles.count / columns);
  const gap = tiles.height * tiles.width > 1 ? 1 : 0;
  const [stepY, stepX] = [tiles.height + gap, tiles.width + gap];
  return pixelsOf(rows * stepY - gap, columns * stepX - gap, (row, column) => {
    const [y, x] = [row % stepY, column % stepX];
    const tile = Math.floor(row / stepY) * columns + Math.floor(column / stepX);
    if (y >= tiles.height || x >= tiles.width || tile >= tiles.count) return [0, 0, 0, 0];
    return scale.colour(tiles.values[(tile * tiles.height + y) * tiles.width + x]!);
  });
}

/** Three digits that count: `0.0123`, `−1.5`, `255`. */
function number(value: number): string {
  if (value === 0) return "0";
  const text =
    Math.abs(value) >= 1e5 || Math.abs(value) < 1e-4
      ? value.toExponential(1)
      : String(Number(value.toPrecision(3)));
  return text.replace("-", "−");
}

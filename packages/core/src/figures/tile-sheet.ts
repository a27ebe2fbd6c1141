import { HeddleError } from "../base/errors.js";
import { counted } from "../base/format.js";
import { checkOptions } from "../base/known-options.js";
import { anyObject, anyText, whole } from "../base/rules.js";
import { rangeOf, type Tiles } from "../explain/tiles.js";
import { type ColourScale, divergingScale, sequentialScale } from "./colour-scale.js";
import { type Pixels, pixelsOf } from "./pixels.js";
import {
  type Sheet,
  type SheetItem,
  type SheetLayout,
  type SheetText,
  type TextWidth,
  titleText,
} from "./sheet.js";
import { type Theme, textSizes } from "./theme.js";

/** Options of {@link tileSheet}. */
export interface TileSheetOptions {
  /** Name of the figure's files: `filters-conv2d`. */
  readonly name: string;
  readonly title: string;
  /** A line below the title: what a picture is. */
  readonly subtitle: string;
  /** Pictures in a row. */
  readonly columns: number;
  /**
   * What counts up from left to right and from top to bottom, where these directions mean something.
   *
   * @defaultValue no axes
   */
  readonly axes?: { readonly across: string; readonly down: string };
  /** What the colours stand for, with its unit: `Weight`. */
  readonly quantity: string;
}

const MARGIN = 20;
const TITLE_HEIGHT = 62;
/** Room for the name of an axis. */
const AXIS = 22;
/** The most width that the pictures fill, and the largest pixel. */
const WIDTH = 640;
const LARGEST_PIXEL = 16;
/** The longest side of one picture, unless its pixels would be smaller than one. */
const LARGEST_TILE = 288;
const LEGEND = { width: 160, height: 10, space: 46 } as const;

/**
 * Many small pictures of numbers on one sheet, enlarged without smoothing, all in one colour scale: from blue to orange
 * about zero where some numbers are negative, in one hue from zero up where none is.
 *
 * @throws HeddleError when the values do not fit the size, or there is no picture or no column
 * @example
 * tileSheet(filters.tiles, {
 *   name: "filters-conv2d", title: "Filters of conv2d", subtitle: "16 kernels of 3×3", columns: 8, quantity: "Weight",
 * });
 */
export function tileSheet(tiles: Tiles, options: TileSheetOptions): Sheet {
  checkOptions("Tile sheet", options, {
    name: anyText,
    title: anyText,
    subtitle: anyText,
    columns: whole(1),
    axes: anyObject,
    quantity: anyText,
  });
  const { name, title, subtitle, columns } = options;
  if (tiles.values.length !== tiles.count * tiles.height * tiles.width || tiles.count < 1 || columns < 1) {
    throw new HeddleError({
      who: `Tile sheet "${name}"`,
      expected: "count × height × width values, at least one picture and at least one column",
      received: `${tiles.values.length} values for ${counted(tiles.count, "picture")} of ${tiles.height}×${tiles.width}, ${counted(columns, "column")}`,
      next: "Correct the pictures or the options.",
    });
  }
  const { low, high } = rangeOf(tiles.values);
  return {
    name,
    title,
    alt: `${title}: ${subtitle}. Values from ${threeDigits(low)} to ${threeDigits(high)}.`,
    layout: (theme, textWidth) => {
      const scale =
        low < 0
          ? divergingScale(theme, Math.max(-low, high))
          : // A sheet of nothing but zeros has a scale too.
            sequentialScale(theme, 0, high > 0 ? high : 1);
      return tileLayout(tiles, options, scale, theme, textWidth);
    },
  };
}

function tileLayout(
  tiles: Tiles,
  { title, subtitle, axes, quantity, columns }: TileSheetOptions,
  scale: ColourScale,
  theme: Theme,
  textWidth: TextWidth,
): SheetLayout {
  const pixels = mosaic(tiles, columns, scale);
  const largest = Math.min(LARGEST_PIXEL, LARGEST_TILE / Math.max(tiles.height, tiles.width));
  const side = Math.max(1, Math.floor(Math.min(largest, WIDTH / pixels.width)));
  const left = MARGIN + (axes ? AXIS : 0);
  const top = MARGIN + TITLE_HEIGHT + (axes ? AXIS : 0);
  const [width, height] = [pixels.width * side, pixels.height * side];
  const text = (x: number, y: number, content: string): SheetText => ({
    kind: "text",
    text: content,
    x,
    y,
    colour: theme.muted,
    size: textSizes.label,
  });
  const axisNames: SheetItem[][] = axes
    ? [
        [text(left, top - 9, axes.across)],
        [{ ...text(left - 9, top + height / 2, axes.down), anchor: "middle", upwards: true }],
      ]
    : [];
  const rightEnds = [
    left + width,
    MARGIN + LEGEND.width + 40,
    MARGIN + textWidth(title, textSizes.title, 600),
    MARGIN + textWidth(subtitle, textSizes.label),
  ];
  return {
    width: Math.ceil(Math.max(...rightEnds) + MARGIN),
    height: top + height + LEGEND.space + MARGIN,
    background: theme.background,
    groups: [
      [titleText(title, MARGIN, theme)],
      [text(MARGIN, MARGIN + 36, subtitle)],
      ...axisNames,
      [{ kind: "picture", pixels, x: left, y: top, width, height }],
      legend(left, top + height + 20, scale, quantity, theme),
    ],
  };
}

/** A bar of the colours with the numbers at its ends. */
function legend(x: number, y: number, scale: ColourScale, quantity: string, theme: Theme): SheetItem[] {
  const text = (at: number, content: string, anchor: "start" | "middle" | "end"): SheetText => ({
    kind: "text",
    text: content,
    x: at,
    y: y + LEGEND.height + 15,
    anchor,
    colour: theme.muted,
    size: textSizes.small,
  });
  return [
    {
      kind: "colour bar",
      x,
      y,
      width: LEGEND.width,
      height: LEGEND.height,
      stops: scale.stops,
      frame: theme.line,
      id: `scale-${theme.name}-${scale.stops.length}`,
    },
    text(x, threeDigits(scale.low), "start"),
    text(x + LEGEND.width, threeDigits(scale.high), "end"),
    text(x + LEGEND.width / 2, quantity, "middle"),
  ];
}

/** All pictures in one, a pixel apart where they are larger than one. */
function mosaic(tiles: Tiles, mostColumns: number, scale: ColourScale): Pixels {
  const columns = Math.min(mostColumns, tiles.count);
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

/** Three significant digits: `0.0123`, `−1.5`, `255`. */
function threeDigits(value: number): string {
  if (value === 0) return "0";
  const text =
    Math.abs(value) >= 1e5 || Math.abs(value) < 1e-4
      ? value.toExponential(1)
      : String(Number(value.toPrecision(3)));
  return text.replace("-", "−");
}

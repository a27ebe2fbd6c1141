import type { FigureAbout } from "./chart.js";
import { drawable } from "./drawable.js";
import type { Pixels } from "./pixels.js";
import { fontStack, type Theme, textSizes } from "./theme.js";

/** Pictures with text, laid out on one sheet: everything that is not a chart. */
export interface Sheet extends FigureAbout {
  /** Where everything goes, in the colours of a theme. */
  layout(theme: Theme, textWidth: TextWidth): SheetLayout;
}

/**
 * Measures one line of text in the font of figures, in pixels: in a browser by `measureText` of a canvas.
 *
 * @param weight CSS weight; 400 by default
 */
export type TextWidth = (text: string, size: number, weight?: number) => number;

/** A laid-out sheet: plain data, to be drawn on a canvas or as SVG ({@link sheetSvg}). */
export interface SheetLayout {
  readonly width: number;
  readonly height: number;
  readonly background: string;
  /** Items to draw in their order; those of a group belong together, such as a picture and its caption. */
  readonly groups: readonly (readonly SheetItem[])[];
}

export type SheetItem = SheetText | SheetPicture | SheetFrame | SheetColourBar;

/** A place on a sheet, in pixels from its top left corner. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** One line of text. */
export interface SheetText {
  readonly kind: "text";
  readonly text: string;
  /** Where `anchor` is, on the text's baseline. */
  readonly x: number;
  readonly y: number;
  readonly colour: string;
  readonly size: number;
  /** CSS weight. Default 400. */
  readonly weight?: 400 | 600;
  /** Default `start`. */
  readonly anchor?: "start" | "middle" | "end";
  /** Reads from bottom to top. Default false. */
  readonly upwards?: boolean;
}

/** A picture, stretched over its box without smoothing. */
export interface SheetPicture extends Box {
  readonly kind: "picture";
  readonly pixels: Pixels;
}

/** The outline of a rectangle, one pixel wide. */
export interface SheetFrame extends Box {
  readonly kind: "frame";
  readonly colour: string;
  /** Radius of its corners. Default 0. */
  readonly radius?: number;
}

/** A bar that runs evenly through colours from left to right. */
export interface SheetColourBar extends Box {
  readonly kind: "colour bar";
  readonly stops: readonly string[];
  /** Of its frame. */
  readonly frame: string;
  /** Names its gradient: the same for the same colours. */
  readonly id: string;
}

/** The title of a sheet. */
export function titleText(title: string, margin: number, theme: Theme): SheetText {
  return {
    kind: "text",
    text: title,
    x: margin,
    y: margin + 14,
    colour: theme.ink,
    size: textSizes.title,
    weight: 600,
  };
}

/** The text, cut with an ellipsis where it is wider than `limit` pixels. */
export function shorten(
  text: string,
  limit: number,
  textWidth: TextWidth,
  size: number = textSizes.small,
): string {
  const letters = [...drawable(text)];
  if (textWidth(letters.join(""), size) <= limit) return letters.join("");
  while (letters.length > 1 && textWidth(`${letters.join("")}…`, size) > limit) letters.pop();
  return `${letters.join("").trimEnd()}…`;
}

/**
 * A sheet as a whole SVG document.
 *
 * @param pictureUrl returns a picture as a `data:` URL of a PNG
 */
export function sheetSvg(
  { width, height, background, groups }: SheetLayout,
  pictureUrl: (picture: Pixels) => string,
): string {
  const itemSvg = (item: SheetItem): string => {
    switch (item.kind) {
      case "text":
        return textSvg(item);
      case "picture":
        return `<image ${boxAttributes(item)} style="image-rendering:pixelated" preserveAspectRatio="none" href="${pictureUrl(item.pixels)}"/>`;
      case "frame":
        return `<rect ${boxAttributes(item)}${item.radius === undefined ? "" : ` rx="${item.radius}"`} fill="none" stroke="${item.colour}"/>`;
      case "colour bar":
        return colourBarSvg(item);
    }
  };
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${fontStack}">`,
    `<rect width="${width}" height="${height}" fill="${background}"/>`,
    ...groups.map((group) => group.map(itemSvg).join("")),
    "</svg>",
  ].join("\n");
}

function boxAttributes({ x, y, width, height }: Box): string {
  return `x="${x}" y="${y}" width="${width}" height="${height}"`;
}

function textSvg({ text, x, y, colour, size, weight, anchor, upwards }: SheetText): string {
  const attributes = [
    upwards ? `transform="translate(${x} ${y}) rotate(-90)"` : `x="${x}" y="${y}"`,
    anchor === undefined ? "" : `text-anchor="${anchor}"`,
    `fill="${colour}"`,
    `font-size="${size}"`,
    weight === undefined ? "" : `font-weight="${weight}"`,
  ];
  return `<text ${attributes.filter(Boolean).join(" ")}>${escapeXml(drawable(text))}</text>`;
}

function colourBarSvg({ stops, frame, id, ...box }: SheetColourBar): string {
  const colours = stops.map(
    (colour, index) => `<stop offset="${index / (stops.length - 1)}" stop-color="${colour}"/>`,
  );
  return [
    `<defs><linearGradient id="${id}">${colours.join("")}</linearGradient></defs>`,
    `<rect ${boxAttributes(box)} fill="url(#${id})" stroke="${frame}"/>`,
  ].join("");
}

/** Text for the inside of an XML element or a quoted attribute. */
export function escapeXml(text: string): string {
  return (
    text
      .replaceAll("&", "&amp;")
      .replaceAll("<", "&lt;")
      .replaceAll(">", "&gt;")
      .replaceAll('"', "&quot;")
      // biome-ignore lint/suspicious/noControlCharactersInRegex: XML forbids them, even escaped
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff\p{Cs}]/gu, "�")
  );
}

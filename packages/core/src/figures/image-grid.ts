import { HeddleError } from "../base/errors.js";
import { checkOptions } from "../base/known-options.js";
import { anyText, listOf, oneOf, whole } from "../base/rules.js";
import type { ImageSet } from "../data/dataset.js";
import type { Pixels } from "./pixels.js";
import { type Sheet, type SheetItem, type SheetLayout, shorten, type TextWidth, titleText } from "./sheet.js";
import { type ShownImages, shownImages } from "./shown-images.js";
import { type Theme, textSizes } from "./theme.js";

/** Side of a picture's box, the gaps between boxes, and the margin of the figure, in pixels. */
const CELL = 84;
const GAP_X = 16;
const GAP_Y = 12;
const LABEL_HEIGHT = 24;
/** From one line of a label to the next. */
const LINE_HEIGHT = 15;
const MARGIN = 20;
const TITLE_HEIGHT = 38;

/**
 * How one-channel pictures are toned. `stored`: 0 is black, 255 is white. `ink`: the larger the value, the more ink, for
 * drawings stored as light on black. Colour pictures are always as stored.
 */
export type Tone = "stored" | "ink";
export const toneRule = oneOf("stored", "ink");

/** Options of {@link imageGrid}. */
export interface ImageGridOptions {
  /** Name of the figure's files: `first-25`. */
  readonly name: string;
  readonly title: string;
  /** Pictures in a row. */
  readonly columns: number;
  /**
   * Text below each picture, in one or more lines.
   *
   * @defaultValue no text
   */
  readonly labels?: readonly string[];
  /** @defaultValue `"stored"` */
  readonly tone?: Tone;
}

/**
 * A grid of pictures, enlarged without smoothing, with text below each.
 *
 * @param set the pictures, all of them: `[N, H, W, C]` with C = 1 … 4, bytes or floats
 * @throws HeddleError when there is no picture or no column, or labels are missing
 * @example
 * const labels = [...first.labels].map((label) => dataset.classNames[label]!);
 * imageGrid(first, { name: "first-25", title: "The first 25 training images", columns: 5, labels });
 */
export function imageGrid(set: ImageSet, options: ImageGridOptions): Sheet {
  checkOptions("Image grid", options, {
    name: anyText,
    title: anyText,
    columns: whole(1),
    labels: listOf("texts", anyText),
    tone: toneRule,
  });
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
        "at least one picture of 1 to 4 channels, at least one column, and no labels or one for each picture",
      received: `${set.count} pictures of ${channels} channels, ${columns} columns, ${labels?.length ?? "no"} labels`,
      next: "Correct the pictures or the options.",
    });
  }
  const shown = shownImages(set);
  const words = labels ? `: ${labels.join(", ").replaceAll("\n", " ")}` : "";
  return {
    name,
    title,
    alt: `${set.count} images in rows of ${columns}${words}.`,
    layout: (theme, textWidth) => gridLayout(shown, options, theme, textWidth),
  };
}

/** One picture of a set, toned for a theme. */
export function toned(
  { images, shape }: ShownImages,
  index: number,
  tone: Tone | undefined,
  theme: Theme,
): Pixels {
  const [height, width, channels] = shape;
  const size = height * width * channels;
  const pixels = images.subarray(index * size, (index + 1) * size);
  const inked = channels === 1 && tone === "ink" && theme.name === "light";
  const data = inked ? pixels.map((value) => 255 - value) : pixels;
  return { height, width, channels: channels as Pixels["channels"], data };
}

function gridLayout(
  shown: ShownImages,
  options: ImageGridOptions,
  theme: Theme,
  textWidth: TextWidth,
): SheetLayout {
  const { labels, title } = options;
  const columns = Math.min(options.columns, shown.count);
  const rows = Math.ceil(shown.count / columns);
  const lines = Math.max(...(labels ?? []).map((label) => label.split("\n").length));
  const rowHeight = CELL + (labels ? LABEL_HEIGHT + (lines - 1) * LINE_HEIGHT : 0) + GAP_Y;
  const titleWidth = Math.ceil(textWidth(title, textSizes.title, 600));
  // A picture that is not square keeps its proportions within its box.
  const scale = CELL / Math.max(shown.shape[0], shown.shape[1]);
  const [height, width] = [shown.shape[0] * scale, shown.shape[1] * scale];
  const cells = Array.from({ length: shown.count }, (_, index): SheetItem[] => {
    const left = MARGIN + (index % columns) * (CELL + GAP_X);
    const top = MARGIN + TITLE_HEIGHT + Math.floor(index / columns) * rowHeight;
    const x = left + (CELL - width) / 2;
    const y = top + (CELL - height) / 2;
    const captions = (labels?.[index]?.split("\n") ?? []).map(
      (line, at): SheetItem => ({
        kind: "text",
        text: shorten(line, CELL + GAP_X - 4, textWidth),
        x: left + CELL / 2,
        y: top + CELL + 17 + at * LINE_HEIGHT,
        anchor: "middle",
        colour: theme.muted,
        size: textSizes.small,
      }),
    );
    return [
      { kind: "picture", pixels: toned(shown, index, options.tone, theme), x, y, width, height },
      { kind: "frame", x: x - 0.5, y: y - 0.5, width: width + 1, height: height + 1, colour: theme.line },
      ...captions,
    ];
  });
  return {
    width: 2 * MARGIN + Math.max(titleWidth, columns * CELL + (columns - 1) * GAP_X),
    height: 2 * MARGIN + TITLE_HEIGHT + rows * rowHeight - GAP_Y,
    background: theme.background,
    groups: [[titleText(title, MARGIN, theme)], ...cells],
  };
}

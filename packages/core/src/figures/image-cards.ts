import { HeddleError } from "../base/errors.js";
import { counted } from "../base/format.js";
import { checkOptions } from "../base/known-options.js";
import { anyText, whole } from "../base/rules.js";
import type { ImageSet } from "../data/dataset.js";
import { type Tone, toned, toneRule } from "./image-grid.js";
import {
  type Sheet,
  type SheetItem,
  type SheetLayout,
  type SheetText,
  shorten,
  type TextWidth,
  titleText,
} from "./sheet.js";
import { type ShownImages, shownImages } from "./shown-images.js";
import { type Theme, textSizes } from "./theme.js";

/** Side of a picture's box, and of the space for it and its captions, in pixels. */
const PICTURE = 84;
const CELL = 104;
const PADDING = 8;
const GAP = 12;
const LINE = 17;
const MARGIN = 20;
const TITLE_HEIGHT = 38;

/** Pictures that belong together, each with its captions. */
export interface ImageCard {
  readonly pictures: readonly CardPicture[];
  /**
   * A line below all of them.
   *
   * @defaultValue no line
   */
  readonly footer?: string;
}

/** A picture on a card. */
export interface CardPicture {
  /** Its position in the set. */
  readonly index: number;
  /** Lines below it; the first is the boldest. */
  readonly lines: readonly string[];
}

/** Options of {@link imageCards}. */
export interface ImageCardsOptions {
  /** Name of the figure's files: `near-duplicates`. */
  readonly name: string;
  readonly title: string;
  /** Cards in a row. */
  readonly columns: number;
  /** @defaultValue `"stored"` */
  readonly tone?: Tone;
}

/**
 * Cards of one or more pictures side by side with captions: pairs to compare, images with what is known about them.
 *
 * @param set the pictures, `[N, H, W, C]` with C = 1 … 4, bytes or floats
 * @param cards at least one, each with the same number of pictures
 * @throws HeddleError when there is no card or no column, or a picture is not in the set
 * @example
 * const pictures = [{ index: 0, lines: ["Shirt", "training 17"] }, { index: 1, lines: ["Coat", "test 3"] }];
 * imageCards(set, [{ pictures, footer: "distance 0.012" }], { name: "pairs", title: "Pairs", columns: 3 });
 */
export function imageCards(set: ImageSet, cards: readonly ImageCard[], options: ImageCardsOptions): Sheet {
  checkOptions("Image cards", options, { name: anyText, title: anyText, columns: whole(1), tone: toneRule });
  const { name, title, columns } = options;
  const indexes = cards.flatMap(({ pictures }) => pictures.map(({ index }) => index));
  if (cards.length === 0 || columns < 1 || indexes.some((index) => !(index >= 0 && index < set.count))) {
    throw new HeddleError({
      who: `Image cards "${name}"`,
      expected: `at least one card, at least one column, and pictures of a set of ${set.count}`,
      received: `${counted(cards.length, "card")}, ${counted(columns, "column")}, pictures ${indexes.join(", ")}`,
      next: "Correct the cards or the options.",
    });
  }
  const words = cards.map(({ pictures, footer }) =>
    [pictures.map(({ lines }) => lines.join(", ")).join(" next to "), footer].filter(Boolean).join(": "),
  );
  const shown = shownImages(set);
  return {
    name,
    title,
    alt: `${title}. ${words.join("; ")}.`,
    layout: (theme, textWidth) => cardsLayout(shown, cards, options, theme, textWidth),
  };
}

function cardsLayout(
  shown: ShownImages,
  cards: readonly ImageCard[],
  { title, tone, ...options }: ImageCardsOptions,
  theme: Theme,
  textWidth: TextWidth,
): SheetLayout {
  const most = (count: (card: ImageCard) => number) => Math.max(...cards.map(count));
  const lines = most(({ pictures }) => Math.max(...pictures.map((picture) => picture.lines.length)));
  const footers = cards.some(({ footer }) => footer !== undefined) ? 1 : 0;
  const cardWidth = most(({ pictures }) => pictures.length) * CELL + 2 * PADDING;
  const cardHeight = PICTURE + (lines + footers) * LINE + 2 * PADDING + 8;
  const columns = Math.min(options.columns, cards.length);
  const rows = Math.ceil(cards.length / columns);
  const titleWidth = Math.ceil(textWidth(title, textSizes.title, 600));
  // A picture that is not square keeps its proportions within its box.
  const scale = PICTURE / Math.max(shown.shape[0], shown.shape[1]);
  const [height, width] = [shown.shape[0] * scale, shown.shape[1] * scale];
  const line = (text: string, x: number, y: number, room: number): SheetText => ({
    kind: "text",
    text: shorten(text, room, textWidth),
    x,
    y,
    anchor: "middle",
    colour: theme.muted,
    size: textSizes.small,
    weight: 400,
  });
  const pictureItems = ({ index, lines }: CardPicture, center: number, top: number): SheetItem[] => [
    {
      kind: "picture",
      pixels: toned(shown, index, tone, theme),
      x: center - width / 2,
      y: top + (PICTURE - height) / 2,
      width,
      height,
    },
    ...lines.map((text, number): SheetText => {
      const caption = line(text, center, top + PICTURE + (number + 1) * LINE, CELL - 4);
      return number === 0 ? { ...caption, colour: theme.ink, weight: 600 } : caption;
    }),
  ];
  const groups = cards.map(({ pictures, footer = "" }, number): SheetItem[] => {
    const left = MARGIN + (number % columns) * (cardWidth + GAP);
    const top = MARGIN + TITLE_HEIGHT + Math.floor(number / columns) * (cardHeight + GAP);
    return [
      {
        kind: "frame",
        x: left + 0.5,
        y: top + 0.5,
        width: cardWidth - 1,
        height: cardHeight - 1,
        radius: 6,
        colour: theme.line,
      },
      ...pictures.flatMap((picture, place) =>
        pictureItems(picture, left + PADDING + (place + 0.5) * CELL, top + PADDING),
      ),
      line(footer, left + cardWidth / 2, top + cardHeight - PADDING - 3, cardWidth - 2 * PADDING),
    ];
  });
  return {
    width: 2 * MARGIN + Math.max(titleWidth, columns * (cardWidth + GAP) - GAP),
    height: 2 * MARGIN + TITLE_HEIGHT + rows * (cardHeight + GAP) - GAP,
    background: theme.background,
    groups: [
      [titleText(title, MARGIN, theme)],
      ...groups.map((group) => group.filter((item) => item.kind !== "text" || item.text !== "")),
    ],
  };
}

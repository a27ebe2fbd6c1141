import { HeddleError } from "@heddle/core/internal/base/errors.js";
import type { ImageSet } from "@heddle/core/internal/data/dataset.js";
import { type Figure, makeFigure } from "./figure.js";
import { encodePicture, shorten } from "./image-grid.js";
import { escapeXml, textWidth } from "./png.js";
import { shownImages } from "./shown-images.js";
import { fontStack, type Theme, textSizes } from "./theme.js";

/** Side of a picture's box and of the space that it and its captions have, in pixels. */
const PICTURE = 84;
const CELL = 104;
const PADDING = 8;
const GAP = 12;
const LINE = 17;
const MARGIN = 20;
const TITLE_HEIGHT = 38;

/** Pictures that belong together, each with its captions. */
export interface ImageCard {
  readonly pictures: readonly {
    /** Its position in the set. */
    readonly index: number;
    /** Lines below it; the first is the strongest. */
    readonly lines: readonly string[];
  }[];
  /** A line below them all. */
  readonly footer?: string;
}

export interface ImageCardsOptions {
  /** Name of the figure's files: `near-duplicates`. */
  readonly name: string;
  readonly title: string;
  /** Cards in a row. */
  readonly columns: number;
  /** As in `imageGrid`. Default `stored`. */
  readonly tone?: "stored" | "ink";
}

/**
 * Cards of one or more pictures side by side with captions: pairs that are compared, images with what is said of them.
 *
 * @param set the pictures, `[N, H, W, C]` with C = 1 … 4, bytes or floats
 * @param cards each with as many pictures as the others, at least one
 * @example
 * const pictures = [{ index: 0, lines: ["Shirt", "training 17"] }, { index: 1, lines: ["Coat", "test 3"] }];
 * await imageCards(set, [{ pictures, footer: "distance 0.012" }], { name: "pairs", title: "Pairs", columns: 3 });
 */
export async function imageCards(
  set: ImageSet,
  cards: readonly ImageCard[],
  options: ImageCardsOptions,
): Promise<Figure> {
  const { name, title, columns, tone } = options;
  const [first] = cards;
  const indexes = cards.flatMap(({ pictures }) => pictures.map(({ index }) => index));
  if (first === undefined || columns < 1 || indexes.some((index) => !(index >= 0 && index < set.count))) {
    throw new HeddleError({
      who: `Image cards "${name}"`,
      expected: `at least one card, at least one column, and pictures of a set of ${set.count}`,
      received: `${cards.length} cards, ${columns} columns, pictures ${indexes.join(", ")}`,
      next: "Correct the cards or the options.",
    });
  }
  const shown = shownImages(set);
  const words = cards.map(({ pictures, footer }) =>
    [pictures.map(({ lines }) => lines.join(", ")).join(" beside "), footer].filter(Boolean).join(": "),
  );
  return makeFigure({ name, title, alt: `${title}. ${words.join("; ")}.` }, (theme) => {
    const pngs = new Map<number, string>();
    for (const index of indexes) pngs.set(index, encodePicture(shown, index, tone, theme));
    return cardsSvg(pngs, set, cards, options, theme);
  });
}

function cardsSvg(
  pngs: ReadonlyMap<number, string>,
  set: ImageSet,
  cards: readonly ImageCard[],
  options: ImageCardsOptions,
  theme: Theme,
): string {
  const most = (count: (card: ImageCard) => number) => Math.max(...cards.map(count));
  const lines = most(({ pictures }) => Math.max(...pictures.map((picture) => picture.lines.length)));
  const footers = cards.some(({ footer }) => footer !== undefined) ? 1 : 0;
  const cardWidth = most(({ pictures }) => pictures.length) * CELL + 2 * PADDING;
  const cardHeight = PICTURE + (lines + footers) * LINE + 2 * PADDING + 8;
  const columns = Math.min(options.columns, cards.length);
  const rows = Math.ceil(cards.length / columns);
  const titleWidth = Math.ceil(textWidth(options.title, textSizes.title, 600));
  const width = 2 * MARGIN + Math.max(titleWidth, columns * (cardWidth + GAP) - GAP);
  const height = 2 * MARGIN + TITLE_HEIGHT + rows * (cardHeight + GAP) - GAP;
  const drawn = cards.map(({ pictures, footer }, number) => {
    const left = MARGIN + (number % columns) * (cardWidth + GAP);
    const top = MARGIN + TITLE_HEIGHT + Math.floor(number / columns) * (cardHeight + GAP);
    const frame = `<rect x="${left + 0.5}" y="${top + 0.5}" width="${cardWidth - 1}" height="${cardHeight - 1}" rx="6" fill="none" stroke="${theme.line}"/>`;
    const parts = pictures.map((picture, place) =>
      pictureSvg(pngs.get(picture.index)!, picture.lines, set, theme, {
        center: left + PADDING + (place + 0.5) * CELL,
        top: top + PADDING,
      }),
    );
    const below = text(footer ?? "", theme.muted, 400, {
      center: left + cardWidth / 2,
      top: top + cardHeight - PADDING - 3,
      room: cardWidth - 2 * PADDING,
    });
    return [frame, ...parts, below].join("");
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${fontStack}">`,
    `<rect width="${width}" height="${height}" fill="${theme.background}"/>`,
    `<text x="${MARGIN}" y="${MARGIN + 14}" fill="${theme.ink}" font-size="${textSizes.title}" font-weight="600">${escapeXml(options.title)}</text>`,
    ...drawn,
    "</svg>",
  ].join("\n");
}

function pictureSvg(
  png: string,
  lines: readonly string[],
  { shape }: ImageSet,
  theme: Theme,
  { center, top }: { readonly center: number; readonly top: number },
): string {
  // A picture that is not square keeps its proportions within its box.
  const scale = PICTURE / Math.max(shape[0], shape[1]);
  const [height, width] = [shape[0] * scale, shape[1] * scale];
  const x = center - width / 2;
  const y = top + (PICTURE - height) / 2;
  const image = `<image x="${x}" y="${y}" width="${width}" height="${height}" style="image-rendering:pixelated" preserveAspectRatio="none" href="data:image/png;base64,${png}"/>`;
  const captions = lines.map((line, number) =>
    text(line, number === 0 ? theme.ink : theme.muted, number === 0 ? 600 : 400, {
      center,
      top: top + PICTURE + (number + 1) * LINE,
      room: CELL - 4,
    }),
  );
  return image + captions.join("");
}

function text(
  words: string,
  fill: string,
  weight: number,
  { center, top, room }: { readonly center: number; readonly top: number; readonly room: number },
): string {
  if (words === "") return "";
  return `<text x="${center}" y="${top}" text-anchor="middle" fill="${fill}" font-size="${textSizes.small}" font-weight="${weight}">${escapeXml(shorten(words, room))}</text>`;
}

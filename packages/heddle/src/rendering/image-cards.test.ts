import type { ImageSet } from "@heddle/core/internal/data/dataset.js";
import { imageCards } from "@heddle/core/internal/figures/image-cards.js";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { drawFigure } from "./draw-figure.js";
import { svgToPng } from "./png.js";

const set = (channels: number, count = 3): ImageSet => ({
  images: Uint8Array.from({ length: count * 4 * 6 * channels }, (_, at) => (at * 31) % 256),
  labels: new Uint8Array(count),
  count,
  shape: [4, 6, channels],
});
const options = { name: "pairs", title: "Pairs", columns: 2 };

describe("imageCards", () => {
  it.each([1, 2, 3, 4])("draws pictures of %i channels with their captions", async (channels) => {
    const cards = [
      {
        pictures: [
          { index: 0, lines: ["T-shirt & top", "training 1"] },
          { index: 1, lines: ["Coat", "test 7"] },
        ],
        footer: "distance 0.01",
      },
      { pictures: [{ index: 2, lines: ["Bag"] }] },
    ];
    const figure = await drawFigure(imageCards(set(channels), cards, options));
    expect(figure.svg.match(/<image /g)).toHaveLength(3);
    for (const text of ["Pairs", "T-shirt &amp; top", "training 1", "Coat", "test 7", "distance 0.01", "Bag"])
      expect(figure.svg).toContain(`>${text}</text>`);
    expect(figure.alt).toBe("Pairs. T-shirt & top, training 1 next to Coat, test 7: distance 0.01; Bag.");
    const { width, height } = await sharp(svgToPng(figure.svg)).metadata();
    expect(figure.svg).toContain(`width="${width / 2}" height="${height / 2}"`);
  });

  it("refuses positions beyond the set, and an empty list of cards", async () => {
    const card = { pictures: [{ index: 3, lines: [] }] };
    expect(() => imageCards(set(1), [card], options)).toThrow(
      'Image cards "pairs": expected at least one card, at least one column, and pictures of a set of 3, received 1 card, 2 columns, pictures 3. Correct the cards or the options.',
    );
    expect(() => imageCards(set(1), [], options)).toThrow("received 0 cards");
  });
});

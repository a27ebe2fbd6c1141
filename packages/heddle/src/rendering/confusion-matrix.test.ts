import { confusionMatrix } from "@heddle/core/internal/figures/confusion-matrix.js";
import { light } from "@heddle/core/internal/figures/theme.js";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { drawFigure } from "./draw-figure.js";
import { svgToPng } from "./png.js";

const names = ["Shirt", "Coat", "Bag"];
const counts = [
  [780, 200, 20],
  [5, 995, 0],
  [0, 0, 1000],
];

describe("confusionMatrix", () => {
  it("draws the share of each true class, and says which classes are confused most", async () => {
    const { svg, alt, name } = await drawFigure(confusionMatrix(counts, names));
    expect(name).toBe("confusion-matrix");
    expect(alt).toBe(
      "Heat map of the true and the predicted class of 3,000 images. Most often confused: 20% of Shirt were taken for Coat.",
    );
    const texts = [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text);
    for (const text of [
      "Confusion matrix",
      "Predicted class",
      "True class",
      ...names,
      "78",
      "20",
      "2.0",
      "0.5",
      "100",
    ]) {
      expect(texts).toContain(text);
    }
    const cells = svg.match(/<g class="mark-rect.*?<\/g>/s)![0];
    expect(cells.match(/<path/g)).toHaveLength(9);
    const png = svgToPng(svg);
    const { width, height } = await sharp(png).metadata();
    expect(svg).toContain(`width="${width / 2}" height="${height / 2}"`);
    const { data } = await sharp(png).removeAlpha().raw().toBuffer({ resolveWithObject: true });
    expect(data.toString("hex")).toContain(light.heat.at(-1)!.slice(1)); // the cell of all bags
  });

  it("says when nothing was confused, and draws a class without images", async () => {
    const { alt, svg } = await drawFigure(
      confusionMatrix(
        [
          [3, 0],
          [0, 0],
        ],
        ["A", "B"],
      ),
    );
    expect(alt).toContain("none was confused");
    expect(svg).not.toContain("NaN");
  });

  it("refuses counts of a different shape", async () => {
    expect(() => confusionMatrix([[1, 2]], names)).toThrow(
      "Confusion matrix: expected 3 rows of 3 counts, a row and a column for each class, received 1 rows of 2.",
    );
  });
});

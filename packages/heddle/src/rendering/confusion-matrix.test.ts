import { luminance } from "@heddle/core/internal/figures/colour-scale.js";
import { confusionMatrix } from "@heddle/core/internal/figures/confusion-matrix.js";
import { dark, light } from "@heddle/core/internal/figures/theme.js";
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

/** The contrast of two colours, as `rgb(…)` or `#…`, by WCAG 2. */
function contrast(a: string, b: string): number {
  const parts = (colour: string) =>
    colour.startsWith("#")
      ? [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16))
      : colour.match(/\d+/g)!.map(Number);
  const [low, high] = [a, b]
    .map((colour) => luminance(parts(colour) as [number, number, number]) + 0.05)
    .sort((x, y) => x - y);
  return high! / low!;
}

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

  it.each([light, dark])("writes in every cell with a contrast of 4.5:1 or more, in $name", async (theme) => {
    // A diagonal of every rate from 1 to 100 percent, and the rest of each row in the first column.
    const rates = Array.from({ length: 101 }, (_, percent) => percent);
    const matrix = rates.map((percent) => rates.map((column) => (column === percent ? percent : 0)));
    for (const [row, percent] of rates.entries()) matrix[row]![(row + 1) % 101]! += 100 - percent;
    const classes = rates.map((percent) => `class ${percent}`);
    const figure = await drawFigure(confusionMatrix(matrix, classes));
    const svg = theme.name === "dark" ? figure.darkSvg : figure.svg;
    const drawn = (mark: string, tag: string) => {
      const group = new RegExp(`<g class="mark-${mark} role-mark.*?</g>`, "s").exec(svg)![0];
      return [...group.matchAll(new RegExp(`<${tag}[^>]* fill="([^"]*)"`, "g"))].map(([, fill]) => fill!);
    };
    const [cells, inks] = [drawn("rect", "path"), drawn("text", "text")];
    expect([cells.length, inks.length]).toEqual([101 * 101, 101 * 101]);
    const contrasts = cells.map((cell, index) => contrast(cell, inks[index]!));
    expect(Math.min(...contrasts)).toBeGreaterThanOrEqual(4.5);
    expect(new Set(cells).size).toBeGreaterThan(90);
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

import { pixelHistogram } from "@heddle/core/internal/figures/pixel-histogram.js";
import { describe, expect, it } from "vitest";
import { drawFigure } from "./draw-figure.js";

describe("pixelHistogram", () => {
  it("draws a line for each bin that holds pixels", async () => {
    const figure = await drawFigure(
      pixelHistogram(
        [
          { split: "Training", shares: [0.9, 0, 0.099, 0.001] },
          { split: "Test", shares: [0.5, 0.5, 0, 0] },
        ],
        { name: "pixel-histogram", title: "Pixel values", range: [0, 256] },
      ),
    );
    expect(figure.svg.match(/aria-roledescription="rule mark"/g)).toHaveLength(5);
    for (const text of ["Pixel values", "Pixel value", "Training", "Test", "100%"])
      expect(figure.svg).toContain(`>${text}</text>`);
    expect(figure.svg).not.toMatch(/NaN|undefined/);
    expect(figure.alt).toBe(
      "Histogram of pixel values from 0 to 256. Training: most frequent from 0 to 64, 90.0% of the pixels. Test: most frequent from 0 to 64, 50.0% of the pixels.",
    );
  });

  it("draws images of a single value", async () => {
    const figure = await drawFigure(
      pixelHistogram([{ split: "Training", shares: [1, 0, 0, 0] }], {
        name: "x",
        title: "X",
        range: [3, 3],
      }),
    );
    expect(figure.svg).not.toMatch(/NaN|undefined/);
  });
});

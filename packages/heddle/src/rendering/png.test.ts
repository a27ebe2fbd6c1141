import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { svgToPng, textWidth } from "./png.js";

describe("textWidth", () => {
  it("measures the bundled font", () => {
    expect(textWidth("Ankle boot", 13)).toBeGreaterThan(60);
    expect(textWidth("Ankle boot", 13)).toBeLessThan(70);
    expect(textWidth("Ankle boot", 26)).toBeCloseTo(2 * textWidth("Ankle boot", 13), 0);
    expect(textWidth("Ankle boot", 13, 600)).toBeGreaterThan(textWidth("Ankle boot", 13));
    expect(textWidth("", 13)).toBe(0);
    expect(textWidth("<&>", 13)).toBeGreaterThan(15);
  });
});

describe("svgToPng", () => {
  it("draws at the requested size, and draws text even if no font is installed", async () => {
    const svg =
      '<svg xmlns="http://www.w3.org/2000/svg" width="60" height="20"><rect width="60" height="20" fill="#fff"/><text x="2" y="15" font-family="Unknown">Heddle</text></svg>';
    const png = svgToPng(svg, 3);
    const { width, height } = await sharp(png).metadata();
    expect([width, height]).toEqual([180, 60]);
    expect((await sharp(png).greyscale().stats()).channels[0]!.min).toBeLessThan(40);
  });
});

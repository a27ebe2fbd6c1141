import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { escapeXml, svgToPng } from "./png.js";

describe("svgToPng", () => {
  it("gives the size asked for and draws text where no font is installed", async () => {
    const svg =
      '<svg xmlns="http://www.w3.org/2000/svg" width="60" height="20"><rect width="60" height="20" fill="#fff"/><text x="2" y="15" font-family="Unknown">Heddle</text></svg>';
    const png = svgToPng(svg, 3);
    const { width, height } = await sharp(png).metadata();
    expect([width, height]).toEqual([180, 60]);
    expect((await sharp(png).greyscale().stats()).channels[0]!.min).toBeLessThan(40);
  });
});

describe("escapeXml", () => {
  it("keeps text from becoming elements, and leaves out what XML forbids", () => {
    expect(escapeXml(`<a b="c">&\u0000\n`)).toBe("&lt;a b=&quot;c&quot;&gt;&amp;�\n");
  });
});

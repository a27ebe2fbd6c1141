import { describe, expect, it } from "vitest";
import type { ImageSet } from "../data/dataset.js";
import { imageGrid } from "./image-grid.js";
import { escapeXml, sheetSvg, shorten } from "./sheet.js";
import { dark, light } from "./theme.js";

/** Ten pixels for each letter. */
const textWidth = (text: string) => 10 * text.length;

describe("shorten", () => {
  it("leaves text that fits alone, and ends longer text with an ellipsis", () => {
    expect(shorten("Bag", 30, textWidth)).toBe("Bag");
    expect(shorten("Ankle boot", 70, textWidth)).toBe("Ankle…");
    expect(shorten("Bag", 1, textWidth)).toBe("B…");
  });
});

describe("escapeXml", () => {
  it("keeps text from becoming elements, and replaces what XML forbids", () => {
    expect(escapeXml(`<a b="c">&\u0000\n`)).toBe("&lt;a b=&quot;c&quot;&gt;&amp;�\n");
  });
});

describe("a sheet", () => {
  const set: ImageSet = {
    images: Uint8Array.of(40, 41, 42, 43),
    labels: Uint8Array.of(0),
    count: 1,
    shape: [2, 2, 1],
  };
  const sheet = imageGrid(set, {
    name: "one",
    title: "One <picture>",
    columns: 3,
    labels: ["a"],
    tone: "ink",
  });

  it("is laid out as plain data, with the caller's measure of text", () => {
    const { width, height, background, groups } = sheet.layout(light, textWidth);
    expect(width).toBe(2 * 20 + 10 * "One <picture>".length);
    expect(height).toBeGreaterThan(84);
    expect(background).toBe(light.background);
    const [title, cell] = groups;
    expect(title).toMatchObject([{ kind: "text", text: "One <picture>", weight: 600 }]);
    expect(cell!.map(({ kind }) => kind)).toEqual(["picture", "frame", "text"]);
  });

  it("shows drawings as ink on light paper, and as they are stored on a dark screen", () => {
    const pixels = [light, dark].map((theme) => {
      const [picture] = sheet.layout(theme, textWidth).groups[1]!;
      return picture?.kind === "picture" ? [...picture.pixels.data] : [];
    });
    expect(pixels).toEqual([
      [215, 214, 213, 212],
      [40, 41, 42, 43],
    ]);
  });

  it("becomes SVG with any way to encode its pictures", () => {
    const svg = sheetSvg(sheet.layout(light, textWidth), ({ data }) => `data:,${data.join("-")}`);
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" width="170" /);
    expect(svg).toContain('href="data:,215-214-213-212"');
    expect(svg).toContain(">One &lt;picture&gt;</text>");
  });
});

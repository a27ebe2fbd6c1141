import type { ImageSet } from "@heddle/core/internal/data/dataset.js";
import { imageGrid } from "@heddle/core/internal/figures/image-grid.js";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { drawFigure } from "./draw-figure.js";
import { svgToPng } from "./png.js";

function setOf(count: number, shape: ImageSet["shape"], images?: ImageSet["images"]): ImageSet {
  const size = shape[0] * shape[1] * shape[2];
  const bytes = images ?? Uint8Array.from({ length: count * size }, (_, index) => (index * 37) % 256);
  return {
    images: bytes,
    labels: Uint8Array.from({ length: count }, (_, index) => index % 10),
    count,
    shape,
  };
}

/** The box of the first picture in a grid, one value a pixel. */
async function firstPicture(svg: string): Promise<Buffer> {
  const box = { left: 40, top: 116, width: 168, height: 168 }; // margin 20, title 38, picture 84; twice as large
  return sharp(svgToPng(svg)).extract(box).greyscale().raw().toBuffer();
}

describe("imageGrid", () => {
  it("draws 25 pictures with their names", async () => {
    const labels = Array.from({ length: 25 }, (_, index) => `Name ${index}`);
    const options = { name: "first-25", title: "The first 25 training images", columns: 5, labels };
    const figure = await drawFigure(imageGrid(setOf(25, [28, 28, 1]), options));
    expect(figure.svg.match(/<image /g)).toHaveLength(25);
    for (const text of [options.title, ...labels]) expect(figure.svg).toContain(`>${text}</text>`);
    expect(figure.alt).toBe(`25 images in rows of 5: ${labels.join(", ")}.`);
    const { width, height } = await sharp(svgToPng(figure.svg)).metadata();
    expect(figure.svg).toContain(`width="${width / 2}" height="${height / 2}"`);
    expect(width).toBe(2 * (2 * 20 + 5 * 84 + 4 * 16));
  });

  it("enlarges pixels without smoothing", async () => {
    const options = { name: "x", title: "X", columns: 1 };
    const { svg } = await drawFigure(
      imageGrid(setOf(1, [2, 2, 1], new Uint8Array([10, 200, 90, 250])), options),
    );
    expect(svg).toContain("image-rendering:pixelated");
    const pixels = await firstPicture(svg);
    const at = (x: number, y: number) => pixels[y * 168 + x]!;
    expect([at(2, 2), at(82, 82), at(86, 2), at(165, 82), at(2, 86), at(86, 165)]).toEqual([
      10, 10, 200, 200, 90, 250,
    ]);
    const inside = new Set<number>();
    for (let y = 2; y < 166; y++) for (let x = 2; x < 166; x++) inside.add(at(x, y));
    expect([...inside].sort((a, b) => a - b)).toEqual([10, 90, 200, 250]);
  });

  it("turns light on black into ink on paper on request, only in the light theme", async () => {
    const set = setOf(1, [1, 1, 1], new Uint8Array([40]));
    const options = { name: "x", title: "X", columns: 1 };
    const stored = await drawFigure(imageGrid(set, options));
    const ink = await drawFigure(imageGrid(set, { ...options, tone: "ink" }));
    expect((await firstPicture(stored.svg))[5000]).toBe(40);
    expect((await firstPicture(ink.svg))[5000]).toBe(215);
    expect(ink.darkSvg).toBe(stored.darkSvg);
  });

  it("draws colours, floats, and pictures that are not square", async () => {
    const options = { name: "x", title: "X", columns: 2 };
    const colour = await drawFigure(
      imageGrid(setOf(2, [1, 1, 3], new Uint8Array([255, 0, 0, 0, 0, 255])), options),
    );
    const red = await sharp(svgToPng(colour.svg))
      .extract({ left: 100, top: 180, width: 1, height: 1 })
      .removeAlpha()
      .raw()
      .toBuffer();
    expect([...red]).toEqual([255, 0, 0]);
    const floats = await drawFigure(imageGrid(setOf(2, [1, 1, 1], new Float32Array([-1, 1])), options));
    expect((await firstPicture(floats.svg))[5000]).toBe(0);
    const wide = await drawFigure(imageGrid(setOf(1, [2, 4, 1]), options));
    expect(wide.svg).toContain('width="84" height="42"');
  });

  it("escapes names and cuts those that are too long", async () => {
    const labels = ["<script>&", "An exceedingly long name of a class"];
    const { svg } = await drawFigure(
      imageGrid(setOf(2, [2, 2, 1]), {
        name: "x",
        title: 'A "grid"',
        columns: 2,
        labels,
      }),
    );
    expect(svg).toContain(">&lt;script&gt;&amp;</text>");
    expect(svg).toMatch(/>An exceed\w*…<\/text>/);
    expect(svg).toContain("A &quot;grid&quot;");
  });

  it("refuses images that it cannot draw", async () => {
    const options = { name: "x", title: "X", columns: 2 };
    expect(() => imageGrid(setOf(2, [2, 2, 5]), options)).toThrow("received 2 pictures of 5 channels");
    expect(() => imageGrid(setOf(2, [2, 2, 1]), { ...options, labels: ["a"] })).toThrow("1 labels");
  });
});

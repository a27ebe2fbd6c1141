import { embeddingMap } from "@heddle/core/internal/figures/embedding-map.js";
import { overlayGrid } from "@heddle/core/internal/figures/overlay-grid.js";
import { tileSheet } from "@heddle/core/internal/figures/tile-sheet.js";
import { describe, expect, it } from "vitest";
import { drawFigure } from "./draw-figure.js";
import { svgToPng } from "./png.js";

const isPng = (bytes: Uint8Array) => bytes[1] === 0x50 && bytes[2] === 0x4e && bytes[3] === 0x47;

describe("tileSheet", () => {
  const options = { name: "tiles", title: "Tiles & more", subtitle: "two", columns: 2, quantity: "Weight" };

  it("draws in both themes, with title, scale and its numbers", async () => {
    const values = Float32Array.from({ length: 18 }, (_, index) => index / 8 - 1);
    const axes = { across: "Filter", down: "Input channel" };
    const figure = await drawFigure(
      tileSheet({ height: 3, width: 3, count: 2, values }, { ...options, axes }),
    );
    for (const svg of [figure.svg, figure.darkSvg]) {
      for (const text of ["Tiles &amp; more", "Filter", "Input channel", "Weight", "−1.13", "1.13"])
        expect(svg).toContain(`>${text}<`);
      expect(svg.match(/image-rendering:pixelated/g)?.length).toBe(1);
    }
    expect(figure.svg).not.toBe(figure.darkSvg);
    expect(figure.alt).toBe("Tiles & more: two. Values from −1 to 1.13.");
    expect(isPng(svgToPng(figure.svg))).toBe(true);
  });

  it("begins its scale at zero if no value is negative, even if all are zero", async () => {
    for (const value of [0, 4]) {
      const values = new Float32Array(4).fill(value);
      const figure = await drawFigure(tileSheet({ height: 1, width: 4, count: 1, values }, options));
      expect(figure.svg).toContain(">0<");
      expect(figure.svg).toContain(`>${value || 1}<`);
    }
  });

  it("refuses a number of values that does not match its tiles", async () => {
    expect(() => tileSheet({ height: 2, width: 2, count: 2, values: new Float32Array(4) }, options)).toThrow(
      'Tile sheet "tiles": expected count × height × width values',
    );
  });
});

describe("overlayGrid", () => {
  const overlay = {
    title: "Grad-CAM",
    values: Float32Array.from([0, 1, 2, 3]),
    height: 2,
    width: 2,
    limit: 3,
    note: "2×2",
  };
  const options = { name: "grid", title: "Where", subtitle: "Orange", shape: [4, 4, 1] as const };

  it("draws the image, and again below each overlay", async () => {
    const image = {
      pixels: new Uint8Array(16).fill(9),
      heading: "Shirt <1>",
      note: "test:1",
      overlays: [overlay],
    };
    const figure = await drawFigure(overlayGrid([image, image], options));
    // Two cards of an image, and an image with its overlay.
    expect(figure.svg.match(/<image /g)?.length).toBe(6);
    expect(figure.svg).toContain("Shirt &lt;1&gt;");
    expect(figure.svg).toContain("Grad-CAM: 2×2");
    expect(figure.alt).toContain("Shirt <1>, Grad-CAM 2×2");
    expect(isPng(svgToPng(figure.svg))).toBe(true);
  });

  it("refuses images of a different size", async () => {
    const image = { pixels: new Uint8Array(15), heading: "a", note: "", overlays: [] };
    expect(() => overlayGrid([image], options)).toThrow("at least one image of 4×4×1");
    expect(() => overlayGrid([], options)).toThrow("at least one image");
  });
});

describe("embeddingMap", () => {
  it("draws a dot or a cross for each image and names the classes", async () => {
    const points = Float32Array.from({ length: 20 }, (_, index) => Math.sin(index));
    const labels = [0, 0, 0, 1, 1, 1, 2, 2, 2, 2];
    const predicted = [0, 0, 1, 1, 1, 1, 2, 2, 0, 2];
    const figure = await drawFigure(
      embeddingMap(points, {
        title: "Map",
        subtitle: "of ten",
        classNames: ["Bag", "Coat"],
        labels,
        predicted,
      }),
    );
    for (const name of ["Bag", "Coat", "class 2", "First dimension (no unit)"])
      expect(figure.svg).toContain(`>${name}<`);
    expect(figure.alt).toBe(
      "Map of 10 images in two dimensions, coloured by class; 2 crosses mark images that were taken for another class.",
    );
    expect(() =>
      embeddingMap(points, { title: "", subtitle: "", classNames: [], labels: [1], predicted }),
    ).toThrow("10 points, 1 labels, 10 predictions");
  });
});

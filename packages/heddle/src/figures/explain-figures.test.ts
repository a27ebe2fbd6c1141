import { describe, expect, it } from "vitest";
import { divergingScale, overlayScale, sequentialScale } from "./colour-scale.js";
import { embeddingMap } from "./embedding-map.js";
import { overlayGrid } from "./overlay-grid.js";
import { dark, light } from "./theme.js";
import { tileSheet } from "./tile-sheet.js";

const luminance = (hexOrRgb: readonly number[]) =>
  0.2126 * hexOrRgb[0]! + 0.7152 * hexOrRgb[1]! + 0.0722 * hexOrRgb[2]!;

describe("colour scales", () => {
  it.each([light, dark])("diverge from the page's colour about zero, in $name", (theme) => {
    const scale = divergingScale(theme, 2);
    const [zero, low, high] = [0, -2, 2].map((value) => scale.colour(value));
    const distance = (a: readonly number[], b: readonly number[]) => Math.abs(luminance(a) - luminance(b));
    expect(distance(zero!, low!)).toBeGreaterThan(90);
    expect(distance(zero!, high!)).toBeGreaterThan(90);
    // Blue against orange.
    expect(low![2]).toBeGreaterThan(low![0]!);
    expect(high![0]).toBeGreaterThan(high![2]!);
    expect(scale.colour(99)).toEqual(high);
    expect(scale.colour(Number.NaN)[3]).toBe(0);
  });

  it.each([light, dark])("grow steadily from the page's colour, in $name", (theme) => {
    const scale = sequentialScale(theme, 0, 10);
    const steps = Array.from({ length: 11 }, (_, value) => luminance(scale.colour(value)));
    const sign = theme.name === "light" ? -1 : 1;
    for (let at = 1; at < steps.length; at++) expect(sign * (steps[at]! - steps[at - 1]!)).toBeGreaterThan(0);
  });

  it("are transparent at zero over a picture", () => {
    const scale = overlayScale(4);
    expect(scale.colour(0)[3]).toBe(0);
    expect(scale.colour(4)[3]).toBeGreaterThan(scale.colour(2)[3]);
    expect(scale.colour(-4).slice(0, 3)).not.toEqual(scale.colour(4).slice(0, 3));
    expect(overlayScale(0).colour(0)[3]).toBe(0);
  });
});

const isPng = (bytes: Uint8Array) => bytes[1] === 0x50 && bytes[2] === 0x4e && bytes[3] === 0x47;

describe("tileSheet", () => {
  const options = { name: "tiles", title: "Tiles & more", subtitle: "two", columns: 2, quantity: "Weight" };

  it("draws in both themes, with title, scale and its numbers", async () => {
    const values = Float32Array.from({ length: 18 }, (_, index) => index / 8 - 1);
    const axes = { across: "Filter", down: "Input channel" };
    const figure = await tileSheet({ height: 3, width: 3, count: 2, values }, { ...options, axes });
    for (const svg of [figure.svg, figure.darkSvg]) {
      for (const text of ["Tiles &amp; more", "Filter", "Input channel", "Weight", "−1.13", "1.13"])
        expect(svg).toContain(`>${text}<`);
      expect(svg.match(/image-rendering:pixelated/g)?.length).toBe(1);
    }
    expect(figure.svg).not.toBe(figure.darkSvg);
    expect(figure.alt).toBe("Tiles & more: two. Values from −1 to 1.13.");
    expect(isPng(figure.png)).toBe(true);
  });

  it("begins at zero where nothing is negative, all zeros too", async () => {
    for (const value of [0, 4]) {
      const values = new Float32Array(4).fill(value);
      const figure = await tileSheet({ height: 1, width: 4, count: 1, values }, options);
      expect(figure.svg).toContain(">0<");
      expect(figure.svg).toContain(`>${value || 1}<`);
    }
  });

  it("refuses values that are not as many", async () => {
    await expect(
      tileSheet({ height: 2, width: 2, count: 2, values: new Float32Array(4) }, options),
    ).rejects.toThrow('Tile sheet "tiles": expected count × height × width values');
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
    const figure = await overlayGrid([image, image], options);
    // Two cards of an image, and an image with its overlay.
    expect(figure.svg.match(/<image /g)?.length).toBe(6);
    expect(figure.svg).toContain("Shirt &lt;1&gt;");
    expect(figure.svg).toContain("Grad-CAM: 2×2");
    expect(figure.alt).toContain("Shirt <1>, Grad-CAM 2×2");
    expect(isPng(figure.png)).toBe(true);
  });

  it("refuses images of another size", async () => {
    const image = { pixels: new Uint8Array(15), heading: "a", note: "", overlays: [] };
    await expect(overlayGrid([image], options)).rejects.toThrow("at least one image of 4×4×1");
    await expect(overlayGrid([], options)).rejects.toThrow("at least one image");
  });
});

describe("embeddingMap", () => {
  it("draws a dot or a cross for each image and names the classes", async () => {
    const points = Float32Array.from({ length: 20 }, (_, index) => Math.sin(index));
    const labels = [0, 0, 0, 1, 1, 1, 2, 2, 2, 2];
    const predicted = [0, 0, 1, 1, 1, 1, 2, 2, 0, 2];
    const figure = await embeddingMap(points, {
      title: "Map",
      subtitle: "of ten",
      classNames: ["Bag", "Coat"],
      labels,
      predicted,
    });
    for (const name of ["Bag", "Coat", "class 2", "First dimension (no unit)"])
      expect(figure.svg).toContain(`>${name}<`);
    expect(figure.alt).toBe(
      "Map of 10 images in two dimensions, coloured by class; 2 crosses mark images that were taken for another class.",
    );
    await expect(
      embeddingMap(points, { title: "", subtitle: "", classNames: [], labels: [1], predicted }),
    ).rejects.toThrow("10 points, 1 labels, 10 predictions");
  });
});

import { readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { HeddleError } from "@heddle/core/internal/base/errors.js";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { readPicture } from "./picture.js";
import { temporaryFolder } from "./tiny-dataset.testing.js";

const shape = { height: 28, width: 28, channels: 1 };

/** Writes raw pixels as a picture in the format of the name's extension. */
async function save(
  name: string,
  pixels: Uint8Array,
  width: number,
  channels: 1 | 2 | 3 | 4,
): Promise<string> {
  const path = join(temporaryFolder(), name);
  const height = pixels.length / width / channels;
  await sharp(pixels, { raw: { width, height, channels } }).toFile(path);
  return path;
}

/** A square of one value in the middle of a background. */
function thing(size: number, background: number, value: number): Uint8Array {
  const inside = (at: number) => at >= size / 4 && at < (3 * size) / 4;
  return Uint8Array.from({ length: size * size }, (_, index) =>
    inside(index % size) && inside(Math.floor(index / size)) ? value : background,
  );
}

describe("readPicture", () => {
  it("returns a grey picture of the right size unchanged", async () => {
    const pixels = thing(28, 3, 0).map((value, index) => (value === 3 ? 3 : index % 256));
    const read = await readPicture(await save("a.png", pixels, 28, 1), shape);
    expect(read).toEqual({ pixels, inverted: false, empty: false });
  });

  it("inverts pictures with a light background: PNG, JPEG and WebP", async () => {
    for (const name of ["a.png", "a.jpg", "a.webp"]) {
      const { pixels, inverted } = await readPicture(await save(name, thing(112, 250, 20), 112, 1), shape);
      expect(inverted).toBe(true);
      expect(Math.abs(pixels[0]! - 5)).toBeLessThan(4);
      expect(Math.abs(pixels[14 * 28 + 14]! - 235)).toBeLessThan(4);
    }
  });

  it("inverts nothing with `invert: false`", async () => {
    const path = await save("a.png", thing(28, 250, 20), 28, 1);
    const { pixels, inverted } = await readPicture(path, shape, { invert: false });
    expect([inverted, pixels[0], pixels[14 * 28 + 14]]).toEqual([false, 250, 20]);
  });

  it("keeps the opacity for a model that takes it", async () => {
    const rgba = Uint8Array.from({ length: 28 * 28 * 4 }, (_, index) => [200, 200, 200, 90][index % 4]!);
    const path = await save("a.png", rgba, 28, 4);
    const colour = await readPicture(path, { ...shape, channels: 4 });
    expect([...colour.pixels.subarray(0, 4)]).toEqual([200, 200, 200, 90]);
    const grey = await readPicture(path, { ...shape, channels: 2 });
    expect([grey.inverted, grey.pixels.length, ...grey.pixels.subarray(0, 2)]).toEqual([
      false,
      1568,
      200,
      90,
    ]);
    const opaque = await readPicture(await save("b.png", thing(28, 3, 99), 28, 1), { ...shape, channels: 2 });
    expect([...opaque.pixels.subarray(0, 2)]).toEqual([3, 255]);
  });

  it("judges the background by the border of the picture", async () => {
    const { inverted } = await readPicture(await save("a.png", thing(40, 0, 255), 40, 1), shape);
    expect(inverted).toBe(false);
  });

  it("keeps the proportions and pads with the background", async () => {
    // 56 wide and 28 high becomes 28×14 in the middle: dark grey, with a light block inside.
    const wide = Uint8Array.from({ length: 56 * 28 }, (_, index) => {
      const [row, column] = [Math.floor(index / 56), index % 56];
      return row >= 8 && row < 20 && column >= 16 && column < 40 ? 200 : 30;
    });
    const { pixels, inverted } = await readPicture(await save("a.png", wide, 56, 1), shape);
    expect(inverted).toBe(false);
    expect([pixels[0], pixels[3 * 28 + 14], pixels[27 * 28 + 27]]).toEqual([30, 30, 30]);
    const light = pixels.reduce<[rows: Set<number>, columns: Set<number>]>(
      ([rows, columns], value, index) => {
        if (value > 115) {
          rows.add(Math.floor(index / 28));
          columns.add(index % 28);
        }
        return [rows, columns];
      },
      [new Set(), new Set()],
    );
    expect([...light[0]]).toEqual([11, 12, 13, 14, 15, 16]);
    expect([...light[1]].sort((a, b) => a - b)).toEqual([8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19]);
  });

  it("turns transparent parts white", async () => {
    const rgba = Uint8Array.from({ length: 28 * 28 * 4 }, (_, index) => (index % 4 === 3 ? 0 : 10));
    const { pixels, inverted } = await readPicture(await save("a.png", rgba, 28, 4), shape);
    expect(inverted).toBe(true);
    expect(pixels.every((value) => value === 0)).toBe(true);
  });

  it.each([
    [[0, 100, 0], 59],
    [[0, 0, 100], 11],
    [[255, 0, 0], 76],
    [[200, 30, 90], 88],
  ])("turns the colour %j into the grey %i of Pillow", async (colour, grey) => {
    const pixels = Uint8Array.from({ length: 28 * 28 * 3 }, (_, index) => colour[index % 3]!);
    const read = await readPicture(await save("a.png", pixels, 28, 3), shape);
    expect(read.pixels[0]).toBe(grey);
  });

  it("sees light strokes on a transparent ground, and dark ones", async () => {
    const strokes = (value: number) =>
      Uint8Array.from({ length: 28 * 28 * 4 }, (_, index) => {
        const column = (index >> 2) % 28;
        return index % 4 < 3 ? value : column > 12 && column < 16 ? 255 : 0;
      });
    for (const value of [255, 0]) {
      const path = await save("a.png", strokes(value), 28, 4);
      const { pixels, empty } = await readPicture(path, shape);
      expect([empty, pixels[0], pixels[14]]).toEqual([false, 0, 255]);
    }
  });

  it("keeps colours, never inverted, for a model of three channels", async () => {
    const pixels = Uint8Array.from({ length: 4 * 4 * 3 }, (_, index) => [250, 240, 200][index % 3]!);
    const path = await save("a.png", pixels, 4, 3);
    const read = await readPicture(path, { height: 4, width: 4, channels: 3 });
    expect(read).toEqual({ pixels, inverted: false, empty: true });
  });

  it("turns a grey picture into three channels", async () => {
    const path = await save("a.png", new Uint8Array(16).fill(77), 4, 1);
    const { pixels } = await readPicture(path, { height: 4, width: 4, channels: 3 });
    expect([...pixels]).toEqual(Array(48).fill(77));
  });

  const refuses = async (path: string, message: string) => {
    const error: unknown = await readPicture(path, shape).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(HeddleError);
    expect((error as Error).message).toContain(`${path}: expected ${message}`);
  };

  it("refuses files that are not pictures, naming them", async () => {
    const folder = temporaryFolder();
    const path = join(folder, "a.png");
    await refuses(path, "a file that can be read, received no such file or folder. Check the path.");
    await refuses(folder, "a file that can be read, received a folder");
    writeFileSync(path, "not a picture");
    await refuses(path, "a picture: JPEG, PNG, WebP, GIF, TIFF, AVIF, BMP or PNM, received ");
    writeFileSync(path, '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>');
    await refuses(path, "a picture: JPEG, PNG, WebP, GIF, TIFF, AVIF, BMP or PNM, received the format svg");
    writeFileSync(path, gzipSync('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'));
    await refuses(
      path,
      "a picture: JPEG, PNG, WebP, GIF, TIFF, AVIF, BMP or PNM, received a file of an unknown format",
    );
    writeFileSync(path, "");
    await refuses(path, "a picture");
  });

  it("refuses a truncated picture", async () => {
    const noise = Uint8Array.from({ length: 100 * 100 }, (_, index) => (index * index) >> 3);
    const path = await save("a.png", noise, 100, 1);
    truncateSync(path, 2000);
    await refuses(path, "a picture");
  });

  it("refuses files and pictures that are too large", async () => {
    const path = join(temporaryFolder(), "a.png");
    writeFileSync(path, "");
    truncateSync(path, 65 * 1024 * 1024); // grows the file without using space on disk
    await refuses(path, "a picture file of at most 64.0 MiB, received 65.0 MiB. Save it smaller.");
    // A small PNG whose header declares 20,000 × 6,000 pixels, like one that unpacks to gigabytes.
    const forged = readFileSync(await save("small.png", thing(28, 0, 255), 28, 1));
    forged.writeUInt32BE(20_000, 16);
    forged.writeUInt32BE(6_000, 20);
    forged.writeUInt32BE(crc32(forged.subarray(12, 29)), 29);
    writeFileSync(path, forged);
    await refuses(path, "at most 64 megapixels, received 20000 × 6000 pixels. Scale it down first.");
  });

  it("refuses a model of five channels", async () => {
    await expect(readPicture("a.png", { ...shape, channels: 5 })).rejects.toThrow(
      "a.png: expected a model that takes 1 to 4 channels: grey or colours, with or without opacity, received one that takes 5.",
    );
  });
});

/** The checksum of a PNG chunk; Node has its own from version 22 on. */
function crc32(bytes: Uint8Array): number {
  let crc = -1;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (0xedb88320 & -(crc & 1));
  }
  return ~crc >>> 0;
}

import { describe, expect, it } from "vitest";
import { HeddleError } from "../base/errors.js";
import { readGolden } from "../base/golden.testing.js";
import { Random } from "../base/random.js";
import { decodePlainFormat } from "./plain-formats.js";

const bytes = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const { files } = readGolden<{ files: readonly { name: string; file: string }[] }>("pictures");

describe("decodePlainFormat", () => {
  it("leaves other formats to other decoders", () => {
    for (const text of ["", "BM", "P5", "P7 1 1 255", "GIF89a", "\x89PNG\r\n\x1a\n"]) {
      expect(decodePlainFormat("a", bytes(text))).toBeUndefined();
    }
  });

  it.each([
    ["P5 2 2 255 abc", "a PNM file that ends too early or holds other text than numbers"],
    ["P2 2 1 255 1 x", "a PNM file that ends too early or holds other text than numbers"],
    ["P5 2 0 255 abcd", "a PNM file with a damaged header"],
    ["P5 2 2 70000 abcdefgh", "a PNM file with a damaged header"],
    ["P6 9000 9000 255 ", "9000 × 9000 pixels"],
    [`BM${"\0".repeat(30)}`, "a BMP file with a damaged header"],
  ])("refuses %j", (text, received) => {
    expect(() => decodePlainFormat("a.file", bytes(text))).toThrow(`received ${received}.`);
  });

  it("reads an odd number of plain pixels between runs", () => {
    const bmp = Uint8Array.from(
      atob(files.find(({ name }) => name === "BMP, 4 bits in runs")!.file),
      (byte) => byte.charCodeAt(0),
    );
    const at = bmp.findIndex((value, index) => value === 0x12 && bmp[index + 1] === 0x34);
    bmp.set([5], at - 1);
    bmp.set([2], at + 4);
    const last = 3 * (7 * 3);
    const { data } = decodePlainFormat("a", bmp)!;
    expect([...data.subarray(last + 12, last + 18)]).toEqual([35, 175, 80, 98, 31, 224]);
  });

  it("answers damaged files with a picture or an error that names the file", () => {
    const random = new Random(7, "shuffle");
    let refused = 0;
    for (let round = 0; round < 1500; round++) {
      const file = bytes(atob(files[round % files.length]!.file));
      const damaged = file.subarray(0, random.below(4) === 0 ? random.below(file.length) : file.length);
      for (let change = 0; change <= random.below(3); change++) {
        damaged[random.below(Math.min(60, file.length))] = random.below(256);
      }
      try {
        const picture = decodePlainFormat("a.file", damaged);
        if (picture) expect(picture.data.length % (picture.width * picture.height)).toBe(0);
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(HeddleError);
        expect((thrown as Error).message).toMatch(/^a\.file: expected /);
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(150);
  });
});

import fc from "fast-check";
import sharp from "sharp";
import { describe, it } from "vitest";
import { encodePng } from "./encode-png.js";

describe("encodePng", () => {
  it("writes files from which the same pixels are read, of any size and number of channels", async () => {
    const pictures = fc
      .record({
        height: fc.integer({ min: 1, max: 40 }),
        width: fc.integer({ min: 1, max: 40 }),
        channels: fc.constantFrom(1 as const, 3 as const, 4 as const),
      })
      .chain((size) => {
        const count = size.height * size.width * size.channels;
        return fc.uint8Array({ minLength: count, maxLength: count }).map((data) => ({ ...size, data }));
      });
    await fc.assert(
      fc.asyncProperty(pictures, async (picture) => {
        const read = sharp(encodePng(picture));
        const { data, info } = await (picture.channels === 1 ? read.toColourspace("b-w") : read)
          .raw()
          .toBuffer({ resolveWithObject: true });
        return (
          info.height === picture.height &&
          info.width === picture.width &&
          info.channels === picture.channels &&
          Buffer.compare(data, picture.data) === 0
        );
      }),
      { numRuns: 60 },
    );
  });
});

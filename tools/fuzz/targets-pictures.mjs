// People's pictures, through the loader: the decoders are libvips's, the limits are Heddle's.
import sharp from "sharp";
import { decodePicture } from "../../packages/heddle/dist/datasets/picture.js";
import { check, fingerprint } from "./check.mjs";

const side = 8;

/** A picture with a gradient. @param {1 | 2 | 3 | 4} channels */
function drawn(channels) {
  const pixels = Uint8Array.from({ length: side * side * channels }, (_, index) => (index * 5) & 255);
  return sharp(pixels, { raw: { width: side, height: side, channels } }).toColourspace(
    channels < 3 ? "b-w" : "srgb",
  );
}

/** @param {Uint8Array} bytes */
async function parse(bytes) {
  const picture = await decodePicture("a picture", bytes, { chooseBitDepth: (needed) => needed });
  const { height, width, channels, pixels } = picture;
  check(channels >= 1 && channels <= 4, "one to four channels");
  check(pixels.length === height * width * channels, "as many values as the size says");
  check(height * width <= 64_000_000, "at most 64 megapixels");
  return fingerprint(pixels, [height, width, channels]);
}

const ascii = (/** @type {string} */ text) => Buffer.from(text, "latin1");

/** A BMP with rows from the bottom up. @param {1 | 4 | 8 | 24 | 32} bits */
function bmp(bits) {
  const colours = bits <= 8 ? 2 ** bits : 0;
  const rowBytes = Math.ceil((side * bits) / 32) * 4;
  const header = 54 + 4 * colours;
  const bytes = Buffer.alloc(header + side * rowBytes, 0x35);
  bytes.write("BM", 0, "latin1");
  bytes.writeUInt32LE(bytes.length, 2);
  bytes.fill(0, 6, 54);
  bytes.writeUInt32LE(header, 10);
  bytes.writeUInt32LE(40, 14);
  bytes.writeInt32LE(side, 18);
  bytes.writeInt32LE(side, 22);
  bytes.writeUInt16LE(1, 26);
  bytes.writeUInt16LE(bits, 28);
  for (let at = 54; at < bytes.length; at++) bytes[at] = (at * 5) & 255;
  return bytes;
}

/** The third-party decoders leak about 8 KB for some damaged pictures, and nothing for intact ones. */
const PICTURES_PER_PROCESS = 20_000;

/** @type {readonly import("./targets.mjs").Target[]} */
export const pictureTargets = [
  {
    name: "png",
    what: "pictures, PNG",
    redundancy: "checksum",
    corpus: () =>
      Promise.all(
        [1, 2, 3, 4].map((channels) =>
          drawn(/** @type {1} */ (channels))
            .png()
            .toBuffer(),
        ),
      ),
    fields: [8, 16, 20, 24, 25, 26, 27, 28],
    tokens: ["IHDR", "IDAT", "IEND", "PLTE", "tRNS", "iCCP", "acTL", "gAMA"],
    parse,
    perProcess: PICTURES_PER_PROCESS,
  },
  {
    name: "pictures",
    what: "pictures, JPEG, WebP, GIF, TIFF, AVIF",
    redundancy: "none",
    corpus: async () => [
      ...(await Promise.all([
        drawn(1).jpeg().toBuffer(),
        drawn(3).jpeg().toBuffer(),
        drawn(3).webp().toBuffer(),
      ])),
      ...(await Promise.all([drawn(4).webp({ lossless: true }).toBuffer(), drawn(3).gif().toBuffer()])),
      ...(await Promise.all([drawn(3).tiff().toBuffer(), drawn(3).avif({ effort: 0 }).toBuffer()])),
    ],
    tokens: ["\xff\xd8\xff", "RIFF", "WEBP", "GIF89a", "II*\x00", "MM\x00*", "ftypavif", "<svg", "%PDF"],
    parse,
    perProcess: PICTURES_PER_PROCESS,
  },
  {
    name: "plain-pictures",
    what: "pictures, BMP and PNM",
    redundancy: "none",
    corpus: () => [
      ...[1, 4, 8, 24, 32].map((bits) => bmp(/** @type {24} */ (bits))),
      ascii("P1\n# grid\n3 2\n1 0 1\n0 1 0\n"),
      ascii("P2\n3 2\n255\n0 50 100\n150 200 255\n"),
      ascii("P3\n1 2\n15\n0 5 10\n15 2 4\n"),
      ascii("P4\n9 2\n\xaa\x80\x55\x00"),
      ascii("P5\n3 2\n255\n\x00\x32\x64\x96\xc8\xff"),
      ascii("P6\n1 2\n65535\n\x00\x01\x02\x03\x04\x05\xff\xfe\xfd\xfc\xfb\xfa"),
    ],
    fields: [2, 10, 14, 18, 22, 26, 28, 30, 34, 46],
    tokens: ["BM", "P1\n", "P4\n", "P5\n", "P6\n", "65535\n", "64000000 1\n"],
    parse,
  },
];

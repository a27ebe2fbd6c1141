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
  const picture = await decodePicture("a picture", bytes);
  const { height, width, channels, pixels } = picture;
  check(channels >= 1 && channels <= 4, "one to four channels");
  check(pixels.length === height * width * channels, "as many values as the size says");
  check(height * width <= 64_000_000, "at most 64 megapixels");
  return fingerprint(pixels, [height, width, channels]);
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
];

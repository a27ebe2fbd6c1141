// Draws the pictures of examples/photos, a folder for each class, and examples/boot.png, which is in none of them.
//
//     node examples/draw-photos.mjs
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { imagesAt } from "heddle/data";
import { generateFashionSketch } from "heddle/sketch";
import sharp from "sharp";

const PICTURES = 16;
const FOLDERS = { 1: "trousers", 8: "bag", 9: "boot" };
/** The colour of each garment in turn: red, green and blue, 0..1. */
const COLOURS = [
  [1, 0.85, 0.6],
  [0.6, 0.8, 1],
  [1, 0.6, 0.6],
  [0.7, 1, 0.7],
];

const { train, test } = generateFashionSketch({ train: 10 * PICTURES, test: 10, seed: 3 });
for (const [label, folder] of Object.entries(FOLDERS)) {
  for (const [n, position] of positionsOf(train, Number(label)).entries()) {
    await draw(train, position, n, `photos/${folder}/${String(n + 1).padStart(2, "0")}.png`);
  }
}
await draw(test, positionsOf(test, 9)[0], 0, "boot.png");

function positionsOf({ labels }, label) {
  return [...labels.keys()].filter((position) => labels[position] === label);
}

/** Writes a grey image [28, 28, 1] as a PNG in one colour. */
async function draw(set, position, n, file) {
  const { images, shape } = imagesAt(set, [position]);
  const [height, width] = shape;
  const colour = COLOURS[n % COLOURS.length];
  const pixels = Uint8Array.from(
    { length: 3 * height * width },
    (_, at) => images[Math.floor(at / 3)] * colour[at % 3],
  );
  const path = fileURLToPath(new URL(file, import.meta.url));
  await mkdir(dirname(path), { recursive: true });
  await sharp(pixels, { raw: { width, height, channels: 3 } })
    .png({ compressionLevel: 9 })
    .toFile(path);
}

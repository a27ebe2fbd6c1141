// usage: node tools/reliability/large-set.mjs FOLDER [--images 2000000] [--test 10000] [--distinct N]
// Draws a large dataset of clothes into plain IDX files, a chunk at a time: 784 bytes an image.
import { mkdir, open } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { generateFashionSketch } from "../../packages/core/dist/data/index.js";

/** Images drawn at once. Each chunk has a seed of its own, so that no image comes twice. */
const CHUNK = 20_000;
const FIRST_SEED = 1000;
/** 28 × 28. */
const PIXELS = 784;

/**
 * Writes the four files of a dataset.
 *
 * @param {string} folder the folder for them
 * @param {{ images: number, test: number, distinct?: number, onProgress?: (done: number) => void }} options how many of each split; `distinct` of
 *   them are drawn (all by default) and repeated to fill the rest
 */
export async function writeLargeSet(folder, { images, test, distinct = images, onProgress = () => {} }) {
  await mkdir(folder, { recursive: true });
  const splits = [
    ["train", images],
    ["t10k", test],
  ];
  for (const [split, count] of splits) {
    const pictures = await open(join(folder, `${split}-images-idx3-ubyte`), "w");
    const labels = await open(join(folder, `${split}-labels-idx1-ubyte`), "w");
    await pictures.write(header([count, 28, 28]));
    await labels.write(header([count]));
    const drawn = [];
    for (let done = 0; done < count; done += CHUNK) {
      const part = Math.min(CHUNK, count - done);
      const place = (done / CHUNK) % Math.ceil(distinct / CHUNK);
      drawn[place] ??= draw(split, FIRST_SEED + place, CHUNK);
      const { images, labels: numbers } = drawn[place];
      await pictures.write(images, 0, part * PIXELS);
      await labels.write(numbers, 0, part);
      if (distinct >= count) drawn.length = 0;
      onProgress(done + part);
    }
    await pictures.close();
    await labels.close();
  }
}

function draw(split, seed, count) {
  // One image of the other split, because neither can be empty.
  const wanted = split === "train" ? { train: count, test: 1 } : { train: 1, test: count };
  return generateFashionSketch({ seed, ...wanted })[split === "train" ? "train" : "test"];
}

/** The header of an IDX file of bytes. */
function header(shape) {
  const bytes = Buffer.alloc(4 + 4 * shape.length);
  bytes.set([0, 0, 8, shape.length]);
  for (const [axis, size] of shape.entries()) bytes.writeUInt32BE(size, 4 + 4 * axis);
  return bytes;
}

if (process.argv[1] === import.meta.filename) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      images: { type: "string", default: "2000000" },
      test: { type: "string", default: "10000" },
      // Drawing takes as long as training, so some of the images can be drawn once and written several times.
      distinct: { type: "string" },
    },
  });
  const [folder] = positionals;
  if (!folder) throw new Error("Name the folder to write to.");
  const images = Number(values.images);
  const distinct = values.distinct ? Number(values.distinct) : images;
  await writeLargeSet(folder, { images, test: Number(values.test), distinct });
  console.log(`${folder}: ${values.images} training and ${values.test} test images`);
}

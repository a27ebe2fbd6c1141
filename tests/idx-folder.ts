import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import {
  generateFashionSketch,
  type IdxData,
  type ImageSet,
  writeIdx,
} from "../packages/core/dist/data/index.js";

/** Writes a dataset in MNIST's layout. */
export function writeIdxFolder(
  folder: string,
  splits: { readonly train: ImageSet; readonly t10k: ImageSet },
): void {
  mkdirSync(folder, { recursive: true });
  for (const [split, { images, labels, count, shape }] of Object.entries(splits)) {
    const [height, width] = shape;
    const write = (name: string, sizes: number[], data: IdxData) =>
      writeFileSync(
        join(folder, name),
        gzipSync(writeIdx({ elementType: "uint8", shape: sizes, data }), { level: 1 }),
      );
    write(`${split}-images-idx3-ubyte.gz`, [count, height, width], images);
    write(`${split}-labels-idx1-ubyte.gz`, [count], labels);
  }
}

/** A small dataset of clothes: at its default size, training on it takes half a second. */
export function writeClothes(folder: string, images = { train: 600, test: 200 }): void {
  const { train, test } = generateFashionSketch(images);
  writeIdxFolder(folder, { train, t10k: test });
}

/** A dataset of 20×20 images in four classes: a bright square in one of the corners, in noise. */
export function writeCorners(folder: string): void {
  writeIdxFolder(folder, { train: corners(400), t10k: corners(80) });
}

function corners(count: number): ImageSet {
  const size = 20;
  const labels = Uint8Array.from({ length: count }, (_, index) => index % 4);
  const images = Uint8Array.from({ length: count * size * size }, (_, at) => {
    const image = Math.floor(at / size ** 2);
    const corner = (Math.floor(at / size) % size < size / 2 ? 0 : 2) + (at % size < size / 2 ? 0 : 1);
    // Knuth's multiplicative hash: noise that is the same everywhere.
    const noise = (Math.imul(at + count, 2654435761) >>> 24) % 100;
    return noise + (corner === labels[image] ? 120 : 0);
  });
  return { images, labels, count, shape: [size, size, 1] };
}

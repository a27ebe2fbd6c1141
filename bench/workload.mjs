// What every system is measured on: as many images as fit several seconds of training, several passes in one process,
// of which the first warms up.
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";

export const IMAGES = 12_800;
export const PASSES = 4;

/** The folder that holds fashion-mnist/. */
export const dataFolder =
  process.env.HEDDLE_DATA ?? fileURLToPath(new URL("../../shared/data", import.meta.url));

/** The first images and labels of Fashion-MNIST. */
export function pixels() {
  const path = `${dataFolder}/fashion-mnist`;
  if (!existsSync(path)) throw new Error(`bench: expected Fashion-MNIST in ${path}; set HEDDLE_DATA`);
  const read = (name, header) =>
    new Uint8Array(gunzipSync(readFileSync(`${path}/${name}.gz`))).subarray(header);
  return {
    images: read("train-images-idx3-ubyte", 16).slice(0, IMAGES * 784),
    labels: read("train-labels-idx1-ubyte", 8).slice(0, IMAGES),
  };
}

import type { Dataset, DatasetSource, ImageSet } from "@heddle/core/data";
import { readNpz } from "@heddle/core/data";
import { sha256 } from "@heddle/core/internal/base/sha256.js";
import { assemble } from "@heddle/core/internal/data/assemble.js";
import { writeNpy } from "@heddle/core/internal/formats/npy.js";
import { zipSync } from "fflate";

/** The file of a project's images, in Keras's arrays: every program with NumPy reads it. */
export const DATA_FILE = "data.npz";

/** A dataset as a file, and as the source that a run's record names. */
export interface DataFile {
  readonly bytes: Uint8Array;
  readonly source: DatasetSource;
}

/** More bytes are packed faster and a little less. */
const MANY_BYTES = 4 * 2 ** 20;

/** Writes a dataset as it is trained on, changed labels included. */
export async function dataFile({ classNames, train, test }: Dataset): Promise<DataFile> {
  const arrays = {
    ...arraysOf("train", train),
    ...arraysOf("test", test),
    "class_names.npy": writeNpy([classNames.length], classNames),
  };
  const size = train.images.byteLength + test.images.byteLength;
  const bytes = zipSync(arrays, { level: size > MANY_BYTES ? 1 : 6, mtime: new Date(1980, 0, 1) });
  const file = { name: DATA_FILE, bytes: bytes.length, sha256: await sha256(bytes) };
  return { bytes, source: { kind: "files", form: "npz", path: DATA_FILE, files: [file] } };
}

function arraysOf(split: string, { images, labels, count, shape: [height, width, channels] }: ImageSet) {
  const sizes = channels === 1 ? [count, height, width] : [count, height, width, channels];
  return { [`x_${split}.npy`]: writeNpy(sizes, images), [`y_${split}.npy`]: writeNpy([count], labels) };
}

/** Reads what {@link dataFile} wrote. */
export async function readDataFile(
  bytes: Uint8Array,
  about: { readonly name: string; readonly title: string; readonly source: DatasetSource },
): Promise<Dataset> {
  const { classNames, ...read } = await readNpz(bytes, { name: DATA_FILE });
  return { ...assemble(read, { ...about, classNames }), ...about };
}

/** SHA-256 of the shape, images and labels of a set, by which a run knows its test images. */
export async function fingerprintOf({ images, labels, count, shape }: ImageSet): Promise<string> {
  const head = Int32Array.of(count, ...shape);
  const parts = [head, images, Int32Array.from(labels)].map(
    ({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength),
  );
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return sha256(all);
}

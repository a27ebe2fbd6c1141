import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { CatalogueEntry, CatalogueFile } from "@heddle/core/internal/data/catalogue.js";
import { writeIdx } from "@heddle/core/internal/formats/idx.js";
import { afterEach } from "vitest";

/** A new temporary folder, removed when the test ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "heddle-data-"));
  folders.push(folder);
  return folder;
}

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function bytesIdx(shape: readonly number[], value: (index: number) => number): Uint8Array {
  const length = shape.reduce((product, size) => product * size, 1);
  const data = Uint8Array.from({ length }, (_, index) => value(index));
  return writeIdx({ elementType: "uint8", shape, data });
}

/** The four plain files of a dataset of 6 training and 3 test images of 2×3 pixels, three classes. */
export const tinyFiles: Readonly<Record<string, Uint8Array>> = {
  "train-images-idx3-ubyte": bytesIdx([6, 2, 3], (index) => index * 7),
  "train-labels-idx1-ubyte": bytesIdx([6], (index) => index % 3),
  "t10k-images-idx3-ubyte": bytesIdx([3, 2, 3], (index) => 255 - index),
  "t10k-labels-idx1-ubyte": bytesIdx([3], (index) => index),
};

/** The same files, packed as a publisher would serve them, by name. */
export const tinyPacked: Readonly<Record<string, Uint8Array>> = Object.fromEntries(
  Object.entries(tinyFiles).map(([name, bytes]) => [`${name}.gz`, gzipSync(bytes)]),
);

/** Writes files into a folder, creating it if necessary. */
export function writeFiles(folder: string, files: Readonly<Record<string, Uint8Array>>): string {
  mkdirSync(folder, { recursive: true });
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes);
  return folder;
}

/** The tiny dataset as a catalogue entry, served from `mirrors`. */
export function tinyEntry(mirrors: readonly string[] = []): CatalogueEntry {
  const files = Object.entries(tinyFiles).map(([name, plain]): CatalogueFile => {
    const packed = tinyPacked[`${name}.gz`]!;
    return {
      name: `${name}.gz`,
      bytes: packed.length,
      md5: createHash("md5").update(packed).digest("hex"),
      sha256: sha256(packed),
      contentSha256: sha256(plain),
    };
  });
  return {
    name: "tiny",
    title: "Tiny",
    classNames: ["red", "green", "blue"],
    licence: "none",
    homepage: "",
    mirrors,
    files,
  };
}

export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

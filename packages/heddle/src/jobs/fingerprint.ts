import { sha256 } from "@heddle/core/internal/base/sha256.js";
import type { ImageSet } from "@heddle/core/internal/data/dataset.js";

/** SHA-256 of a set's shape, images and labels: the same set has it, whatever file it was read from. */
export async function fingerprintOf({ images, labels, count, shape }: ImageSet): Promise<string> {
  const parts = [Int32Array.of(count, ...shape), images, Int32Array.from(labels)];
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
  let at = 0;
  for (const { buffer, byteOffset, byteLength } of parts) {
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), at);
    at += byteLength;
  }
  return sha256(bytes);
}

import { createHash } from "node:crypto";
import type { Images } from "@heddle/core/internal/data/images.js";

/** SHA-256 of the shape, images and labels of a set: the same wherever the set is stored. */
export async function fingerprintOf({ samples, labels, count, shape }: Images): Promise<string> {
  const hash = createHash("sha256");
  const add = ({ buffer, byteOffset, byteLength }: ArrayBufferView) =>
    hash.update(new Uint8Array(buffer, byteOffset, byteLength));
  add(Int32Array.of(count, ...shape));
  for await (const { images } of "images" in samples ? [samples] : samples()) add(images);
  add(Int32Array.from(labels));
  return hash.digest("hex");
}

import type { Dataset, ImageSet } from "@heddle/core/internal/data/dataset.js";

/** Labels and images of each split start at a multiple of this many bytes. */
const ALIGNMENT = 8;

/**
 * A dataset as the page reads it: the length of its head as 4 bytes (little-endian), the head as JSON, padding to a multiple
 * of 8, then labels and images of the test split and of the training split, the first of which can be shown at once.
 */
export function datasetBytes({ train, test, ...about }: Dataset): readonly Uint8Array[] {
  const labelBytes = train.labels.BYTES_PER_ELEMENT;
  const head = { ...about, shape: train.shape, train: train.count, test: test.count, labelBytes };
  const json = new TextEncoder().encode(JSON.stringify(head));
  const start = new Uint8Array(Math.ceil((4 + json.length) / ALIGNMENT) * ALIGNMENT);
  new DataView(start.buffer).setUint32(0, json.length, true);
  start.set(json, 4);
  const parts = ({ labels, images }: ImageSet) => [bytesOf(labels), bytesOf(images)];
  return [start, ...parts(test), ...parts(train)];
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

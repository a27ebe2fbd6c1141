import type { ImageSet } from "@heddle/core/internal/data/dataset.js";
import { describe, expect, it } from "vitest";
import { fingerprintOf } from "./fingerprint.js";

const set: ImageSet = {
  ...{ images: Uint8Array.of(1, 2, 3, 4), labels: Uint8Array.of(0, 1), count: 2, shape: [2, 1, 1] },
};

describe("fingerprintOf", () => {
  it("knows the same images and labels however they are held, and no others", async () => {
    const own = await fingerprintOf(set);
    expect(own).toMatch(/^[0-9a-f]{64}$/);
    const view = Uint8Array.of(9, 1, 2, 3, 4, 9).subarray(1, 5);
    expect(await fingerprintOf({ ...set, images: view, labels: Int32Array.of(0, 1) })).toBe(own);
    const others: ImageSet[] = [
      { ...set, images: Uint8Array.of(1, 2, 3, 5) },
      { ...set, labels: Uint8Array.of(1, 1) },
      { ...set, shape: [1, 2, 1] },
    ];
    for (const other of others) expect(await fingerprintOf(other)).not.toBe(own);
  });
});

import { describe, expect, it } from "vitest";
import type { ImageSet } from "../data/dataset.js";
import { shownImages, stretched } from "./shown-images.js";

const set: ImageSet = {
  images: Uint8Array.of(1, 2, 3, 4),
  labels: Uint8Array.of(0),
  count: 1,
  shape: [2, 2, 1],
};

describe("shownImages", () => {
  it("returns bytes of one channel unchanged", () => {
    expect(shownImages(set).images).toBe(set.images);
  });

  it("stretches floats", () => {
    const floats = { ...set, images: Float32Array.of(-1, 0, 3, Number.NaN) };
    expect([...shownImages(floats).images]).toEqual([0, 64, 255, 0]);
  });

  it("shows two channels as grey and opacity", () => {
    const shown = shownImages({ ...set, shape: [2, 1, 2] });
    expect(shown.shape).toEqual([2, 1, 4]);
    expect([...shown.images]).toEqual([1, 1, 1, 2, 3, 3, 3, 4]);
  });
});

describe("stretched", () => {
  it("clips values outside the range", () => {
    const values = Float32Array.of(-2, -1, 0, 1, 9);
    expect([...stretched(values, { low: -1, high: 1 })]).toEqual([0, 0, 128, 255, 255]);
    expect([...stretched(values, { low: 3, high: 3 })]).toEqual([0, 0, 0, 0, 0]);
  });
});

import { describe, expect, it } from "vitest";
import { pictureInput } from "./picture-input.js";
import { channelsOf, type RawPicture } from "./raw-picture.js";
import { resizePicture } from "./resize-picture.js";

const grey = (width: number, ...data: number[]): RawPicture => ({
  data: Uint8Array.from(data),
  width,
  height: data.length / width,
});

describe("resizePicture", () => {
  it("weighs all pixels by a triangle when it shrinks a picture", () => {
    // 4 to 2: the weights are 3, 3, 1 and 1, 3, 3 sevenths.
    expect([...resizePicture(grey(4, 0, 70, 140, 210), 1, 2).data]).toEqual([50, 160]);
    // 3 to 1: one, three, one, out of a triangle that is six pixels wide.
    expect([...resizePicture(grey(1, 0, 0, 255), 1, 1).data]).toEqual([73]);
  });

  it("interpolates when it enlarges a picture", () => {
    expect([...resizePicture(grey(2, 0, 100), 1, 4).data]).toEqual([0, 25, 75, 100]);
  });

  it("keeps a tone, and a picture that has the size already", () => {
    const flat = grey(7, ...Array<number>(35).fill(201));
    expect(new Set(resizePicture(flat, 3, 4).data)).toEqual(new Set([201]));
    expect(resizePicture(flat, 5, 7)).toBe(flat);
  });

  it("does not let hidden colours bleed into visible ones", () => {
    const picture = { data: Uint8Array.of(200, 255, 9, 0), width: 2, height: 1 };
    // 199 and not 200, as in Pillow, whose colours times opacity are bytes.
    expect([...resizePicture(picture, 1, 1).data]).toEqual([199, 128]);
  });
});

describe("pictureInput", () => {
  const one = { height: 1, width: 1 };
  const read = (picture: RawPicture, channels: number, invert = false) =>
    pictureInput(picture, { ...one, channels }, { invert });
  const pixel = (...data: number[]) => ({ data: Uint8ClampedArray.from(data), ...one });

  it("turns colours, greys and opacity into what a model takes", () => {
    expect([...read(pixel(200, 30, 90, 255), 1).pixels]).toEqual([88]);
    expect([...read(pixel(200, 30, 90, 255), 3).pixels]).toEqual([200, 30, 90]);
    expect([...read(pixel(200, 30, 90), 4).pixels]).toEqual([200, 30, 90, 255]);
    expect([...read(pixel(200, 30, 90, 7), 2).pixels]).toEqual([88, 7]);
    expect([...read(pixel(77), 3).pixels]).toEqual([77, 77, 77]);
    expect([...read(pixel(77, 4), 4).pixels]).toEqual([77, 77, 77, 4]);
  });

  it("puts white behind dark things and black behind light ones", () => {
    expect([...read(pixel(100, 100, 100, 51), 3).pixels]).toEqual([224, 224, 224]);
    expect([...read(pixel(200, 200, 200, 51), 3).pixels]).toEqual([40, 40, 40]);
    expect([...read(pixel(0, 0, 0, 0), 1).pixels]).toEqual([255]);
  });

  it("inverts a light background only where it may", () => {
    const dot = grey(3, 250, 250, 250, 250, 20, 250, 250, 250, 250);
    const shape = { height: 3, width: 3, channels: 1 };
    expect(pictureInput(dot, shape, { invert: false })).toMatchObject({ inverted: false, empty: false });
    const inverted = pictureInput(dot, shape, { invert: true });
    expect([inverted.inverted, ...inverted.pixels]).toEqual([true, 5, 5, 5, 5, 235, 5, 5, 5, 5]);
    // The picture itself is not changed.
    expect(dot.data[4]).toBe(20);
  });

  it("says when a picture shows a single tone", () => {
    expect(read(grey(2, 9, 9), 3).empty).toBe(true);
    const shape = { height: 1, width: 2, channels: 3 };
    expect(pictureInput(grey(2, 9, 8), shape, { invert: false }).empty).toBe(false);
  });

  it("refuses data that does not fit its size", () => {
    expect(() => channelsOf({ data: new Uint8Array(7), width: 2, height: 2 })).toThrow(
      "Picture: expected 1 to 4 values for each of at most 64 million pixels, received 7 values for 2 × 2 pixels.",
    );
    expect(() => channelsOf({ data: new Uint8Array(0), width: 0, height: 0 })).toThrow("0 values for 0 × 0");
  });
});

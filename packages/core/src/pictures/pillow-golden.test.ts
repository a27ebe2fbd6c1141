import { describe, expect, it } from "vitest";
import { readGolden } from "../base/golden.testing.js";
import { isDeep } from "./deep-picture.js";
import { pictureInput } from "./picture-input.js";
import { decodePlainFormat } from "./plain-formats.js";
import { resizePicture } from "./resize-picture.js";

interface Golden {
  readonly resize: readonly {
    readonly from: readonly [height: number, width: number, channels: number];
    readonly to: readonly [height: number, width: number];
    readonly values: readonly number[];
  }[];
  readonly grey: readonly number[];
  /** Files in base64. */
  readonly files: readonly {
    readonly name: string;
    readonly file: string;
    readonly shape: readonly [height: number, width: number, channels: number];
    readonly values: readonly number[];
  }[];
}

const golden = readGolden<Golden>("pictures");

/** The same values as in tools/golden/pictures.py. */
const drawn = (height: number, width: number, channels: number) => ({
  data: Uint8Array.from({ length: height * width * channels }, (_, k) => k * k * 7 + k * 31),
  height,
  width,
});

describe("pictures", () => {
  it("are resized to the pixels of Pillow, in all channels and directions", () => {
    expect(golden.resize).toHaveLength(20);
    for (const { from, to, values } of golden.resize) {
      const scaled = resizePicture(drawn(...from), ...to);
      expect([from, to, ...scaled.data]).toEqual([from, to, ...values]);
    }
  });

  it("turn grey as in Pillow", () => {
    const { pixels } = pictureInput(drawn(8, 8, 3), { height: 8, width: 8, channels: 1 }, { invert: false });
    expect([...pixels]).toEqual(golden.grey);
  });

  it.each(golden.files)("are read as by Pillow: $name", ({ name, file, shape, values }) => {
    const picture = decodePlainFormat(
      "a",
      Uint8Array.from(atob(file), (byte) => byte.charCodeAt(0)),
    )!;
    expect([picture.height, picture.width, picture.data.length]).toEqual([shape[0], shape[1], values.length]);
    expect([...picture.data]).toEqual(values);
    expect(isDeep(picture)).toBe(/of 1[26] bits$/.test(name));
  });
});

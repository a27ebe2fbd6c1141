import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromBase85, toBase85 } from "./base85.js";

describe("base85", () => {
  it("gives bytes back, filled up with zeros to a multiple of four", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const text = toBase85(bytes);
        expect(text).toHaveLength(5 * Math.ceil(bytes.length / 4));
        expect(text).not.toMatch(/["&'<>\\`$\s]/);
        const back = fromBase85(text);
        expect([...back.subarray(0, bytes.length)]).toEqual([...bytes]);
        expect(back.subarray(bytes.length).every((byte) => byte === 0)).toBe(true);
      }),
    );
  });

  it("has characters for the largest and the smallest four bytes", () => {
    for (const byte of [0, 255])
      expect([...fromBase85(toBase85(new Uint8Array(4).fill(byte)))]).toEqual(Array(4).fill(byte));
  });
});

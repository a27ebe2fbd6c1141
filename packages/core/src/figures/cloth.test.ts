import { describe, expect, it } from "vitest";
import { cloth } from "./cloth.js";

describe("cloth", () => {
  it("is the same for the same weights, and different for different ones", () => {
    const one = "0123456789abcdef".repeat(4);
    expect(cloth(one)).toBe(cloth(one));
    expect(cloth(one)).not.toBe(cloth(one.replace("0", "1")));
  });

  it("lays one thread on top at each crossing", () => {
    const crossings = 64 * 15; // 32 bytes mirrored, 8 bits mirrored
    const count = (svg: string, thread: string) =>
      svg.match(new RegExp(`class="${thread}" d="([^"]*)"`))![1]!.split("M").length - 1;
    const sha256 = "00ff".repeat(16);
    expect(count(cloth(sha256), "warp")).toBe(crossings / 2);
    expect(count(cloth(sha256), "weft")).toBe(crossings / 2);
    expect(count(cloth(), "warp") + count(cloth(), "weft")).toBe(crossings);
    expect(count(cloth("00".repeat(32)), "warp")).toBe(0);
  });
});

import { describe, expect, it } from "vitest";
import { withChannels } from "./channels.js";

describe("channels of pixels", () => {
  it("makes grey of colours by the formula of pictures, and colours by repeating grey", () => {
    expect([...withChannels(Uint8Array.of(255, 0, 0, 0, 255, 0, 0, 0, 255), 3, 1)]).toEqual([76, 150, 29]);
    expect([...withChannels(Uint8Array.of(7, 200), 1, 3)]).toEqual([7, 7, 7, 200, 200, 200]);
    expect([...withChannels(Uint8Array.of(7), 1, 4)]).toEqual([7, 7, 7, 255]);
  });

  it("keeps floats exact", () => {
    const [red] = withChannels(Float32Array.of(100.5, 0, 0), 3, 1);
    expect(red).toBeCloseTo((19595 * 100.5) / 65536, 4);
    expect([...withChannels(Float32Array.of(0.25), 1, 3)]).toEqual([0.25, 0.25, 0.25]);
  });

  it("puts light strokes on black and dark ones on white where opacity is dropped", () => {
    expect([...withChannels(Uint8Array.of(255, 255, 255, 0), 2, 1)]).toEqual([255, 0]);
    expect([...withChannels(Uint8Array.of(0, 255, 0, 0), 2, 1)]).toEqual([0, 255]);
  });

  it("returns the same pixels where nothing changes", () => {
    const data = Uint8Array.of(1, 2, 3);
    expect(withChannels(data, 3, 3)).toBe(data);
  });
});

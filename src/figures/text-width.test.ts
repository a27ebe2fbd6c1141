import { describe, expect, it } from "vitest";
import { drawnWidth } from "./png.js";
import { textWidth } from "./text-width.js";

describe("textWidth", () => {
  it.each([400, 600])("is that of the drawn text, or a little more, at weight %i", (weight) => {
    for (const text of ["Ankle boot", "T-shirt/top", "97.5%", "é—×", "Confusion of 10,000 test images"]) {
      const drawn = drawnWidth(text, 13, weight);
      expect(textWidth(text, 13, weight)).toBeGreaterThan(drawn - 0.5);
      expect(textWidth(text, 13, weight)).toBeLessThan(1.06 * drawn);
    }
  });

  it("grows with size and weight, and counts spaces", () => {
    expect(textWidth("Ankle boot", 26)).toBeCloseTo(2 * textWidth("Ankle boot", 13), 9);
    expect(textWidth("Ankle boot", 13, 600)).toBeGreaterThan(textWidth("Ankle boot", 13));
    expect(textWidth("", 13)).toBe(0);
    expect(textWidth(" a ", 13)).toBeGreaterThan(textWidth("a", 13) + 4);
  });

  it("takes text that the bundled font cannot write as it is drawn", () => {
    const text = "靴 boot";
    expect(textWidth(text, 13)).toBe(drawnWidth(text, 13, 400));
  });
});

import { describe, expect, it } from "vitest";
import { Random } from "../../base/random.js";
import { Canvas } from "./canvas.js";
import { type Fabric, weave } from "./fabric.js";
import { ellipse } from "./path.js";

const woven = ["stripes", "lines", "check", "print", "melange", "blocks"] as const satisfies Fabric[];

describe("weave", () => {
  for (const fabric of woven) {
    it(`darkens some of the cloth and nothing else for ${fabric}`, () => {
      for (let seed = 0; seed < 20; seed++) {
        const canvas = new Canvas();
        canvas.begin({ shiftX: 0, shiftY: 0, scaleX: 1, scaleY: 1, turn: 0, shear: 0 });
        canvas.fill(ellipse(0, 0, 0.9), 0.8);
        const before = canvas.tone.slice();
        weave(canvas, new Random(seed, "sketch"), fabric);
        const changed = canvas.tone.filter((tone, index) => tone !== before[index]).length;
        expect(changed).toBeGreaterThan(50);
        const darkened = canvas.tone.every(
          (tone, index) => tone <= before[index]! && tone >= before[index]! * 0.5,
        );
        expect(darkened).toBe(true);
      }
    });
  }

  it("leaves plain cloth unchanged", () => {
    const canvas = new Canvas();
    canvas.begin({ shiftX: 0, shiftY: 0, scaleX: 1, scaleY: 1, turn: 0, shear: 0 });
    canvas.fill(ellipse(0, 0, 0.9), 0.8);
    const before = canvas.tone.slice();
    weave(canvas, new Random(1, "sketch"), "plain");
    expect(canvas.tone).toEqual(before);
  });
});

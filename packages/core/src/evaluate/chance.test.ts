import { describe, expect, it } from "vitest";
import { wilsonInterval } from "./accuracy.js";
import { chanceOf } from "./chance.js";

describe("chanceOf", () => {
  it("explains an accuracy whose interval holds the share of the largest class, and any below it", () => {
    expect(chanceOf([7, 7, 6], wilsonInterval(9, 20))).toEqual({ accuracy: 0.35, explains: true });
    expect(chanceOf([7, 7, 6], wilsonInterval(2, 20)).explains).toBe(true);
    expect(chanceOf([7, 7, 6], wilsonInterval(18, 20)).explains).toBe(false);
  });

  it("is the share of the largest class, so that 90% of one class make 90% no achievement", () => {
    expect(chanceOf([90, 10], wilsonInterval(91, 100))).toEqual({ accuracy: 0.9, explains: true });
  });
});

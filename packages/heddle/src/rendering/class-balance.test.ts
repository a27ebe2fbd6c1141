import { classBalance } from "@heddle/core/internal/figures/class-balance.js";
import { describe, expect, it } from "vitest";
import { drawFigure } from "./draw-figure.js";

describe("classBalance", () => {
  it("shows every class with its count, both splits", async () => {
    const figure = await drawFigure(
      classBalance(
        [
          { split: "Training", perClass: [1200, 300, 0] },
          { split: "Test", perClass: [10, 20, 30] },
        ],
        ["Bag", "Coat", "Bag"],
        { dataset: "Clothes" },
      ),
    );
    expect([figure.name, figure.title]).toEqual(["class-balance", "Class balance, Clothes"]);
    for (const text of [
      "Class balance, Clothes",
      "1,200",
      "300",
      "30",
      "Share of the split's images",
      "Coat",
    ])
      expect(figure.svg).toContain(`>${text}</text>`);
    // Two classes of one name have two places.
    expect(figure.svg.match(/>Bag<\/text>/g)).toHaveLength(2);
    expect(figure.svg.match(/aria-roledescription="bar"/g)).toHaveLength(6);
    expect(figure.alt).toContain("Training: from 0.0% Bag to 80.0% Bag.");
    expect(figure.alt).toContain("Test: from 16.7% Bag to 50.0% Bag.");
  });

  it("draws an empty split", async () => {
    const figure = await drawFigure(classBalance([{ split: "Training", perClass: [0, 0] }], ["a", "b"]));
    expect(figure.svg).not.toMatch(/NaN|undefined/);
  });
});

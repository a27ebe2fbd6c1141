import { formatRate, learningRateCurve } from "@heddle/core/internal/figures/learning-rate-curve.js";
import { expect, it } from "vitest";
import { drawFigure } from "./draw-figure.js";
import { svgToPng } from "./png.js";

it("draws a search whose loss exploded, and names its rates", async () => {
  const points = Array.from({ length: 60 }, (_, index) => {
    const loss = index < 40 ? 2.3 - 0.02 * index : 10 ** (index - 38);
    return { learningRate: 1e-6 * 10 ** (index / 10), loss, smoothedLoss: loss };
  });
  const figure = await drawFigure(
    learningRateCurve({ points, steepest: 1e-4, edge: 1e-2, suggested: 1e-3 }, { title: "tiny on nothing" }),
  );
  expect(figure.name).toBe("lr-find");
  expect(figure.alt).toBe(
    "Line chart, loss over learning rate: Suggested 0.001, Steepest 0.0001, Edge of divergence 0.01.",
  );
  for (const text of [
    "Loss over learning rate, tiny on nothing",
    "Learning rate (logarithmic)",
    "Suggested 0.001",
  ])
    expect(figure.svg).toContain(text);
  expect(figure.svg).not.toMatch(/NaN|Infinity/);
  expect(svgToPng(figure.svg).length).toBeGreaterThan(1000);
});

it.each([
  [0.00314, "0.0031"],
  [3.14e-6, "3.1e-6"],
  [1, "1"],
  [12345, "1.2e+4"],
])("%d is written %s", (rate, text) => {
  expect(formatRate(rate)).toBe(text);
});

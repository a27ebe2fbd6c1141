import {
  importanceBars,
  learningCurves,
  parallelCoordinates,
} from "@heddle/core/internal/figures/sweep-charts.js";
import { parameterSlice, type ShownTrial, trialHistory } from "@heddle/core/internal/figures/trial-charts.js";
import { describe, expect, it, vi } from "vitest";
import { drawFigure } from "./draw-figure.js";

const objective = { title: "held-out accuracy", isBetter: (a: number, b: number) => a > b, format: ".1%" };
const trials: readonly ShownTrial[] = [
  { number: 0, value: 0.8, isComplete: true, values: { rate: 0.001, kind: "constructor" } },
  { number: 1, value: 0.4, isComplete: false, values: { rate: 0.1, kind: "wide" } },
  { number: 2, value: 0.9, isComplete: true, values: { kind: "wide" } },
];

const textsOf = (svg: string) => [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text);

describe("the charts of a sweep", () => {
  it("show every trial, complete or not, without a word on the console", async () => {
    const said = vi.spyOn(console, "warn").mockImplementation(() => {});
    const history = await drawFigure(trialHistory(trials, objective));
    const byRate = await drawFigure(parameterSlice(trials, { name: "rate", log: true }, objective));
    const choices = ["wide", "constructor"];
    const byKind = await drawFigure(parameterSlice(trials, { name: "kind", log: false, choices }, objective));
    await drawFigure(trialHistory([{ ...trials[1]!, number: 0 }], objective));
    const parameters = [
      { name: "rate", log: true },
      { name: "kind", log: false, choices },
    ];
    const parallel = await drawFigure(parallelCoordinates(trials, parameters, objective));
    const shares = [
      { name: "kind", importance: 0.25 },
      { name: "rate", importance: 0.75 },
    ];
    const bars = await drawFigure(importanceBars(shares, "3 complete trials"));
    const reports = [1, 3].map((step) => ({ step, value: step / 4 }));
    const curves = await drawFigure(
      learningCurves(
        [
          { number: 0, isComplete: true, reports },
          { number: 1, isComplete: false, reports: reports.slice(0, 1) },
        ],
        objective,
      ),
    );
    expect(said.mock.calls).toEqual([]);
    said.mockRestore();
    expect(textsOf(history.svg)).toEqual(
      expect.arrayContaining(["Trial", "Held-out accuracy", "complete", "not complete"]),
    );
    expect(textsOf(byRate.svg)).toEqual(expect.arrayContaining(["By rate", "rate"]));
    const kinds = textsOf(byKind.svg).filter((text) => choices.includes(text!));
    expect(kinds).toEqual(choices);
    expect(textsOf(parallel.svg)).toEqual(
      expect.arrayContaining(["rate", "kind", "accuracy", "wide", "0.001", "0.1", "40.0%", "90.0%"]),
    );
    expect(bars.alt).toContain("among the best tenth of 3 complete trials: rate 75%, kind 25%.");
    expect(curves.alt).toBe(
      "Line chart of the held-out accuracy after each epoch of 2 trials, up to 3 epochs.",
    );
    expect(history.alt).toBe(
      "Scatter plot of the held-out accuracy of 3 trials, with a line for the best complete one so far.",
    );
    expect([byRate.name, byKind.alt]).toEqual([
      "by-rate",
      "Scatter plot of the held-out accuracy of 3 trials by kind.",
    ]);
  });
});

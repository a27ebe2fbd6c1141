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
    expect(said.mock.calls).toEqual([]);
    said.mockRestore();
    expect(textsOf(history.svg)).toEqual(
      expect.arrayContaining(["Trial", "Held-out accuracy", "complete", "not complete"]),
    );
    expect(textsOf(byRate.svg)).toEqual(expect.arrayContaining(["By rate", "rate"]));
    const kinds = textsOf(byKind.svg).filter((text) => choices.includes(text!));
    expect(kinds).toEqual(choices);
    expect(history.alt).toBe(
      "Scatter plot of the held-out accuracy of 3 trials, with a line for the best complete one so far.",
    );
    expect([byRate.name, byKind.alt]).toEqual([
      "by-rate",
      "Scatter plot of the held-out accuracy of 3 trials by kind.",
    ]);
  });
});

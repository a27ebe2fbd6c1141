import { type IntervalRow, intervalPlot } from "@heddle/core/internal/figures/interval-plot.js";
import { overlaidCurves } from "@heddle/core/internal/figures/overlaid-curves.js";
import { light } from "@heddle/core/internal/figures/theme.js";
import { describe, expect, it } from "vitest";
import { drawFigure } from "./draw-figure.js";

/** The words of a drawing. */
function textIn(svg: string): readonly string[] {
  return [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text!);
}

/** The positions of the labels of a colour, from top to bottom. */
function heights(svg: string, words: readonly string[]): number[] {
  return [...svg.matchAll(/<text[^>]*transform="translate\(([^,]*),([^)]*)\)"[^>]*>([^<]*)<\/text>/g)]
    .filter(([, , , text]) => words.includes(text!))
    .map(([, , y]) => Number(y))
    .sort((a, b) => a - b);
}

describe("intervalPlot", () => {
  const rows: IntervalRow[] = [
    { label: "None", mean: 90.5, low: 90, high: 91, values: [90.4, 90.6], marked: true },
    { label: "Pooling + dropout + augmentation", mean: 92, low: 91.5, high: 92.5, values: [91.9, 92.1] },
  ];
  const options = {
    ...{ name: "test-accuracy", title: "Test accuracy", subtitle: "Means", axis: "Accuracy (%)" },
    format: (value: number) => value.toFixed(2),
  };

  it("names rows, values and the axis, and describes them in its alternative text", async () => {
    const figure = await drawFigure(intervalPlot(rows, options));
    expect(figure.name).toBe("test-accuracy");
    expect(figure.alt).toBe(
      "Test accuracy, mean and interval of each: None 90.50 (90.00 to 91.00); Pooling + dropout + augmentation 92.00 (91.50 to 92.50).",
    );
    const words = textIn(figure.svg).join(" ");
    for (const word of ["Test accuracy", "Accuracy (%)", "None", "90.50", "92.00"])
      expect(words).toContain(word);
    // A label in two lines.
    expect(figure.svg).toMatch(/<tspan>Pooling \+ dropout ?<\/tspan><tspan[^>]*>\+ augmentation<\/tspan>/);
    expect(figure.svg).toContain(light.training);
    expect(figure.svg).toContain(light.test);
  });

  it("draws a rule on request", async () => {
    const count = (svg: string) => svg.match(/<line[^>]*stroke-width="1.5"/g)?.length ?? 0;
    expect(count((await drawFigure(intervalPlot(rows, options))).svg)).toBe(0);
    expect(count((await drawFigure(intervalPlot(rows, { ...options, rule: 91 }))).svg)).toBe(1);
  });
});

describe("overlaidCurves", () => {
  const options = {
    ...{ name: "curves", title: "Accuracy by epoch", subtitle: "two groups", axis: "Accuracy (%)" },
    format: (value: number) => value.toFixed(2),
  };
  const curve = (label: string, end: number) => ({
    ...{ label, group: "first" as const },
    points: [1, 2, 3, 4].map((epoch) => ({ epoch, value: end - 4 + epoch })),
  });

  it("names every curve at its end, without overlaps if several end together", async () => {
    const labels = ["a", "b", "c", "d", "e"];
    const figure = await drawFigure(
      overlaidCurves(
        labels.map((label, index) => curve(label, 90 + index / 1000)),
        options,
      ),
    );
    const words = labels.map((label, index) => `${label} ${(90 + index / 1000).toFixed(2)}`);
    const found = heights(figure.svg, words);
    expect(found).toHaveLength(labels.length);
    for (let index = 1; index < found.length; index++)
      expect(found[index]! - found[index - 1]!).toBeGreaterThan(14);
  });

  it("marks every value below the axis with an arrow, and says so", async () => {
    const late = { label: "late", group: "first" as const };
    const points = [20, 60, 90.5, 90, 92, 93].map((value, index) => ({ epoch: index + 1, value }));
    const { svg, darkSvg, alt } = await drawFigure(overlaidCurves([{ ...late, points }], options));
    const sentence = "Arrows mark values below the axis, down to 20.00.";
    expect(alt).toContain(sentence);
    for (const drawing of [svg, darkSvg]) {
      expect(drawing).toContain(sentence);
      const marks = /<g class="mark-symbol role-mark layer_2_marks.*?<\/g>/s.exec(drawing)![0];
      expect(marks.match(/<path/g)).toHaveLength(2);
    }
    const whole = await drawFigure(overlaidCurves([{ ...late, points: points.slice(3) }], options));
    expect(whole.svg + whole.alt).not.toContain("Arrows");
  });

  it("draws a single epoch", async () => {
    const one = { ...curve("only", 80), points: [{ epoch: 1, value: 80 }] };
    const figure = await drawFigure(overlaidCurves([one], options));
    expect(textIn(figure.svg)).toContain("only 80.00");
    expect(figure.alt).toBe("Line chart, Accuracy by epoch. At the end: only 80.00.");
  });
});

import type { ImageSet } from "@heddle/core/internal/data/dataset.js";
import { evaluateClassifier } from "@heddle/core/internal/evaluate/index.js";
import { classScoresChart } from "@heddle/core/internal/figures/class-scores.js";
import { coverageCurve } from "@heddle/core/internal/figures/coverage-curve.js";
import type { Figure } from "@heddle/core/internal/figures/figure.js";
import { confusedPairsGrid, topLossesGrid } from "@heddle/core/internal/figures/mistakes.js";
import { reliabilityDiagram } from "@heddle/core/internal/figures/reliability-diagram.js";
import sharp from "sharp";
import { describe, expect, it, vi } from "vitest";
import { drawFigure } from "./draw-figure.js";
import { svgToPng } from "./png.js";

const classNames = ["Shirt", "Coat", "Bag"];
const allLabels = Uint8Array.from({ length: 60 }, (_, image) => image % 3);

/** Sure of most, and wrong about every fifth. */
function evaluationOf(wrongEvery: number, labels = allLabels) {
  const rows = [...labels].map((label, image) => {
    const said = image % wrongEvery === wrongEvery - 1 ? (label + 1) % 3 : label;
    const top = 0.4 + 0.01 * (image % 50);
    return classNames.map((_, k) => (k === said ? top : (1 - top) / 2));
  });
  return evaluateClassifier({ probabilities: Float32Array.from(rows.flat()), labels, classNames });
}

const evaluation = evaluationOf(5);
const subject = "Clothes, test images";
const set: ImageSet = {
  images: Uint8Array.from({ length: 60 * 4 }, (_, at) => at),
  ...{ labels: allLabels, count: 60, shape: [2, 2, 1] },
};

const textsOf = ({ svg }: Figure) => [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text);

async function expectWhole(figure: Figure): Promise<void> {
  for (const svg of [figure.svg, figure.darkSvg]) {
    expect(svg).toMatch(/^<svg[\s\S]*<\/svg>\s*$/);
    expect(svg).not.toMatch(/NaN|undefined|null/);
  }
  expect(figure.svg).not.toBe(figure.darkSvg);
  const { width, height } = await sharp(svgToPng(figure.svg)).metadata();
  expect(Math.min(width, height)).toBeGreaterThan(200);
}

describe("the figures of an evaluation", () => {
  it("reliabilityDiagram draws accuracy by confidence, before and after scaling, and the images of each bin", async () => {
    const figure = await drawFigure(reliabilityDiagram(evaluation.calibration, { subject }));
    await expectWhole(figure);
    expect(figure.name).toBe("reliability-diagram");
    for (const text of [
      "Reliability, Clothes, test images",
      "As predicted",
      "After temperature scaling",
      "Accuracy of these images",
      "Confidence: probability of the predicted class",
      "Images",
      "100%",
    ]) {
      expect(textsOf(figure)).toContain(text);
    }
  });

  it("reliabilityDiagram needs no temperature", async () => {
    const figure = await drawFigure(
      reliabilityDiagram({ ...evaluation.calibration, temperature: null }, { subject }),
    );
    await expectWhole(figure);
    expect(textsOf(figure)).not.toContain("After temperature scaling");
  });

  it("coverageCurve draws accuracy by coverage", async () => {
    const figure = await drawFigure(coverageCurve(evaluation.coverage, { subject }));
    await expectWhole(figure);
    expect(figure.alt).toContain("of all 80.00%");
    for (const text of ["Coverage: share of the images answered, surest first", "Accuracy of the answers"]) {
      expect(textsOf(figure)).toContain(text);
    }
  });

  it("classScoresChart draws the scores of each class, even if some are undefined", async () => {
    const figure = await drawFigure(classScoresChart(evaluation.perClass, { subject }));
    await expectWhole(figure);
    for (const text of ["Precision", "Recall", "F1", "Score", ...classNames]) {
      expect(textsOf(figure)).toContain(text);
    }
    const unknown = { name: "Hat", support: 0, predicted: 0, precision: null, recall: null, f1: null };
    await expectWhole(await drawFigure(classScoresChart([...evaluation.perClass, unknown], { subject })));
  });

  it("the grids show mistakes with the predicted class and its probability", async () => {
    const pairs = await drawFigure(confusedPairsGrid(set, evaluation, { subject })!);
    const losses = await drawFigure(topLossesGrid(set, evaluation, { subject })!);
    await expectWhole(pairs);
    await expectWhole(losses);
    expect(textsOf(pairs).slice(0, 4)).toEqual([
      "Most confused pairs, Clothes, test images",
      ...["Shirt", "› Coat", expect.stringMatching(/^\d\d\.\d%$/)],
    ]);
    expect(textsOf(losses)[0]).toBe("Largest losses, Clothes, test images");
    expect(losses.alt).toMatch(/› (Shirt|Coat|Bag) \d\d\.\d%/);
  });

  it("include no grid if every answer is right", async () => {
    const perfect = evaluationOf(100);
    expect(confusedPairsGrid(set, perfect, { subject })).toBeUndefined();
    expect(topLossesGrid(set, perfect, { subject })).toBeUndefined();
    await expectWhole(await drawFigure(reliabilityDiagram(perfect.calibration, { subject })));
    await expectWhole(await drawFigure(coverageCurve(perfect.coverage, { subject })));
    await expectWhole(await drawFigure(classScoresChart(perfect.perClass, { subject })));
  });

  it("are drawn without a word on the console, however few images there are", async () => {
    const said = vi.spyOn(console, "warn").mockImplementation(() => {});
    for (const images of [1, 3, 12]) {
      const few = evaluationOf(5, allLabels.subarray(0, images));
      await expectWhole(await drawFigure(reliabilityDiagram(few.calibration, { subject })));
      await expectWhole(await drawFigure(coverageCurve(few.coverage, { subject })));
      await expectWhole(await drawFigure(classScoresChart(few.perClass, { subject })));
    }
    expect(said.mock.calls).toEqual([]);
    said.mockRestore();
  });
});

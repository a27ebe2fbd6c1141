import { evaluateClassifier } from "@heddle/core/internal/evaluate/index.js";
import {
  type Chart,
  classBalance,
  classScoresChart,
  confusionMatrix,
  coverageCurve,
  embeddingMap,
  imageGrid,
  intervalPlot,
  overlaidCurves,
  pixelHistogram,
  type Sheet,
} from "@heddle/core/internal/figures/index.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { drawFigure } from "./draw-figure.js";
import { svgToPng } from "./png.js";

const WORST = [
  "constructor",
  "__proto__",
  "toString",
  "hasOwnProperty",
  "a\u0001b\u007f",
  "\u001b[31mred",
  "a\ufffeb\uffff",
  "lone \ud800 surrogate",
  "line\u2028separators\u2029\n",
  "</script>]]><!--\"'\\",
  "names[datum.value]",
  "",
  "x".repeat(5000),
];
const name = fc.oneof(fc.constantFrom(...WORST), fc.string({ unit: "binary", maxLength: 20 }));

/** Every chart that shows names, and a sheet. */
function figuresOf(names: readonly string[]): readonly (Chart | Sheet)[] {
  const classes = names.length;
  const labels = names.map((_, label) => label);
  const probabilities = Float32Array.from({ length: classes * classes }, () => 1 / classes);
  const evaluation = evaluateClassifier({ probabilities, labels, classNames: names });
  const [first] = names as readonly [string, ...string[]];
  const text = { title: first, subtitle: first, axis: first, format: (value: number) => `${first} ${value}` };
  const points = [1, 2].map((epoch) => ({ epoch, value: epoch }));
  const images = { images: new Uint8Array(classes), labels: Int32Array.from(labels), count: classes };
  const shares = [0.5, 0.5];
  return [
    coverageCurve(evaluation.coverage, { subject: first }),
    classBalance(
      [
        { split: first, perClass: labels },
        { split: "Test", perClass: labels },
      ],
      names,
      { dataset: first },
    ),
    classScoresChart(evaluation.perClass, { subject: first }),
    confusionMatrix(evaluation.confusion.counts, names, { title: first }),
    embeddingMap(
      Float32Array.from({ length: 2 * classes }, (_, at) => at),
      {
        ...{ title: first, subtitle: first, classNames: names, labels, predicted: labels },
      },
    ),
    overlaidCurves(
      names.map((label) => ({ label, group: "first", points })),
      { ...text, name: "curves" },
    ),
    intervalPlot(
      names.map((label) => ({ label, mean: 1, low: 0, high: 2, values: [1] })),
      { ...text, name: "intervals" },
    ),
    pixelHistogram([{ split: first, shares }], { name: "x", title: first, range: [0, 2] }),
    imageGrid({ ...images, shape: [1, 1, 1] }, { name: "grid", title: first, columns: 2, labels: names }),
  ];
}

describe("a figure", () => {
  it("is drawn with whatever names, each class with its place", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(name, { minLength: 2, maxLength: 4 }), async (names) => {
        for (const figure of figuresOf(names)) {
          const { svg, darkSvg } = await drawFigure(figure);
          // The renderer parses it as XML, and refuses what XML cannot hold.
          svgToPng(svg, 1);
          expect(darkSvg).not.toMatch(/\p{Cs}|[\ufffe\uffff]/u);
        }
      }),
      { numRuns: 12 },
    );
  });

  it("shows names as they are, on the axes and in the legend", async () => {
    const names = ["constructor", "__proto__", "toString"];
    const figures = await Promise.all(figuresOf(names).map((one) => drawFigure(one)));
    const counts = new Map(
      figures.map(({ name, svg }) => [name, svg.match(/>(__proto__|toString)</g)?.length]),
    );
    expect(counts.get("confusion-matrix")).toBe(4);
    expect(counts.get("class-balance")).toBe(2);
    expect(counts.get("scores-by-class")).toBe(2);
    // In the legend, and twice in the middle of the dots: the text and the light behind it.
    expect(counts.get("embedding-map")).toBe(6);
    expect(counts.get("intervals")).toBe(2);
    expect(counts.get("grid")).toBe(2);
  });

  it("of thousands of classes shows some of them and says so", async () => {
    const classes = 3000;
    const names = Array.from({ length: classes }, (_, label) => `class ${label}`);
    const perClass = names.map((_, label) => label + 1);
    const balance = await drawFigure(classBalance([{ split: "Training", perClass }], names));
    expect(balance.svg).toContain("the 50 largest and 50 smallest of 3,000 classes");
    expect(balance.svg.match(/>class \d+</g)).toHaveLength(100);
    const scores = perClass.map((support, at) => ({
      ...{ name: names[at]!, support, predicted: support },
      ...{ precision: 1, recall: 1, f1: 1 - at / classes },
    }));
    const chart = await drawFigure(classScoresChart(scores, { subject: "many" }));
    expect(chart.svg).toContain("The 100 lowest F1 of 3,000 classes");
    expect(chart.svg).toContain(">class 2999<");
    const points = Float32Array.from({ length: 2 * classes }, (_, at) => at);
    const labels = names.map((_, label) => label);
    const about = { title: "Map", subtitle: "of many", classNames: names, labels, predicted: labels };
    const map = await drawFigure(embeddingMap(points, about));
    expect(map.svg).toContain("of many; 3,000 classes, too many to name here");
    expect(() => confusionMatrix([], names)).toThrow("expected 3000 rows of 3000 counts");
    const rows = Array.from({ length: 201 }, () => new Array<number>(201).fill(0));
    expect(() => confusionMatrix(rows, names.slice(0, 201))).toThrow(
      "Confusion matrix: expected at most 200 classes, received 201. Show the confusedPairs of evaluateClassifier in a table.",
    );
  });
});
